/*
 * bench/kernelcalls.h: how each kernel that `bench kernels` measures is called.
 */
#ifndef BENCH_KERNELCALLS_H
#define BENCH_KERNELCALLS_H

#include "kernels/kernels.h"

#include <stdbool.h>
#include <stddef.h>

enum { KERNELCALLS_MOST_SIDE = 256 }; /* of a map of dw */

/* Operands of all shapes: small numbers that neither overflow nor become subnormal. */
typedef struct KernelOperands {
    Kernels kernels;
    float *x, *w, *y, *z;
    float *sums; /* what accumulates; zeroed before each sample */
    size_t n_floats;
} KernelOperands;

typedef struct KernelCallShape {
    int rows;     /* pw, affine: pixels; dw: side of the map */
    int inputs;   /* pw: inputs of a pixel; dw: side of the window; affine: 0 */
    int channels; /* made, whole lanes */
    int stride;   /* dw; else 0 */
} KernelCallShape;

typedef struct KernelCall {
    const char *kernel;   /* "pw.forward" */
    bool meets_depthwise; /* on the maps of depthwise convolutions; else on those of dense ones */
    void (*run)(const KernelOperands *o, const KernelCallShape *shape);
    double flops_per_item; /* a multiply-add is two */
    double maps;           /* affine: maps that are read or written */
} KernelCall;

const KernelCall *kernelcalls_list(size_t *n);

#endif
