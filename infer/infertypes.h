/*
 * infer/infertypes.h: the plain data that goes into an Infer and comes out of it (infer/infer.h).
 */
#ifndef INFER_INFERTYPES_H
#define INFER_INFERTYPES_H

#include "base/cpu.h"

#include <stddef.h>

typedef struct InferSettings {
    int batch;      /* most images in one call, at least 1 */
    int threads;    /* at least 1; may exceed the cores */
    CpuLevel level; /* highest instruction set used */
} InferSettings;

typedef struct InferMemory {
    size_t parameter_bytes;  /* packed weights and biases; tensors of batch norm, which are
                                folded, but stay where they were */
    size_t activation_bytes; /* maps */
    size_t scratch_bytes;    /* rings of rows, of all threads */
} InferMemory;

#endif
