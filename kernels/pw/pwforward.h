/* pwforward: y = x w on lanes, for pw_generic.c.
 *
 * A register tile of R rows by V lane vectors accumulates over K; its size is a constant of the
 * level and moves no bit, since each output has one chain. Tails of rows use smaller tiles of the
 * same body.
 *
 * Column panels of large weights come from memory, and their rows lie ldw apart: the processor does
 * not foresee them, and where ldw is a power of two they share a few sets of every cache. So such a
 * panel is taken in blocks of K that fit the first-level cache: the first tile copies the block
 * while it multiplies, the others read the copy and fetch the block that follows, and the chains go
 * on from y. At 64 rows of ResNet-50's 2048 x 512 this is 2.5 times as fast; small weights are read
 * in place, where a copy gains nothing. */
#ifndef KERNELS_PW_PWFORWARD_H
#define KERNELS_PW_PWFORWARD_H

#include "kernels/pw/pw.h"
#include "kernels/pw/pwtile.h"

#include "kernels/lanes.h"

/* A product with a column panel of w, or with a block of it. */
typedef struct ForwardPanel {
    PwForwardArgs a; /* w, y: of the panel; K: of the block */
    PwWindows windows;
    float *copy;       /* [K][V lanes]: where the first tile copies w; or NULL */
    const float *read; /* where the other tiles read w */
    long ldread;
    const float *next; /* rows of w, ldw apart, that are wanted next; or NULL */
} ForwardPanel;

LANES_INLINE const float *forward_x(const ForwardPanel *p, int m)
{
    return p->a.x + (p->windows.rows == NULL ? m * p->a.ldx : p->windows.rows[m]);
}

LANES_INLINE float *forward_y(const ForwardPanel *p, int m)
{
    return p->a.y + (p->a.y_rows == NULL ? m * p->a.ldy : p->a.y_rows[m]);
}

/* U steps of the chains of all rows: the numbers k.. of each, the rows w.. . With `copy`, these are
 * copied. */
LANES_INLINE void forward_steps(const float *const *x, long k, const float *w, long ldw,
                                float *copy, Lanes acc[][PW_TILE_VECTORS], int R, int V, int U)
{
    Lanes b[PW_TILE_STEPS][PW_TILE_VECTORS];
#pragma GCC unroll 4
    for (int u = 0; u < U; u++)
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            b[u][v] = lanes_load(w + u * ldw + v * LANES);
    if (copy != NULL)
#pragma GCC unroll 16
        for (int i = 0; i < U * V; i++)
            lanes_store(copy + i * LANES, b[i / V][i % V]);
#pragma GCC unroll 12
    for (int r = 0; r < R; r++) {
        const float *x_r = x[r] + k;
#pragma GCC unroll 4
        for (int u = 0; u < U; u++) {
            const Lanes x_k = lanes_set(x_r[u]);
#pragma GCC unroll 4
            for (int v = 0; v < V; v++)
                acc[r][v] = lanes_fma(x_k, b[u][v], acc[r][v]);
        }
    }
}

/* What a tile does on the way. */
typedef enum ForwardExtra {
    FORWARD_NOTHING,
    FORWARD_FETCHES, /* a line of each row that is wanted next */
    FORWARD_COPIES,  /* w */
} ForwardExtra;

/* Adds the products of K to the sums of R rows. Simple: rows evenly apart, of one piece. */
LANES_INLINE void forward_sums(const ForwardPanel *p, const float *const *x, const float *next,
                               Lanes acc[][PW_TILE_VECTORS], int R, int V, bool is_simple,
                               ForwardExtra extra)
{
    const int U = LANES_REGISTERS < 32 || V > 2 ? 1 : V == 2 ? 2 : PW_TILE_STEPS;
    const int length = is_simple ? p->a.K : p->windows.length;
    const long *start = p->windows.starts;
    const bool in_place = is_simple || extra == FORWARD_COPIES;
    const long ldw = in_place ? p->a.ldw : p->ldread, ldnext = p->a.ldw;
    const float *w = in_place ? p->a.w : p->read;
    float *copy = extra == FORWARD_COPIES ? p->copy : NULL;
    for (int left = p->a.K; left > 0; left -= length, start++) {
        long k = is_simple ? 0 : *start;
        const long end = k + length;
        for (; k + U <= end; k += U, w += U * ldw) {
            const int n_fetched = extra == FORWARD_FETCHES ? U : 0;
#pragma GCC unroll 4
            for (int u = 0; u < n_fetched; u++, next += ldnext)
                __builtin_prefetch(next, 0, 2);
            forward_steps(x, k, w, ldw, copy, acc, R, V, U);
            if (extra == FORWARD_COPIES)
                copy += U * V * LANES;
        }
        for (; U > 1 && k < end; k++, w += ldw) {
            forward_steps(x, k, w, ldw, copy, acc, R, V, 1);
            if (extra == FORWARD_COPIES)
                copy += V * LANES;
        }
    }
}

/* Rows m..m+R of y. */
LANES_INLINE void forward_tile(const ForwardPanel *p, int m, const float *next, int R, int V,
                               bool is_simple)
{
    const float *x[PW_TILE_ROWS];
    Lanes acc[PW_TILE_ROWS][PW_TILE_VECTORS];
#pragma GCC unroll 12
    for (int r = 0; r < R; r++) {
        const float *y = is_simple ? p->a.y + (m + r) * p->a.ldy : forward_y(p, m + r);
        x[r] = is_simple ? p->a.x + (m + r) * p->a.ldx : forward_x(p, m + r);
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            acc[r][v] = p->a.continues ? lanes_load(y + v * LANES) : lanes_zero();
    }
    if (!is_simple && R > 4 && m == 0 && p->copy != NULL)
        forward_sums(p, x, NULL, acc, R, V, false, FORWARD_COPIES);
    else if (!is_simple && R > 4 && next != NULL)
        forward_sums(p, x, next, acc, R, V, false, FORWARD_FETCHES);
    else
        forward_sums(p, x, NULL, acc, R, V, is_simple, FORWARD_NOTHING);
#pragma GCC unroll 12
    for (int r = 0; r < R; r++) {
        float *y = is_simple ? p->a.y + (m + r) * p->a.ldy : forward_y(p, m + r);
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            lanes_store(y + v * LANES, acc[r][v]);
    }
}

/* All rows of a column panel of V vectors, R rows at a time. Of the rows that are wanted next V
 * tiles, spread out, fetch a line each. */
LANES_INLINE void forward_rows(const ForwardPanel *p, int R, int V, bool is_simple)
{
    const int M = p->a.M;
    int m = 0, fetched = 0;
    for (; m + R <= M; m += R) {
        const bool fetches = !is_simple && p->next != NULL && m > fetched * (M - R) / V;
        const float *next = fetches ? p->next + fetched++ * LANES : NULL;
        forward_tile(p, m, next, R, V, is_simple);
    }
    for (; m + 4 <= M; m += 4)
        forward_tile(p, m, NULL, 4, V, is_simple);
    for (; m < M; m++)
        forward_tile(p, m, NULL, 1, V, is_simple);
}

/* --- tiles of a level --- */

typedef void ForwardRows(const ForwardPanel *p);

/* Functions of their own: in a larger one, the innermost loops lose their registers. */
#define FORWARD_ROWS(name, R, V, is_simple)                                                        \
    static __attribute__((noinline)) void name(const ForwardPanel *p)                              \
    {                                                                                              \
        forward_rows(p, R, V, is_simple);                                                          \
    }
#if LANES_REGISTERS >= 32
FORWARD_ROWS(forward_simple_1, 12, 1, true)
FORWARD_ROWS(forward_simple_2, 8, 2, true)
FORWARD_ROWS(forward_simple_3, 8, 3, true)
FORWARD_ROWS(forward_simple_4, 6, 4, true)
FORWARD_ROWS(forward_general_1, 12, 1, false)
FORWARD_ROWS(forward_general_2, 8, 2, false)
FORWARD_ROWS(forward_general_3, 8, 3, false)
FORWARD_ROWS(forward_general_4, 6, 4, false)
static ForwardRows *const forward_simple[] = {forward_simple_1, forward_simple_2, forward_simple_3,
                                              forward_simple_4};
static ForwardRows *const forward_general[] = {forward_general_1, forward_general_2,
                                               forward_general_3, forward_general_4};
#else
FORWARD_ROWS(forward_simple_1, 6, 1, true)
FORWARD_ROWS(forward_general_1, 6, 1, false)
static ForwardRows *const forward_simple[] = {forward_simple_1};
static ForwardRows *const forward_general[] = {forward_general_1};
#endif
#undef FORWARD_ROWS

/* --- blocks of K --- */

/* Makes p, a whole panel, its block that begins at k: pieces of its windows, or a part of one,
 * whose beginning goes to *start. */
static void forward_take_block(ForwardPanel *p, int k, int depth, long *start)
{
    const int length = p->windows.length, done = k % length;
    const int most = length < depth ? depth / length * length : depth;
    const int left = length < depth ? p->a.K - k : length - done;
    p->a.K = left < most ? left : most;
    p->a.w += k * p->a.ldw;
    p->a.continues = p->a.continues || k > 0;
    p->windows.starts += k / length;
    if (length < depth)
        return;
    *start = *p->windows.starts + done;
    p->windows.starts = start;
    p->windows.length = p->a.K;
}

/* A panel, block by block; `behind` is the panel that follows, or NULL. */
static void forward_blocks(const ForwardPanel *panel, const float *behind, int V)
{
    _Alignas(64) float copy[PW_COPY_FLOATS];
    long start;
    for (int k = 0; k < panel->a.K;) {
        ForwardPanel p = *panel;
        forward_take_block(&p, k, PW_COPY_FLOATS / (V * LANES), &start);
        k += p.a.K;
        p.copy = copy;
        p.read = copy;
        p.ldread = V * LANES;
        p.next = k < panel->a.K ? p.a.w + p.a.K * p.a.ldw : behind;
        forward_general[V - 1](&p);
    }
}

/* V vectors of y from column n on. */
static inline void forward_panel(const PwForwardArgs *a, const PwWindows *windows, int n, int V)
{
    ForwardPanel p = {.a = *a, .windows = *windows, .read = a->w + n, .ldread = a->ldw};
    p.a.w += n;
    p.a.y += n;
    if (a->M >= PW_COPY_ROWS && a->K >= PW_COPY_DEPTH && (long)a->K * a->N >= PW_COPY_WEIGHTS)
        forward_blocks(&p, n + V * LANES < a->N ? p.a.w + V * LANES : NULL, V);
    else if (windows->rows == NULL && a->y_rows == NULL)
        forward_simple[V - 1](&p);
    else
        forward_general[V - 1](&p);
}

#endif
