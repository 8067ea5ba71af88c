/* pw in portable code, compiled once per level.
 *
 * Forward is pwforward.h. A register tile of backward_weights is R rows of dw by V lane vectors and
 * accumulates over a block of pixels; its size is a constant of the level and moves no bit, since
 * each output has one chain. Tails of rows use smaller tiles of the same body. */
#include "kernels/pw/pw.h"
#include "kernels/pw/pwforward.h"

#include "kernels/lanes.h"
#include "kernels/level.h"

#include <assert.h>
#include <string.h>

#define PIXEL_BLOCK 128 /* pixels of backward_weights whose panels share L1 */

/* --- backward_weights --- */

/* A block of pixels: where they begin in x and in dy. */
typedef struct PixelBlock {
    const long *x, *dy;
    int P;
} PixelBlock;

/* R rows of dw, from column x of the pixels on, by V vectors; continued from memory. */
LANES_INLINE void weights_tile(const float *restrict x, const float *restrict dy,
                               const PixelBlock *block, float *restrict dw, long lddw, int R, int V)
{
    Lanes acc[PW_TILE_ROWS][PW_TILE_VECTORS];
#pragma GCC unroll 12
    for (int r = 0; r < R; r++)
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            acc[r][v] = lanes_load(dw + r * lddw + v * LANES);
    for (int p = 0; p < block->P; p++) {
        const float *x_p = x + block->x[p], *dy_p = dy + block->dy[p];
        Lanes b[PW_TILE_VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            b[v] = lanes_load(dy_p + v * LANES);
#pragma GCC unroll 12
        for (int r = 0; r < R; r++) {
            const Lanes x_r = lanes_set(x_p[r]);
#pragma GCC unroll 4
            for (int v = 0; v < V; v++)
                acc[r][v] = lanes_fma(x_r, b[v], acc[r][v]);
        }
    }
#pragma GCC unroll 12
    for (int r = 0; r < R; r++)
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            lanes_store(dw + r * lddw + v * LANES, acc[r][v]);
}

/* The rows of dw of one piece of the windows, a column panel of V vectors. */
LANES_INLINE void weights_piece(const float *x, const float *dy, const PixelBlock *block, float *dw,
                                long lddw, int length, int R, int V)
{
    int left = length;
    for (; left >= R; left -= R, x += R, dw += R * lddw)
        weights_tile(x, dy, block, dw, lddw, R, V);
    for (; left >= 4; left -= 4, x += 4, dw += 4 * lddw)
        weights_tile(x, dy, block, dw, lddw, 4, V);
    for (; left >= 3; left -= 3, x += 3, dw += 3 * lddw)
        weights_tile(x, dy, block, dw, lddw, 3, V);
    for (; left > 0; left--, x++, dw += lddw)
        weights_tile(x, dy, block, dw, lddw, 1, V);
}

/* All K rows of a column panel over a block of pixels. */
LANES_INLINE void weights_panel(const PwWeightsArgs *a, const PwWindows *windows,
                                const PixelBlock *block, int n, int R, int V)
{
    for (int k = 0, i = 0; k < a->K; k += windows->length, i++)
        weights_piece(a->x + windows->starts[i], a->dy + n, block, a->dw + k * a->lddw + n, a->lddw,
                      windows->length, R, V);
}

/* --- transpose --- */

typedef float Quad __attribute__((vector_size(16)));

LANES_INLINE Quad quad_load(const float *p)
{
    Quad quad;
    memcpy(&quad, p, sizeof quad);
    return quad;
}

LANES_INLINE void quad_store(float *p, Quad quad)
{
    memcpy(p, &quad, sizeof quad);
}

/* a0 b0 a1 b1 and a2 b2 a3 b3. */
LANES_INLINE Quad interleave_low(Quad a, Quad b)
{
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
}

LANES_INLINE Quad interleave_high(Quad a, Quad b)
{
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
}

/* A block of 4 x 4: numbers move, in registers; a loop of single stores takes three times as long.
 */
LANES_INLINE void transpose_block(const float *w, long ldw, float *wt, long ldwt)
{
    const Quad a = quad_load(w), b = quad_load(w + ldw);
    const Quad c = quad_load(w + 2 * ldw), d = quad_load(w + 3 * ldw);
    const Quad ac_low = interleave_low(a, c), ac_high = interleave_high(a, c);
    const Quad bd_low = interleave_low(b, d), bd_high = interleave_high(b, d);
    quad_store(wt, interleave_low(ac_low, bd_low));
    quad_store(wt + ldwt, interleave_high(ac_low, bd_low));
    quad_store(wt + 2 * ldwt, interleave_low(ac_high, bd_high));
    quad_store(wt + 3 * ldwt, interleave_high(ac_high, bd_high));
}

#if LANES_REGISTERS >= 32
/* a0 b0 a1 b1 ... of the lower halves, and of the upper ones. */
LANES_INLINE Lanes interleave_lower(Lanes a, Lanes b)
{
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

LANES_INLINE Lanes interleave_upper(Lanes a, Lanes b)
{
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                                   31);
}

/* A block of LANES x LANES, which reads and writes whole cache lines: rows whose distance is a
 * power of two share a set of the first-level cache, where lines that are half done do not stay.
 * Blocks of 4 x 4 take 1.3 times as long. Each round interleaves row i with row i + 8. */
LANES_INLINE void transpose_square(const float *w, long ldw, float *wt, long ldwt)
{
    Lanes from[LANES], to[LANES];
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        from[i] = lanes_load(w + i * ldw);
#pragma GCC unroll 4
    for (int rows = 1; rows < LANES; rows *= 2) {
#pragma GCC unroll 8
        for (int i = 0; i < LANES / 2; i++) {
            to[2 * i] = interleave_lower(from[i], from[i + LANES / 2]);
            to[2 * i + 1] = interleave_upper(from[i], from[i + LANES / 2]);
        }
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++)
            from[i] = to[i];
    }
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        lanes_store(wt + i * ldwt, from[i]);
}

/* The same of LANES rows of wt; returns how many columns of them are done. */
LANES_INLINE int transpose_squares(PwTransposeArgs a, int n)
{
    int k = 0;
    for (; k + LANES <= a.K; k += LANES)
        transpose_square(a.w + k * a.ldw + n, a.ldw, a.wt + n * a.ldwt + k, a.ldwt);
    return k;
}
#else
LANES_INLINE int transpose_squares(PwTransposeArgs a, int n)
{
    (void)a, (void)n; /* they do not fit in registers */
    return 0;
}
#endif

/* Rows [n, n + R) of wt: R columns of w. */
LANES_INLINE void transpose_rows(PwTransposeArgs a, int n, int R)
{
    int k = R == LANES ? transpose_squares(a, n) : 0;
    for (; R % 4 == 0 && k + 4 <= a.K; k += 4)
#pragma GCC unroll 4
        for (int r = 0; r < R; r += 4)
            transpose_block(a.w + k * a.ldw + n + r, a.ldw, a.wt + (n + r) * a.ldwt + k, a.ldwt);
    for (; k < lanes_pad(a.K); k++)
        for (int r = 0; r < R; r++)
            a.wt[(n + r) * a.ldwt + k] = k < a.K ? a.w[k * a.ldw + n + r] : 0.0f;
}

/* --- table --- */

/* Vectors of the next column panel when `left` remain: no panel of one beside a wide one. */
static int panel_vectors(int left)
{
    if (LANES_REGISTERS < 32)
        return 1;
    return left == 5 ? 3 : left < 4 ? left : 4;
}

/* Windows of one piece: rows side by side. */
static PwWindows whole_rows(int K)
{
    static const long start = 0;
    return (PwWindows){.starts = &start, .length = K};
}

static void LEVELED(pw_forward)(const PwForwardArgs *a)
{
    const PwWindows windows = a->windows == NULL ? whole_rows(a->K) : *a->windows;
    assert(a->N % LANES == 0);
    for (int n = 0; n < a->N;) {
        const int V = panel_vectors((a->N - n) / LANES);
        forward_panel(a, &windows, n, V);
        n += V * LANES;
    }
}

static void weights_block(const PwWeightsArgs *a, const PwWindows *windows, const PixelBlock *block)
{
    for (int n = 0; n < a->N;) {
        const int V = panel_vectors((a->N - n) / LANES);
        if (V == 4)
            weights_panel(a, windows, block, n, 6, 4);
        else if (V == 3)
            weights_panel(a, windows, block, n, 8, 3);
        else if (V == 2)
            weights_panel(a, windows, block, n, 12, 2);
        else if (LANES_REGISTERS >= 32)
            weights_panel(a, windows, block, n, 12, 1);
        else
            weights_panel(a, windows, block, n, 6, 1);
        n += V * LANES;
    }
}

/* The beginnings of P pixels from m on: those listed, or `ld` apart. */
static const long *pixel_rows(const long *listed, long ld, int m, int P, long *rows)
{
    if (listed != NULL)
        return listed + m;
    for (int p = 0; p < P; p++)
        rows[p] = (m + p) * ld;
    return rows;
}

static void LEVELED(pw_backward_weights)(const PwWeightsArgs *a)
{
    const PwWindows windows = a->windows == NULL ? whole_rows(a->K) : *a->windows;
    long x_rows[PIXEL_BLOCK], dy_rows[PIXEL_BLOCK];
    assert(a->N % LANES == 0);
    for (int m = 0; m < a->M; m += PIXEL_BLOCK) {
        const int P = a->M - m < PIXEL_BLOCK ? a->M - m : PIXEL_BLOCK;
        const PixelBlock block = {.x = pixel_rows(windows.rows, a->ldx, m, P, x_rows),
                                  .dy = pixel_rows(a->dy_rows, a->lddy, m, P, dy_rows),
                                  .P = P};
        weights_block(a, &windows, &block);
    }
}

static void LEVELED(pw_transpose)(const PwTransposeArgs *a)
{
    int n = 0;
    for (; n + LANES <= a->N; n += LANES)
        transpose_rows(*a, n, LANES);
    for (; n + 4 <= a->N; n += 4)
        transpose_rows(*a, n, 4);
    for (; n < a->N; n++)
        transpose_rows(*a, n, 1);
}

extern const PwKernels LEVELED(pw_table);
const PwKernels LEVELED(pw_table) = {
    .variant = "pw_generic_" LEVEL_NAME,
    .forward = LEVELED(pw_forward),
    .backward_weights = LEVELED(pw_backward_weights),
    .transpose = LEVELED(pw_transpose),
};
