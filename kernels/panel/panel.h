/* panel: the passes of affine, se and pool over rows that lie together, several at a time, for maps
 * that are larger than the first-level cache: each row is read once for all that is made of it.
 *
 * Nothing new is computed: every number has the bits that the separate kernels give it, chains over
 * pixels included, and the tests hold them to that. Rows go by in groups, and what the next group
 * reads and writes is fetched meanwhile, up to PANEL_AHEAD rows behind the last of a call: rows of
 * one map that several calls take one after the other are fetched as if by one call.
 *
 * C is a multiple of LANES; all pointers may point at a block of channels of a wider tensor. */
#ifndef KERNELS_PANEL_PANEL_H
#define KERNELS_PANEL_PANEL_H

#include "base/cpu.h"
#include "kernels/kernel_types.h"

enum { PANEL_AHEAD = 32 }; /* rows */

/* y = act(fma(A, z, D)) and its slope, as affine.forward has them. Sums over pixels are those of
 * pool.mean and pool.dot before they are folded: pixel p0 + p belongs to chain (p0 + p) mod
 * PIXEL_CHAINS; state += y, or with q: state = fma(q, y, state). */
typedef struct PanelLoadArgs {
    const float *z; /* z[P][ldz] */
    long ldz;
    const float *A, *D; /* [C] */
    const float *s;     /* [C], or NULL: the gate */
    float *h;           /* h[P][ldh], or NULL: y, with s times the gate */
    long ldh;
    float *slope; /* slope[P][ldslope], or NULL */
    long ldslope;
    const float *q; /* q[P][ldq], or NULL */
    long ldq;
    float *state; /* state[PIXEL_CHAINS][ldstate], or NULL: no sums */
    long ldstate;
    int P, C;
    int p0;
    ActFn act;
} PanelLoadArgs;

/* y[c] = (state[0][c] + state[1][c]) + (state[2][c] + state[3][c]), over `pixels` unless 0. */
typedef struct PanelFoldArgs {
    const float *state;
    long ldstate;
    float *y; /* [C] */
    int C;
    int pixels;
} PanelFoldArgs;

/* affine.backward without residual and factor: v = dh; with s: v = fma(v, s, b); g = v * slope,
 * where the slope is act'(fma(A, z, D)) if none is given; e = g * scale: S1 += e, S2 = fma(e, z -
 * mean, S2). state may be NULL (no sums); g may be dh. */
typedef struct PanelBackwardArgs {
    const float *dh; /* dh[P][lddh] */
    long lddh;
    const float *s, *b; /* [C], both or neither NULL */
    const float *slope; /* slope[P][ldslope], or NULL: made from z */
    long ldslope;
    const float *z; /* z[P][ldz] */
    long ldz;
    const float *A, *D; /* [C]; unused with slope */
    float scale;
    const float *mean; /* [C]; unused without state */
    float *g;          /* g[P][ldg] */
    long ldg;
    float *state; /* state[AFFINE_SUMS][PIXEL_CHAINS][ldstate] or NULL */
    long ldstate;
    int P, C;
    int p0;
    ActFn act; /* unused with slope */
} PanelBackwardArgs;

typedef struct PanelKernels {
    const char *variant;
    void (*load)(const PanelLoadArgs *args);
    void (*fold)(const PanelFoldArgs *args);
    void (*backward)(const PanelBackwardArgs *args);
} PanelKernels;

PanelKernels panel_kernels(CpuLevel level);

#endif
