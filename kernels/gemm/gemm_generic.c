/* gemm in portable code, compiled once per level.
 *
 * A register tile of R rows by V vectors accumulates over K; its size is a constant of the level
 * and moves no bit, since each output has one chain. Activations that only clamp are applied in
 * registers; curved ones in a pass over the tile just written, which is still in the first cache:
 * kept in registers, their constants would push out the sums.
 *
 * While the tiles of a panel run, they fetch the panel that follows into the second cache, a line a
 * step: weights come from memory once an image, in the order in which they lie. */
#include "kernels/gemm/gemm.h"

#include "kernels/activation.h"
#include "kernels/lanes.h"
#include "kernels/level.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#define TILE_ROWS 12 /* most of a level */

/* A product with one panel, or with one vector of it. */
typedef struct Panel {
    const GemmForwardArgs *a;
    const float *w; /* [K][ldw] */
    long ldw;
    const float *next; /* the panel that follows, at least as far as this one; or NULL */
    int n;             /* first column */
    Lanes low, high;   /* the clamp of the activation */
} Panel;

/* --- a tile --- */

/* U steps of the chains of all rows: the numbers k.. of each, the rows w.. of the panel. */
LANES_INLINE void tile_steps(const float *const *x, long k, const float *w, long ldw,
                             Lanes acc[][GEMM_MOST_VECTORS], int R, int V, int U)
{
    Lanes b[4][GEMM_MOST_VECTORS];
#pragma GCC unroll 4
    for (int u = 0; u < U; u++)
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            b[u][v] = lanes_load(w + u * ldw + v * LANES);
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

/* Adds the products of all K to the sums of R rows, fetching a line a step. */
LANES_INLINE void tile_sums(const Panel *p, const float *const *x, const float *next,
                            Lanes acc[][GEMM_MOST_VECTORS], int R, int V, bool fetches)
{
    const int U = LANES_REGISTERS < 32 || V > 2 ? 1 : V == 2 ? 2 : 4;
    const int length = p->a->length;
    const long *start = p->a->starts, ldw = p->ldw;
    const float *w = p->w;
    for (int left = p->a->K; left > 0; left -= length, start++) {
        long k = *start;
        const long end = k + (left < length ? left : length);
        for (; k + U <= end; k += U, w += U * ldw) {
            if (fetches)
#pragma GCC unroll 4
                for (int u = 0; u < U; u++, next += ldw)
                    __builtin_prefetch(next, 0, 2);
            tile_steps(x, k, w, ldw, acc, R, V, U);
        }
        for (; U > 1 && k < end; k++, w += ldw)
            tile_steps(x, k, w, ldw, acc, R, V, 1);
    }
}

/* Rows m..m+R of a panel. */
LANES_INLINE void tile(const Panel *p, int m, const float *next, int R, int V)
{
    const GemmForwardArgs *a = p->a;
    const float *x[TILE_ROWS];
    Lanes acc[TILE_ROWS][GEMM_MOST_VECTORS];
#pragma GCC unroll 12
    for (int r = 0; r < R; r++) {
        x[r] = a->x + a->x_rows[m + r];
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            acc[r][v] = lanes_load(a->bias + p->n + v * LANES);
    }
    if (R > 4 && next != NULL)
        tile_sums(p, x, next, acc, R, V, true);
    else
        tile_sums(p, x, NULL, acc, R, V, false);
#pragma GCC unroll 12
    for (int r = 0; r < R; r++) {
        float *y = a->y + a->y_rows[m + r] + p->n;
        const float *residual = a->r == NULL ? NULL : a->r + a->r_rows[m + r] + p->n;
#pragma GCC unroll 4
        for (int v = 0; v < V; v++) {
            Lanes sum = acc[r][v];
            if (residual != NULL)
                sum = lanes_add(sum, lanes_load(residual + v * LANES));
            lanes_store(y + v * LANES, lanes_min(p->high, lanes_max(p->low, sum)));
        }
    }
}

/* --- curved activations --- */

LANES_INLINE void curve_act(const Panel *p, int m, int R, int V, ActFn act)
{
    for (int r = 0; r < R; r++) {
        float *y = p->a->y + p->a->y_rows[m + r] + p->n;
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            lanes_store(y + v * LANES, act_apply(act, lanes_load(y + v * LANES)).h);
    }
}

/* R rows of a panel, which hold sums. */
LANES_INLINE void curve(const Panel *p, int m, int R, int V)
{
    switch (p->a->act) {
    case ACT_FN_SWISH:
        curve_act(p, m, R, V, ACT_FN_SWISH);
        break;
    case ACT_FN_HARD_SWISH:
        curve_act(p, m, R, V, ACT_FN_HARD_SWISH);
        break;
    case ACT_FN_SIGMOID:
        curve_act(p, m, R, V, ACT_FN_SIGMOID);
        break;
    case ACT_FN_NONE:
    case ACT_FN_RELU:
    case ACT_FN_RELU6:
        break;
    }
}

/* --- a panel --- */

/* All rows of a panel of V vectors, R at a time. V tiles fetch a line of every step of the next. */
LANES_INLINE void rows_of(const Panel *p, int R, int V)
{
    const int M = p->a->M;
    int m = 0, fetched = 0;
    for (; m + R <= M; m += R) {
        const bool fetches = p->next != NULL && fetched < V && m >= fetched * (M - R) / V;
        const float *next = fetches ? p->next + fetched++ * LANES : NULL;
        tile(p, m, next, R, V);
        curve(p, m, R, V);
    }
    const int whole = m;
    for (; m + 4 <= M; m += 4)
        tile(p, m, NULL, 4, V);
    for (; m < M; m++)
        tile(p, m, NULL, 1, V);
    curve(p, whole, M - whole, V);
}

typedef void PanelRows(const Panel *p);

/* Functions of their own: in a larger one, the innermost loops lose their registers. */
#define PANEL_ROWS(name, R, V)                                                                     \
    static __attribute__((noinline)) void name(const Panel *p)                                     \
    {                                                                                              \
        rows_of(p, R, V);                                                                          \
    }
#if LANES_REGISTERS >= 32
PANEL_ROWS(rows_1, 12, 1)
PANEL_ROWS(rows_2, 12, 2)
PANEL_ROWS(rows_3, 8, 3)
PANEL_ROWS(rows_4, 6, 4)
static PanelRows *const panel_rows[] = {rows_1, rows_2, rows_3, rows_4};
#else
PANEL_ROWS(rows_1, 6, 1)
#endif
#undef PANEL_ROWS

#if LANES_REGISTERS >= 32
static void run_panel(Panel *p, int V)
{
    panel_rows[V - 1](p);
}
#else
/* One vector of the panel after the other. */
static void run_panel(Panel *p, int V)
{
    for (int v = 0; v < V; v++, p->w += LANES, p->n += LANES) {
        rows_1(p);
        p->next = NULL;
    }
}
#endif

/* --- table --- */

/* The clamp that an activation is, or none: comparisons that a NaN fails, so that it stays. */
static void set_clamp(Panel *p, ActFn act)
{
    const bool is_clamp = act == ACT_FN_RELU || act == ACT_FN_RELU6;
    p->low = lanes_set(is_clamp ? 0.0f : -(float)INFINITY);
    p->high = lanes_set(act == ACT_FN_RELU6 ? RELU6_LIMIT : (float)INFINITY);
}

static void LEVELED(gemm_forward)(const GemmForwardArgs *a)
{
    assert(a->N % LANES == 0 && a->V >= 1 && a->V <= GEMM_MOST_VECTORS);
    const int width = a->V * LANES;
    for (int n = 0; n < a->N; n += width) {
        const int columns = a->N - n < width ? a->N - n : width;
        const float *w = a->w + (long)n * a->K;
        Panel p = {.a = a, .w = w, .ldw = columns, .n = n};
        p.next = n + columns + columns <= a->N ? w + (long)columns * a->K : NULL;
        set_clamp(&p, a->act);
        run_panel(&p, columns / LANES);
    }
}

LANES_INLINE void finish_act(GemmFinishArgs a, ActFn act)
{
    for (int c = 0; c < a.C; c += LANES) {
        const Lanes bias = a.bias == NULL ? lanes_zero() : lanes_load(a.bias + c);
        Lanes sum = lanes_zero();
        for (int p = 0; p < a.P; p++) {
            Lanes u = lanes_add(lanes_load(a.x + p * a.ldx + c), bias);
            if (a.r != NULL)
                u = lanes_add(u, lanes_load(a.r + p * a.ldr + c));
            const Lanes y = act_apply(act, u).h;
            if (a.y != NULL)
                lanes_store(a.y + p * a.ldy + c, y);
            sum = lanes_add(sum, y);
        }
        if (a.sums != NULL)
            lanes_store(a.sums + c, lanes_add(lanes_load(a.sums + c), sum));
    }
}

static void LEVELED(gemm_finish)(const GemmFinishArgs *a)
{
    assert(a->C % LANES == 0);
    switch (a->act) {
    case ACT_FN_NONE:
        finish_act(*a, ACT_FN_NONE);
        break;
    case ACT_FN_RELU:
        finish_act(*a, ACT_FN_RELU);
        break;
    case ACT_FN_RELU6:
        finish_act(*a, ACT_FN_RELU6);
        break;
    case ACT_FN_SWISH:
        finish_act(*a, ACT_FN_SWISH);
        break;
    case ACT_FN_HARD_SWISH:
        finish_act(*a, ACT_FN_HARD_SWISH);
        break;
    case ACT_FN_SIGMOID:
        finish_act(*a, ACT_FN_SIGMOID);
        break;
    }
}

extern const GemmKernels LEVELED(gemm_table);
const GemmKernels LEVELED(gemm_table) = {
    .variant = "gemm_generic_" LEVEL_NAME,
    .forward = LEVELED(gemm_forward),
    .finish = LEVELED(gemm_finish),
};
