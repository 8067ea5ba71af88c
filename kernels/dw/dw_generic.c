/* dw in portable code, compiled once per level.
 *
 * Forward and backward_data hold a run of output pixels of one lane vector in registers and walk
 * the input pixels of a row once: each load serves all outputs it belongs to. backward_weights
 * holds the taps, all k*k at once where 32 registers allow it and a row of taps at a time
 * elsewhere; dz is loaded once per pixel. The bodies are inline functions called with constant k,
 * stride and run length. */
#include "kernels/dw/dw.h"

#include "kernels/lanes.h"
#include "kernels/level.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#define LONG_RUN 8
#define MAX_FIXED_TAPS 5

/* --- forward --- */

/* Adds the k taps of one row to U outputs: input pixel j feeds output u as tap j - u*S. */
LANES_INLINE void forward_row(Lanes *acc, const float *restrict x, long ldr,
                              const float *restrict w, long ldw, int k, int S, int U)
{
    Lanes tap[MAX_FIXED_TAPS];
#pragma GCC unroll 5
    for (int t = 0; t < k; t++)
        tap[t] = lanes_load(w + t * ldw);
#pragma GCC unroll 32
    for (int j = 0; j < (U - 1) * S + k; j++) {
        const Lanes a = lanes_load(x + j * ldr);
#pragma GCC unroll 8
        for (int u = 0; u < U; u++)
            if (j - u * S >= 0 && j - u * S < k)
                acc[u] = lanes_fma(a, tap[j - u * S], acc[u]);
    }
}

/* U outputs of one row and one vector of channels, from pixel offset x0 of each row. */
LANES_INLINE void forward_run(const DwForwardArgs *a, const float *const *rows, long x0, int c,
                              float *y, int k, int S, int U)
{
    Lanes acc[LONG_RUN];
#pragma GCC unroll 8
    for (int u = 0; u < U; u++)
        acc[u] = lanes_zero();
    for (int kh = 0; kh < k; kh++)
        forward_row(acc, rows[kh] + x0 * a->ldr + c, a->ldr, a->w + kh * k * a->ldw + c, a->ldw, k,
                    S, U);
#pragma GCC unroll 8
    for (int u = 0; u < U; u++)
        lanes_store(y + u * a->ldy, acc[u]);
}

/* All outputs of a call for constant k and S; runs of U, then of 4, 2 and 1. */
LANES_INLINE void forward_fixed(const DwForwardArgs *a, int k, int S, int U)
{
    for (int oh = 0; oh < a->OH; oh++)
        for (int c = 0; c < a->C; c += LANES) {
            const float *const *rows = a->rows + oh * S;
            float *y = a->y + oh * a->ldy_row + c;
            int ow = 0;
            for (; ow + U <= a->OW; ow += U)
                forward_run(a, rows, (long)ow * S, c, y + ow * a->ldy, k, S, U);
            for (; ow + 4 <= a->OW; ow += 4)
                forward_run(a, rows, (long)ow * S, c, y + ow * a->ldy, k, S, 4);
            for (; ow + 2 <= a->OW; ow += 2)
                forward_run(a, rows, (long)ow * S, c, y + ow * a->ldy, k, S, 2);
            if (ow < a->OW)
                forward_run(a, rows, (long)ow * S, c, y + ow * a->ldy, k, S, 1);
        }
}

/* Any k and stride: one output at a time. */
static void forward_any(const DwForwardArgs *a)
{
    const int d = dw_dilation(a->dilation);
    for (int oh = 0; oh < a->OH; oh++)
        for (int ow = 0; ow < a->OW; ow++)
            for (int c = 0; c < a->C; c += LANES) {
                Lanes acc = lanes_zero();
                for (int t = 0; t < a->k * a->k; t++) {
                    const float *row = a->rows[oh * a->stride + t / a->k * d];
                    const float *x = row + ((long)ow * a->stride + t % a->k * d) * a->ldr + c;
                    acc = lanes_fma(lanes_load(x), lanes_load(a->w + t * a->ldw + c), acc);
                }
                lanes_store(a->y + oh * a->ldy_row + ow * a->ldy + c, acc);
            }
}

/* --- backward_data --- */

/* Adds T taps of one row of dz to U outputs `stride` apart: pixel j feeds output u as tap T-1 - (j
 * - u), taps being `tap_step` rows of w apart. Walks j downwards, which is kw upwards. */
LANES_INLINE void data_row(Lanes *acc, const float *restrict dz, long ldr, const float *restrict w,
                           long tap_step, int T, int U)
{
    Lanes tap[MAX_FIXED_TAPS];
#pragma GCC unroll 5
    for (int t = 0; t < T; t++)
        tap[t] = lanes_load(w + t * tap_step);
#pragma GCC unroll 32
    for (int j = U + T - 2; j >= 0; j--) {
        const Lanes a = lanes_load(dz + j * ldr);
#pragma GCC unroll 8
        for (int u = 0; u < U; u++)
            if (j - u >= 0 && j - u < T)
                acc[u] = lanes_fma(a, tap[T - 1 - (j - u)], acc[u]);
    }
}

/* U pixels of dx from iw, S apart; their taps are kw0, kw0 + S, ... (T of them). */
LANES_INLINE void data_run(const DwDataArgs *a, int iw, int c, int kw0, int k, int S, int T, int U)
{
    Lanes acc[LONG_RUN];
#pragma GCC unroll 8
    for (int u = 0; u < U; u++)
        acc[u] = lanes_zero();
    const long first = (iw + a->pad - kw0) / S - (T - 1);
    for (int j = 0; j < a->n_rows; j++)
        data_row(acc, a->rows[j] + first * a->ldr + c, a->ldr,
                 a->w + (a->kh[j] * k + kw0) * a->ldw + c, S * a->ldw, T, U);
#pragma GCC unroll 8
    for (int u = 0; u < U; u++)
        lanes_store(a->dx + (iw + (long)u * S) * a->lddx + c, acc[u]);
}

/* The pixels iw0, iw0 + S, ... of a row, which share their taps. */
LANES_INLINE void data_phase(const DwDataArgs *a, int iw0, int kw0, int k, int S, int T, int U)
{
    for (int c = 0; c < a->C; c += LANES) {
        int iw = iw0;
        for (; iw + (U - 1) * S < a->W; iw += U * S)
            data_run(a, iw, c, kw0, k, S, T, U);
        for (; iw + 3 * S < a->W; iw += 4 * S)
            data_run(a, iw, c, kw0, k, S, T, 4);
        for (; iw + S < a->W; iw += 2 * S)
            data_run(a, iw, c, kw0, k, S, T, 2);
        if (iw < a->W)
            data_run(a, iw, c, kw0, k, S, T, 1);
    }
}

/* One phase for each residue of iw + pad modulo the stride (1 or 2). */
LANES_INLINE void data_fixed(const DwDataArgs *a, int k, int S, int U)
{
    if (S == 1) {
        data_phase(a, 0, 0, k, 1, k, U);
        return;
    }
    const int even = a->pad % 2; /* first iw with an even iw + pad */
    data_phase(a, even, 0, k, 2, (k + 1) / 2, U);
    data_phase(a, 1 - even, 1, k, 2, k / 2, U);
}

static void data_any(const DwDataArgs *a)
{
    const int d = dw_dilation(a->dilation);
    for (int iw = 0; iw < a->W; iw++)
        for (int c = 0; c < a->C; c += LANES) {
            Lanes acc = lanes_zero();
            for (int t = 0; t < a->n_rows * a->k; t++) {
                const int j = t / a->k, kw = t % a->k;
                const int at = iw + a->pad - kw * d;
                if (at % a->stride != 0)
                    continue;
                const float *dz = a->rows[j] + (long)(at / a->stride) * a->ldr + c;
                const float *w = a->w + (a->kh[j] * a->k + kw) * a->ldw + c;
                acc = lanes_fma(lanes_load(dz), lanes_load(w), acc);
            }
            lanes_store(a->dx + iw * a->lddx + c, acc);
        }
}

/* --- backward_weights --- */

/* What is wanted soon at the place of an output. */
LANES_INLINE void fetch_output(const DwWeightsArgs *a, long pixel, int c)
{
    __builtin_prefetch(a->next[0] + pixel * a->ldnext[0] + c, 0, 2);
    __builtin_prefetch(a->next[1] + pixel * a->ldnext[1] + c, 0, 2);
}

/* KH rows of k taps from row kh0, V vectors of channels, all pixels of the call. By value: the
 * stores of the taps cannot change the arguments. */
LANES_INLINE void weights_taps(DwWeightsArgs a, int c, int kh0, int KH, int k, int S, int V,
                               bool fetches)
{
    Lanes acc[MAX_FIXED_TAPS][MAX_FIXED_TAPS][2];
    float *dw = a.dw + kh0 * k * a.lddw + c;
#pragma GCC unroll 5
    for (int i = 0; i < KH; i++)
#pragma GCC unroll 5
        for (int j = 0; j < k; j++)
#pragma GCC unroll 2
            for (int v = 0; v < V; v++)
                acc[i][j][v] = lanes_load(dw + (i * k + j) * a.lddw + v * LANES);
    for (int oh = 0; oh < a.OH; oh++) {
        const float *const *rows = a.rows + oh * S + kh0;
        const float *dz = a.dz + oh * a.lddz_row + c;
        for (int ow = 0; ow < a.OW; ow++)
#pragma GCC unroll 2
            for (int v = 0; v < V; v++) {
                if (fetches)
                    fetch_output(&a, oh * a.OW + ow, c + v * LANES);
                const Lanes g = lanes_load(dz + ow * a.lddz + v * LANES);
#pragma GCC unroll 5
                for (int i = 0; i < KH; i++) {
                    const float *x = rows[i] + (long)ow * S * a.ldr + c + v * LANES;
#pragma GCC unroll 5
                    for (int j = 0; j < k; j++)
                        acc[i][j][v] = lanes_fma(lanes_load(x + j * a.ldr), g, acc[i][j][v]);
                }
            }
    }
#pragma GCC unroll 5
    for (int i = 0; i < KH; i++)
#pragma GCC unroll 5
        for (int j = 0; j < k; j++)
#pragma GCC unroll 2
            for (int v = 0; v < V; v++)
                lanes_store(dw + (i * k + j) * a.lddw + v * LANES, acc[i][j][v]);
}

LANES_INLINE void weights_all(DwWeightsArgs a, int k, int S, bool fetches)
{
    for (int c = 0; c < a.C; c += LANES)
        if (LANES_REGISTERS >= 32)
            weights_taps(a, c, 0, k, k, S, 1, fetches);
        else
            for (int kh = 0; kh < k; kh++)
                weights_taps(a, c, kh, 1, k, S, 1, fetches && kh == 0);
}

LANES_INLINE void weights_fixed(DwWeightsArgs a, int k, int S)
{
    if (a.next[0] != NULL && a.next[1] != NULL)
        weights_all(a, k, S, true);
    else
        weights_all(a, k, S, false);
}

static void weights_any(const DwWeightsArgs *a)
{
    const int d = dw_dilation(a->dilation);
    for (int t = 0; t < a->k * a->k; t++)
        for (int c = 0; c < a->C; c += LANES) {
            float *dw = a->dw + t * a->lddw + c;
            Lanes acc = lanes_load(dw);
            for (int oh = 0; oh < a->OH; oh++)
                for (int ow = 0; ow < a->OW; ow++) {
                    const float *row = a->rows[oh * a->stride + t / a->k * d];
                    const float *x = row + ((long)ow * a->stride + t % a->k * d) * a->ldr + c;
                    const float *dz = a->dz + oh * a->lddz_row + ow * a->lddz + c;
                    acc = lanes_fma(lanes_load(x), lanes_load(dz), acc);
                }
            lanes_store(dw, acc);
        }
}

/* --- table --- */

/* The combination of kernel size and stride; dilated ones have no body of their own. */
#define MAX_STRIDE 16
#define FIXED(k, stride) ((k)*MAX_STRIDE + (stride))

static int body_of(int k, int stride, int dilation)
{
    return dilation > 1 ? 0 : FIXED(k, stride);
}

static void LEVELED(dw_forward)(const DwForwardArgs *a)
{
    assert(a->C % LANES == 0 && a->stride < MAX_STRIDE);
    const int run = LANES_REGISTERS >= 32 ? LONG_RUN : 4;
    switch (body_of(a->k, a->stride, a->dilation)) {
    case FIXED(3, 1):
        forward_fixed(a, 3, 1, run);
        break;
    case FIXED(3, 2):
        forward_fixed(a, 3, 2, run);
        break;
    case FIXED(5, 1):
        forward_fixed(a, 5, 1, run);
        break;
    case FIXED(5, 2):
        forward_fixed(a, 5, 2, run);
        break;
    default:
        forward_any(a);
    }
}

static void LEVELED(dw_backward_data)(const DwDataArgs *a)
{
    assert(a->C % LANES == 0 && a->n_rows <= a->k && a->stride < MAX_STRIDE);
    const int run = LANES_REGISTERS >= 32 ? LONG_RUN : 4;
    switch (body_of(a->k, a->stride, a->dilation)) {
    case FIXED(3, 1):
        data_fixed(a, 3, 1, run);
        break;
    case FIXED(3, 2):
        data_fixed(a, 3, 2, run);
        break;
    case FIXED(5, 1):
        data_fixed(a, 5, 1, run);
        break;
    case FIXED(5, 2):
        data_fixed(a, 5, 2, run);
        break;
    default:
        data_any(a);
    }
}

static void LEVELED(dw_backward_weights)(const DwWeightsArgs *a)
{
    assert(a->C % LANES == 0);
    switch (body_of(a->k, a->stride, a->dilation)) {
    case FIXED(3, 1):
        weights_fixed(*a, 3, 1);
        break;
    case FIXED(3, 2):
        weights_fixed(*a, 3, 2);
        break;
    case FIXED(5, 1):
        weights_fixed(*a, 5, 1);
        break;
    case FIXED(5, 2):
        weights_fixed(*a, 5, 2);
        break;
    default:
        weights_any(a);
    }
}

extern const DwKernels LEVELED(dw_table);
const DwKernels LEVELED(dw_table) = {
    .variant = "dw_generic_" LEVEL_NAME,
    .forward = LEVELED(dw_forward),
    .backward_data = LEVELED(dw_backward_data),
    .backward_weights = LEVELED(dw_backward_weights),
};
