/* pw in portable code, compiled once per level.
 *
 * A register tile of R rows by V lane vectors accumulates over all of K (forward) or over a block
 * of pixels (backward_weights); its size is a constant of the level and moves no bit, since each
 * output has one chain. There is no K blocking in forward: K is small (8..480) and a column panel
 * of w stays in L1. Tails of rows use smaller tiles of the same body. Rejected: packing w, which
 * costs a pass per call and gains nothing at these K. */
#include "kernels/pw/pw.h"

#include "kernels/lanes.h"
#include "kernels/level.h"

#include <assert.h>

#define MAX_TILE_ROWS 12
#define MAX_TILE_VECTORS 4
#define PIXEL_BLOCK 128 /* pixels of backward_weights whose panels share L1 */

/* --- forward --- */

/* y[0..R) x V vectors, all of K. */
LANES_INLINE void forward_tile(const float *restrict x, long ldx, const float *restrict w, long ldw,
                               float *restrict y, long ldy, int K, int R, int V)
{
    Lanes acc[MAX_TILE_ROWS][MAX_TILE_VECTORS];
#pragma GCC unroll 12
    for (int r = 0; r < R; r++)
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            acc[r][v] = lanes_zero();
    for (int k = 0; k < K; k++) {
        Lanes b[MAX_TILE_VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            b[v] = lanes_load(w + k * ldw + v * LANES);
#pragma GCC unroll 12
        for (int r = 0; r < R; r++) {
            const Lanes a = lanes_set(x[r * ldx + k]);
#pragma GCC unroll 4
            for (int v = 0; v < V; v++)
                acc[r][v] = lanes_fma(a, b[v], acc[r][v]);
        }
    }
#pragma GCC unroll 12
    for (int r = 0; r < R; r++)
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            lanes_store(y + r * ldy + v * LANES, acc[r][v]);
}

/* All rows of a column panel of V vectors, R rows at a time. */
LANES_INLINE void forward_panel(const PwForwardArgs *a, int n, int R, int V)
{
    const float *w = a->w + n;
    float *y = a->y + n;
    int m = 0;
    for (; m + R <= a->M; m += R)
        forward_tile(a->x + m * a->ldx, a->ldx, w, a->ldw, y + m * a->ldy, a->ldy, a->K, R, V);
    for (; m + 4 <= a->M; m += 4)
        forward_tile(a->x + m * a->ldx, a->ldx, w, a->ldw, y + m * a->ldy, a->ldy, a->K, 4, V);
    for (; m < a->M; m++)
        forward_tile(a->x + m * a->ldx, a->ldx, w, a->ldw, y + m * a->ldy, a->ldy, a->K, 1, V);
}

/* --- backward_weights --- */

/* R rows of dw by V vectors over P pixels, continued from memory. */
LANES_INLINE void weights_tile(const float *restrict x, long ldx, const float *restrict dy,
                               long lddy, float *restrict dw, long lddw, int P, int R, int V)
{
    Lanes acc[MAX_TILE_ROWS][MAX_TILE_VECTORS];
#pragma GCC unroll 12
    for (int r = 0; r < R; r++)
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            acc[r][v] = lanes_load(dw + r * lddw + v * LANES);
    for (int p = 0; p < P; p++) {
        Lanes b[MAX_TILE_VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            b[v] = lanes_load(dy + p * lddy + v * LANES);
#pragma GCC unroll 12
        for (int r = 0; r < R; r++) {
            const Lanes a = lanes_set(x[p * ldx + r]);
#pragma GCC unroll 4
            for (int v = 0; v < V; v++)
                acc[r][v] = lanes_fma(a, b[v], acc[r][v]);
        }
    }
#pragma GCC unroll 12
    for (int r = 0; r < R; r++)
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            lanes_store(dw + r * lddw + v * LANES, acc[r][v]);
}

/* All K rows of a column panel over the pixels [m, m + P). */
LANES_INLINE void weights_panel(const PwWeightsArgs *a, int m, int P, int n, int R, int V)
{
    const float *x = a->x + m * a->ldx;
    const float *dy = a->dy + m * a->lddy + n;
    float *dw = a->dw + n;
    int k = 0;
    for (; k + R <= a->K; k += R)
        weights_tile(x + k, a->ldx, dy, a->lddy, dw + k * a->lddw, a->lddw, P, R, V);
    for (; k + 4 <= a->K; k += 4)
        weights_tile(x + k, a->ldx, dy, a->lddy, dw + k * a->lddw, a->lddw, P, 4, V);
    for (; k < a->K; k++)
        weights_tile(x + k, a->ldx, dy, a->lddy, dw + k * a->lddw, a->lddw, P, 1, V);
}

/* --- transpose --- */

/* Rows [n, n + R) of wt: R columns of w. */
LANES_INLINE void transpose_rows(const PwTransposeArgs *a, int n, int R)
{
    for (int k = 0; k < a->K; k++)
#pragma GCC unroll 4
        for (int r = 0; r < R; r++)
            a->wt[(n + r) * a->ldwt + k] = a->w[k * a->ldw + n + r];
    for (int k = a->K; k < lanes_pad(a->K); k++)
#pragma GCC unroll 4
        for (int r = 0; r < R; r++)
            a->wt[(n + r) * a->ldwt + k] = 0.0f;
}

/* --- table --- */

/* Vectors of the next column panel when `left` remain: no panel of one beside a wide one. */
static int panel_vectors(int left)
{
    if (LANES_REGISTERS < 32)
        return 1;
    return left == 5 ? 3 : left < 4 ? left : 4;
}

static void LEVELED(pw_forward)(const PwForwardArgs *a)
{
    assert(a->N % LANES == 0);
    for (int n = 0; n < a->N;) {
        const int V = panel_vectors((a->N - n) / LANES);
        if (V == 4)
            forward_panel(a, n, 6, 4);
        else if (V == 3)
            forward_panel(a, n, 8, 3);
        else if (V == 2)
            forward_panel(a, n, 12, 2);
        else if (LANES_REGISTERS >= 32)
            forward_panel(a, n, 12, 1);
        else
            forward_panel(a, n, 6, 1);
        n += V * LANES;
    }
}

static void weights_block(const PwWeightsArgs *a, int m, int P)
{
    for (int n = 0; n < a->N;) {
        const int V = panel_vectors((a->N - n) / LANES);
        if (V == 4)
            weights_panel(a, m, P, n, 6, 4);
        else if (V == 3)
            weights_panel(a, m, P, n, 8, 3);
        else if (V == 2)
            weights_panel(a, m, P, n, 12, 2);
        else if (LANES_REGISTERS >= 32)
            weights_panel(a, m, P, n, 12, 1);
        else
            weights_panel(a, m, P, n, 6, 1);
        n += V * LANES;
    }
}

static void LEVELED(pw_backward_weights)(const PwWeightsArgs *a)
{
    assert(a->N % LANES == 0);
    for (int m = 0; m < a->M; m += PIXEL_BLOCK)
        weights_block(a, m, a->M - m < PIXEL_BLOCK ? a->M - m : PIXEL_BLOCK);
}

static void LEVELED(pw_transpose)(const PwTransposeArgs *a)
{
    int n = 0;
    for (; n + 4 <= a->N; n += 4)
        transpose_rows(a, n, 4);
    for (; n < a->N; n++)
        transpose_rows(a, n, 1);
}

extern const PwKernels LEVELED(pw_table);
const PwKernels LEVELED(pw_table) = {
    .variant = "pw_generic_" LEVEL_NAME,
    .forward = LEVELED(pw_forward),
    .backward_weights = LEVELED(pw_backward_weights),
    .transpose = LEVELED(pw_transpose),
};
