/* conv: dense k x k convolution (stem, ResNets) as a gather into panels that pw multiplies.
 *
 * Weights are w[kh][kw][cin][ldw] with the real cin, i.e. a pw matrix of K = k*k*cin rows. Forward
 * and weight gradient use `gather` (panel rows = output pixels); the gradient of the data uses
 * `gather_transposed` (panel rows = input pixels) and the weights of `rearrange`. Values are only
 * copied, so the sums are those of pw. */
#ifndef KERNELS_CONV_CONV_H
#define KERNELS_CONV_CONV_H

#include "base/cpu.h"

/* The geometry of one convolution of one image. */
typedef struct ConvShape {
    int H, W, C;    /* input; C is the real channel count */
    int OH, OW, OC; /* output; OC is the real channel count */
    int k, stride;
    int pad_top, pad_left;
} ConvShape;

/* panel[p][(kh*k + kw)*C + c] = x[ih][iw][c] for output pixel p0 + p, 0 outside of the image. */
typedef struct ConvGatherArgs {
    ConvShape shape;
    const float *x; /* one image x[H][W][ldx] */
    long ldx;
    float *panel; /* panel[P][ldp], ldp >= k*k*C; columns beyond k*k*C stay untouched */
    long ldp;
    int p0, P; /* output pixels p0..p0+P-1 in row-major order */
} ConvGatherArgs;

/* panel[p][(kh*k + kw)*OC + oc] = dz[oh][ow][oc] for input pixel p0 + p = (ih, iw), where oh*stride
 * = ih + pad_top - kh and ow*stride = iw + pad_left - kw; 0 where there is no such output. */
typedef struct ConvGatherTransposedArgs {
    ConvShape shape;
    const float *dz; /* one image dz[OH][OW][lddz] */
    long lddz;
    float *panel; /* panel[P][ldp], ldp >= k*k*OC */
    long ldp;
    int p0, P; /* input pixels */
} ConvGatherTransposedArgs;

/* wt[(kh*k + kw)*OC + oc][c] = w[(kh*k + kw)*C + c][oc]; lanes C..lanes_pad(C)-1 of wt become 0. */
typedef struct ConvRearrangeArgs {
    const float *w;
    long ldw;
    float *wt; /* wt[k*k*OC][ldwt], ldwt >= lanes_pad(C) */
    long ldwt;
    int k, C, OC;
} ConvRearrangeArgs;

typedef struct ConvKernels {
    const char *variant;
    void (*gather)(const ConvGatherArgs *args);
    void (*gather_transposed)(const ConvGatherTransposedArgs *args);
    void (*rearrange)(const ConvRearrangeArgs *args);
} ConvKernels;

ConvKernels conv_kernels(CpuLevel level);

/*
 * Direct convolution in double. x, w as above; y[OH][OW][OC], dx[H][W][C], dw[k*k*C][OC] are dense.
 */
void conv_forward__ref(const ConvShape *shape, const float *x, long ldx, const float *w, long ldw,
                       double *y);
void conv_backward_data__ref(const ConvShape *shape, const float *dz, long lddz, const float *w,
                             long ldw, double *dx);
void conv_backward_weights__ref(const ConvShape *shape, const float *x, long ldx, const float *dz,
                                long lddz, double *dw);

#endif
