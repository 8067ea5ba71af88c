/* mb: a depthwise convolution together with what stands before and behind it in an inverted
 * bottleneck, strip by strip: one call makes a few output rows of an image for a block of channels.
 *
 * forward loads rows of the expansion (affine map and activation), convolves them and takes the
 * statistics of what it made; backward loads them again along with their slopes, makes the gradient
 * of the convolution's output, both gradients of the convolution, and finishes that of the
 * expansion. Each step is that of affine and dw, with their bits and their chains: what is gained
 * is that a strip stays in the first caches, that the next one is fetched meanwhile, and the calls.
 *
 * The caller keeps rings of rows from call to call and calls for ascending strips of an image. All
 * pointers point at the block's first channel, those into maps at the image's first pixel. */
#ifndef KERNELS_MB_MB_H
#define KERNELS_MB_MB_H

#include "kernels/affine/affine.h"
#include "kernels/dw/dw.h"

/* A ring of rows of an image: row i lies in slot i mod n_rows, [row_pixels][C]. Pixels before and
 * behind those that a kernel writes are the halo, and hold 0. */
typedef struct MbRing {
    float *data;
    float *zero_row; /* in place of rows outside of the image */
    int n_rows, row_pixels;
    int C; /* channels of the present block, a multiple of LANES */
} MbRing;

static inline float *mb_slot(const MbRing *ring, int row)
{
    return ring->data + (long)(row % ring->n_rows) * ring->row_pixels * ring->C;
}

/* The row, or zeros outside of 0..n-1. */
static inline const float *mb_row(const MbRing *ring, int row, int n)
{
    return row < 0 || row >= n ? ring->zero_row : mb_slot(ring, row);
}

/* The convolution and the strip: output rows oh..oh+n-1. */
typedef struct MbStrip {
    int H, W;   /* of the input */
    int OH, OW; /* of the output */
    int C, k, stride, pad, dilation;
    int oh, n;
    int loaded;         /* input rows below this one are in the rings already, or past */
    const float **rows; /* scratch: (n - 1)*stride + dw_reach() pointers */
} MbStrip;

/* Input rows below this are what output rows below `oh` read. */
static inline int mb_bottom(const MbStrip *strip, int oh)
{
    const int reach = dw_reach(strip->k, strip->dilation);
    const int bottom = (oh - 1) * strip->stride - strip->pad + reach;
    return bottom < strip->H ? bottom : strip->H;
}

/* Rows of dx below this are complete when output rows below `oh` have been. */
static inline int mb_complete(const MbStrip *strip, int oh)
{
    const int complete = oh * strip->stride - strip->pad;
    return oh == strip->OH || complete > strip->H ? strip->H : complete < 0 ? 0 : complete;
}

/* The rows that the convolution reads: act(fma(A, x, D)), as affine's forward. */
typedef struct MbInput {
    const float *x; /* x[H][W][ldx] */
    long ldx;
    const float *A, *D;
    ActFn act;
    const float *next; /* pixels that the next call will load, as many as this one; NULL: unknown */
} MbInput;

/* y of the strip's rows, and its statistics. */
typedef struct MbForwardArgs {
    MbStrip strip;
    MbInput input;
    MbRing h; /* pixels: pad, W, and what the windows read behind */
    const float *w;
    long ldw;
    float *y; /* y[OH][OW][ldy] */
    long ldy;
    const AffineStatsArgs
        *stats; /* of the strip's first pixel on; z and P are ignored. NULL: none */
} MbForwardArgs;

/* The strip's part of the weights' gradient, and the rows of dx that are complete behind it. */
typedef struct MbBackwardArgs {
    MbStrip strip;
    MbInput input;
    MbRing h;                     /* as forward */
    MbRing slope;                 /* [W] pixels; its data NULL: the activation has none */
    const AffineDzArgs *dz;       /* of the image's first pixel on; dz and P are ignored */
    const float *next_g, *next_z; /* as MbInput's next */
    MbRing grad;                  /* of dz: grad_left, OW, and dw_halo on the right */
    int grad_left;
    const float *w;
    long ldw;
    float *dw; /* dw[k*k][lddw] */
    long lddw;
    int done;  /* rows of dx below this one are made already */
    float *dx; /* dx[rows][W][lddx], from row `done` to mb_complete(oh + n) - 1 */
    long lddx;
    const AffineBackwardArgs *finish; /* from row `done` on, in place of dx: dh, g, slope and P are
                                         ignored. NULL: dx stays */
} MbBackwardArgs;

typedef struct MbKernels {
    const char *variant;
    void (*forward)(const MbForwardArgs *args);
    void (*backward)(const MbBackwardArgs *args);
} MbKernels;

MbKernels mb_kernels(CpuLevel level);

#endif
