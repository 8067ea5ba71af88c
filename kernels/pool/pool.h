/* pool: means over the pixels of one image, max and average pooling. C is a multiple of LANES.
 *
 * Sums over pixels are four chains by pixel index mod PIXEL_CHAINS from +0, folded ((0+1)+(2+3)).
 */
#ifndef KERNELS_POOL_POOL_H
#define KERNELS_POOL_POOL_H

#include "base/cpu.h"

/* y[c] = (sum over p of x[p][c]) / P. */
typedef struct PoolMeanArgs {
    const float *x; /* x[P][ldx] */
    long ldx;
    float *y; /* y[C] */
    int P, C;
} PoolMeanArgs;

/* y[c] = sum over p of a[p][c] * b[p][c] (FMA chains): the gradient of SE's gate. */
typedef struct PoolDotArgs {
    const float *a;
    long lda;
    const float *b;
    long ldb;
    float *y; /* y[C] */
    int P, C;
} PoolDotArgs;

/* Gradient of the mean: t = dy[c] / P; dx[p][c] = t, or with r: r[p][c] + t. r may be dx. */
typedef struct PoolBroadcastArgs {
    const float *dy; /* dy[C] */
    const float *r;  /* r[P][ldr] or NULL */
    long ldr;
    float *dx; /* dx[P][lddx] */
    long lddx;
    int P, C;
} PoolBroadcastArgs;

/* Pooling of one image by windows; taps outside of the image do not take part.
 *
 * max: the maximum starts with the first tap inside and is replaced where a later tap compares
 * greater: the first maximum wins, a NaN wins only as the first tap.
 * average: the taps inside, added up from +0 in row-major order, over their number; the gradient of
 * a pixel is the sum over outputs ascending of dy / number. It does not read x. */
typedef struct PoolWindowArgs {
    const float *x; /* x[H][W]: pixel stride ldx, row stride ldx_row */
    long ldx, ldx_row;
    float *y; /* y[OH][OW]: pixel stride ldy, row stride ldy_row; forward only */
    long ldy, ldy_row;
    const float *dy; /* dy[OH][OW][lddy]; backward only */
    long lddy;
    float *dx; /* dx[H][W][lddx], overwritten; backward only */
    long lddx;
    int H, W, OH, OW, C;
    int k, stride, pad_top, pad_left;
} PoolWindowArgs;

typedef struct PoolKernels {
    const char *variant;
    void (*mean)(const PoolMeanArgs *args);
    void (*dot)(const PoolDotArgs *args);
    void (*broadcast)(const PoolBroadcastArgs *args);
    void (*max_forward)(const PoolWindowArgs *args);
    void (*max_backward)(const PoolWindowArgs *args);
    void (*average_forward)(const PoolWindowArgs *args);
    void (*average_backward)(const PoolWindowArgs *args);
} PoolKernels;

PoolKernels pool_kernels(CpuLevel level);

void pool_mean__ref(const PoolMeanArgs *args, double *y);
void pool_dot__ref(const PoolDotArgs *args, double *y);
void pool_max_forward__ref(const PoolWindowArgs *args, double *y);   /* y[OH][OW][C] */
void pool_max_backward__ref(const PoolWindowArgs *args, double *dx); /* dx[H][W][C] */
void pool_average_forward__ref(const PoolWindowArgs *args, double *y);
void pool_average_backward__ref(const PoolWindowArgs *args, double *dx);

#endif
