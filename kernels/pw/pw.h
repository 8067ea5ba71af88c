/* pw: pointwise (1x1) convolution and every other product of matrices: rows are pixels, columns are
 * channels.
 *
 * forward also computes the gradient of the data (dx = dy times the transposed weights), dense k x
 * k convolutions (conv.h) and linear layers. Tiles read x in place, and w, too, unless it is large
 * (pwforward.h); the windows of a convolution are rows whose pieces lie apart. */
#ifndef KERNELS_PW_PW_H
#define KERNELS_PW_PW_H

#include "base/cpu.h"

#include <stdbool.h>

/* Rows of x that overlap or lie apart, in pieces of one length: x[m][k] is
 * x[rows[m] + starts[k / length] + k % length]. */
typedef struct PwWindows {
    const long *rows;   /* [M] */
    const long *starts; /* [K / length] */
    int length;         /* divides K */
} PwWindows;

/* y[m][n] = sum over k of x[m][k] * w[k][n]: one FMA chain over k = 0..K-1 ascending from +0, or
 * with `continues` from the y in memory, so that a sum may be made of several calls. N is a
 * multiple of LANES and w, y (and ldw, ldy) are whole lanes; x only needs float alignment, K is the
 * real count, 0 for zeros. y must not overlap x or w. */
typedef struct PwForwardArgs {
    const float *x; /* x[M][ldx] */
    long ldx;       /* unused with windows */
    const float *w; /* w[K][ldw] */
    long ldw;
    float *y; /* y[M][ldy] */
    long ldy;
    int M, K, N;
    const PwWindows *windows; /* where x[m][k] is; NULL: x[M][ldx] */
    bool continues;
    const long *y_rows; /* [M] where y[m] begins; NULL: y[M][ldy] */
} PwForwardArgs;

/* dw[k][n] += sum over m of x[m][k] * dy[m][n]: one FMA chain over m ascending, continued from dw
 * in memory. N is a multiple of LANES; dw must not overlap x or dy. */
typedef struct PwWeightsArgs {
    const float *x; /* x[M][ldx] */
    long ldx;
    const float *dy; /* dy[M][lddy] */
    long lddy;
    float *dw; /* dw[K][lddw] */
    long lddw;
    int M, K, N;
    const PwWindows *windows; /* where x[m][k] is; NULL: x[M][ldx] */
    const long *dy_rows;      /* [M] where dy[m] begins; NULL: dy[M][lddy] */
} PwWeightsArgs;

/* wt[n][k] = w[k][n] for n < N, k < K; lanes K..lanes_pad(K)-1 of each row of wt become 0. N is the
 * real count. */
typedef struct PwTransposeArgs {
    const float *w; /* w[K][ldw] */
    long ldw;
    float *wt; /* wt[N][ldwt], ldwt >= lanes_pad(K) */
    long ldwt;
    int K, N;
} PwTransposeArgs;

typedef struct PwKernels {
    const char *variant; /* the newest rung's name: "pw_generic_avx2" */
    void (*forward)(const PwForwardArgs *args);
    void (*backward_weights)(const PwWeightsArgs *args);
    void (*transpose)(const PwTransposeArgs *args);
} PwKernels;

/* The table of a level: what the rungs up to it make (kernels/ladder.h); that of the highest level
 * built for a level above what this build has. */
PwKernels pw_kernels(CpuLevel level);

/* Truth in double, from the formulas; without windows. */
void pw_forward__ref(const PwForwardArgs *args, double *y); /* y[M][N] */
void pw_backward_weights__ref(const PwWeightsArgs *args,
                              double *dw); /* dw[K][N], starts from args->dw */

#endif
