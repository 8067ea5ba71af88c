/*
 * bench/kernelshapes.h: the shapes that kernels meet in networks of the zoo.
 */
#ifndef BENCH_KERNELSHAPES_H
#define BENCH_KERNELSHAPES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* A convolution of one image. */
typedef struct KernelShape {
    bool is_depthwise;
    int side, kernel, stride; /* of the input map; of the window */
    int inputs, outputs;      /* real channels */
} KernelShape;

typedef struct KernelShapes {
    KernelShape *v;
    size_t n;
} KernelShapes;

/*
 * The different convolutions of proxy-b0, efficientnet-b0 (at 64 and 224 pixels, and for CIFAR at
 * width 0.25 and 0.5), mobilenet-v2-cifar, resnet-20-cifar and resnet-50 at 64 pixels, in their
 * order. mem_free(shapes->v), also after a failure. Errors: ERR_MEMORY.
 */
ErrCode kernelshapes_collect(KernelShapes *shapes, Err *err) ERR_CHECKED;

#endif
