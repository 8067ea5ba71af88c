/* dw: depthwise k x k convolution over rows of pixels that already carry their halo.
 *
 * The caller keeps a ring of activated rows; a row is [pixels][ld] for a block of C channels (a
 * multiple of LANES) and rows outside of the image are rows of zeros. Padding is thus part of the
 * data, and every output has the same chain over all k*k taps. k is any odd size; 3 and 5 with
 * stride 1 and 2 are specialised.
 *
 * Dilated taps lie `dilation` rows and pixels apart (0 is 1): below, "kh" and "kw" of an input row
 * or pixel then stand for kh*dilation and kw*dilation, and k for dw_reach(). */
#ifndef KERNELS_DW_DW_H
#define KERNELS_DW_DW_H

#include "base/cpu.h"

#define DW_MAX_K 9 /* largest kernel size */

/* y[i][ow][c] = sum over (kh, kw) ascending of rows[i*stride + kh][ow*stride + kw][c] * w[kh*k +
 * kw][c], from +0. Pixel 0 of a row is the one that tap kw = 0 of output ow = 0 reads (the leftmost
 * halo pixel). */
typedef struct DwForwardArgs {
    const float *const *rows; /* (OH - 1)*stride + k rows of [(OW - 1)*stride + k][ldr] */
    long ldr;                 /* pixel stride of a row */
    const float *w;           /* w[k*k][ldw] */
    long ldw;
    float *y; /* y[OH][OW]: pixel stride ldy, row stride ldy_row */
    long ldy;
    long ldy_row;
    int OH; /* output rows of this call, often 1 */
    int OW, C, k, stride, dilation;
} DwForwardArgs;

/* One row of dx: dx[iw][c] = sum over j = 0..n_rows-1, then kw ascending with (iw + pad - kw)
 * divisible by stride, of rows[j][(iw + pad - kw)/stride][c] * w[kh[j]*k + kw][c], from +0. The
 * caller lists the rows oh of dz with oh*stride - pad_top + kh = ih in ascending kh (rows of dz
 * outside of 0..OH-1 may be left out or be zeros, but always in the same way: leaving out is the
 * contract of nn). rows[j] points at pixel ow = 0 and has dw_halo(k, stride, pad) zero pixels on
 * its left and dw_halo(k, stride, pad_right) on its right. */
typedef struct DwDataArgs {
    const float *const *rows; /* n_rows rows of dz */
    const int *kh;            /* kh[n_rows], ascending */
    int n_rows;               /* 0..k; 0 writes zeros */
    long ldr;
    const float *w; /* w[k*k][ldw] */
    long ldw;
    float *dx; /* dx[W][lddx] */
    long lddx;
    int W, C, k, stride, dilation;
    int pad; /* left padding of the forward convolution */
} DwDataArgs;

/* dw[kh*k + kw][c] += sum over i, ow ascending of rows[i*stride + kh][ow*stride + kw][c] *
 * dz[i][ow][c]: one FMA chain per tap, continued from dw in memory. rows as in forward. */
typedef struct DwWeightsArgs {
    const float *const *rows;
    long ldr;
    const float *dz; /* dz[OH][OW]: pixel stride lddz, row stride lddz_row */
    long lddz;
    long lddz_row;
    float *dw; /* dw[k*k][lddw] */
    long lddw;
    int OH;
    int OW, C, k, stride, dilation;
    /* Two maps whose pixels, as many as this call has outputs, are fetched into the second cache
     * meanwhile, since they are wanted soon; NULL: none. */
    const float *next[2];
    long ldnext[2];
} DwWeightsArgs;

typedef struct DwKernels {
    const char *variant;
    void (*forward)(const DwForwardArgs *args);
    void (*backward_data)(const DwDataArgs *args);
    void (*backward_weights)(const DwWeightsArgs *args);
} DwKernels;

DwKernels dw_kernels(CpuLevel level);

static inline int dw_dilation(int dilation)
{
    return dilation > 1 ? dilation : 1;
}

/* Rows, or pixels of a row, from the first tap to behind the last one. */
static inline int dw_reach(int k, int dilation)
{
    return (k - 1) * dw_dilation(dilation) + 1;
}

/* Zero pixels that backward_data reads beyond dz on the side whose forward padding is pad; k:
 * dw_reach(). */
static inline int dw_halo(int k, int stride, int pad)
{
    return (k - 1 - pad + stride - 1) / stride;
}

void dw_forward__ref(const DwForwardArgs *args, double *y);     /* y[OH][OW][C] */
void dw_backward_data__ref(const DwDataArgs *args, double *dx); /* dx[W][C] */
void dw_backward_weights__ref(const DwWeightsArgs *args,
                              double *dw); /* dw[k*k][C], starts from args->dw */

#endif
