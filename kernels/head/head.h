/* head: what a classifier needs beside pw: bias, dropout, softmax with cross-entropy, argmax.
 *
 * Rows are images, columns are classes or features. N is a multiple of LANES, n_classes the real
 * count. */
#ifndef KERNELS_HEAD_HEAD_H
#define KERNELS_HEAD_HEAD_H

#include "base/cpu.h"

#include <stdint.h>

/* y[m][n] += b[n]. */
typedef struct HeadBiasArgs {
    float *y; /* y[M][ldy] */
    long ldy;
    const float *b; /* b[N] */
    int M, N;
} HeadBiasArgs;

/*
 * db[n] += sum over m of dy[m][n]: one chain of additions over m ascending, continued from memory.
 */
typedef struct HeadBiasGradArgs {
    const float *dy; /* dy[M][lddy] */
    long lddy;
    float *db; /* db[N] */
    int M, N;
} HeadBiasGradArgs;

/* y[m][n] = x[m][n] * mask[m][n], the mask holding 0 or 1/keep. y may be x. Forward and gradient
 * alike. */
typedef struct HeadDropoutArgs {
    const float *x;
    long ldx;
    const float *mask;
    long ldmask;
    float *y;
    long ldy;
    int M, N;
} HeadDropoutArgs;

/* Rows of softmax and cross-entropy with label smoothing eps and, for mixed images, two labels:
 * q = (1 - eps)*(share*[label] + (1 - share)*[mixed_label]) + eps/n_classes, loss[m] = log(sum
 * exp(z - max)) - sum q*(z - max) in double, dlogits = (softmax - q) * grad_scale, pad lanes 0. max
 * by comparison in ascending order, exp in float, its sum in double ascending. A row with a NaN or
 * an infinite logit gives a loss that is not finite. dlogits may be logits or NULL. */
typedef struct HeadSoftmaxArgs {
    const float *logits; /* logits[M][ld], ld >= lanes_pad(n_classes) */
    long ld;
    const int32_t *labels; /* labels[M] in 0..n_classes-1 */
    double *loss;          /* loss[M] */
    float *dlogits;        /* dlogits[M][lddlogits] or NULL */
    long lddlogits;
    float smoothing;  /* eps in [0, 1) */
    float grad_scale; /* 1 / images of the batch */
    int M, n_classes;
    const int32_t *mixed_labels; /* mixed_labels[M], or NULL: every share is 1 */
    const float *shares;         /* shares[M] of `labels`, in [0, 1]; with mixed_labels */
} HeadSoftmaxArgs;

/* index[m] = first class whose logit is greater than all before it; NaN is never chosen over a
 * number (all NaN: 0). */
typedef struct HeadArgmaxArgs {
    const float *logits;
    long ld;
    int32_t *index;
    int M, n_classes;
} HeadArgmaxArgs;

typedef struct HeadKernels {
    const char *variant;
    void (*bias)(const HeadBiasArgs *args);
    void (*bias_grad)(const HeadBiasGradArgs *args);
    void (*dropout)(const HeadDropoutArgs *args);
    void (*softmax)(const HeadSoftmaxArgs *args);
    void (*argmax)(const HeadArgmaxArgs *args);
} HeadKernels;

HeadKernels head_kernels(CpuLevel level);

void head_softmax__ref(const HeadSoftmaxArgs *args, double *loss,
                       double *dlogits); /* dlogits[M][n_classes] */

#endif
