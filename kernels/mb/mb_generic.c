/* mb in portable code, compiled once per level.
 *
 * Loads have bodies of their own, pixels outside and channels inside, so that maps are read in the
 * order in which they lie, and fetch what the next call will load at the pace at which they
 * compute. All else is the level's own affine and dw, called for rows that are still in the first
 * cache. */
#include "kernels/mb/mb.h"

#include "kernels/activation.h"
#include "kernels/lanes.h"
#include "kernels/level.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

extern const AffineKernels LEVELED(affine_table);
extern const DwKernels LEVELED(dw_table);

/* Into the second cache: what is in use fills the first. */
LANES_INLINE void fetch(const float *p)
{
    __builtin_prefetch(p, 0, 2);
}

/* --- loading the input --- */

/* P pixels; slope and next may be NULL where their constants say so. */
LANES_INLINE void load_pixels(const MbInput in, const float *x, const float *next, float *h,
                              float *slope, int P, int C, ActFn act, bool has_slope, bool fetches)
{
    for (int p = 0; p < P; p++)
        for (int c = 0; c < C; c += LANES) {
            const long at = (long)p * C + c, from = p * in.ldx + c;
            if (fetches)
                fetch(next + from);
            const Lanes u =
                lanes_fma(lanes_load(in.A + c), lanes_load(x + from), lanes_load(in.D + c));
            const LanesAct y = act_apply(act, u);
            lanes_store(h + at, y.h);
            if (has_slope)
                lanes_store(slope + at, y.slope);
        }
}

LANES_INLINE void load_act(const MbInput in, const float *x, const float *next, float *h,
                           float *slope, int P, int C, ActFn act)
{
    if (slope != NULL && next != NULL)
        load_pixels(in, x, next, h, slope, P, C, act, true, true);
    else if (slope != NULL)
        load_pixels(in, x, next, h, slope, P, C, act, true, false);
    else if (next != NULL)
        load_pixels(in, x, next, h, slope, P, C, act, false, true);
    else
        load_pixels(in, x, next, h, slope, P, C, act, false, false);
}

static void load_row(const MbInput in, const float *x, const float *next, float *h, float *slope,
                     int P, int C)
{
    switch (in.act) {
    case ACT_FN_NONE:
        load_act(in, x, next, h, slope, P, C, ACT_FN_NONE);
        break;
    case ACT_FN_RELU:
        load_act(in, x, next, h, slope, P, C, ACT_FN_RELU);
        break;
    case ACT_FN_RELU6:
        load_act(in, x, next, h, slope, P, C, ACT_FN_RELU6);
        break;
    case ACT_FN_SWISH:
        load_act(in, x, next, h, slope, P, C, ACT_FN_SWISH);
        break;
    case ACT_FN_HARD_SWISH:
        load_act(in, x, next, h, slope, P, C, ACT_FN_HARD_SWISH);
        break;
    case ACT_FN_SIGMOID:
        load_act(in, x, next, h, slope, P, C, ACT_FN_SIGMOID);
        break;
    }
}

/* Rows [first, end) into the rings. */
static void load_rows(const MbStrip *s, const MbInput *in, const MbRing *h, const MbRing *slope,
                      int first, int end)
{
    const long row = s->W * in->ldx;
    for (int i = first; i < end; i++)
        load_row(*in, in->x + i * row, in->next == NULL ? NULL : in->next + (i - first) * row,
                 mb_slot(h, i) + (long)s->pad * s->C,
                 slope == NULL || slope->data == NULL ? NULL : mb_slot(slope, i), s->W, s->C);
}

/* --- forward --- */

/* The input rows of the strip. */
static void list_rows(const MbStrip *s, const MbRing *h)
{
    for (int i = 0; i < (s->n - 1) * s->stride + dw_reach(s->k, s->dilation); i++)
        s->rows[i] = mb_row(h, s->oh * s->stride - s->pad + i, s->H);
}

static void LEVELED(mb_forward)(const MbForwardArgs *a)
{
    const MbStrip *s = &a->strip;
    float *y = a->y + (long)s->oh * s->OW * a->ldy;
    assert(s->C % LANES == 0 && a->h.C == s->C);
    load_rows(s, &a->input, &a->h, NULL, s->loaded, mb_bottom(s, s->oh + s->n));
    list_rows(s, &a->h);
    const DwForwardArgs convolution = {.rows = s->rows,
                                       .ldr = s->C,
                                       .w = a->w,
                                       .ldw = a->ldw,
                                       .y = y,
                                       .ldy = a->ldy,
                                       .ldy_row = s->OW * a->ldy,
                                       .OH = s->n,
                                       .OW = s->OW,
                                       .C = s->C,
                                       .k = s->k,
                                       .stride = s->stride,
                                       .dilation = s->dilation};
    LEVELED(dw_table).forward(&convolution);
    if (a->stats == NULL)
        return;
    AffineStatsArgs stats = *a->stats;
    stats.z = y;
    stats.P = s->n * s->OW;
    LEVELED(affine_table).stats(&stats);
}

/* --- backward --- */

LANES_INLINE void dz_pixels(const AffineDzArgs a, const float *g, const float *z, float *dz, int P)
{
    const Lanes scale = lanes_set(a.scale);
    for (int p = 0; p < P; p++)
        for (int c = 0; c < a.C; c += LANES) {
            const Lanes e = lanes_mul(lanes_load(g + p * a.ldg + c), scale);
            const Lanes t =
                lanes_fma(lanes_load(a.B + c), lanes_load(z + p * a.ldz + c), lanes_load(a.D + c));
            lanes_store(dz + (long)p * a.C + c, lanes_fma(lanes_load(a.A + c), e, t));
        }
}

/* dz of the strip's rows into their ring. */
static void load_gradient(const MbBackwardArgs *a)
{
    const MbStrip *s = &a->strip;
    for (int i = s->oh; i < s->oh + s->n; i++)
        dz_pixels(*a->dz, a->dz->g + (long)i * s->OW * a->dz->ldg,
                  a->dz->z + (long)i * s->OW * a->dz->ldz,
                  mb_slot(&a->grad, i) + (long)a->grad_left * s->C, s->OW);
}

static void weights_gradient(const MbBackwardArgs *a)
{
    const MbStrip *s = &a->strip;
    list_rows(s, &a->h);
    const DwWeightsArgs args = {.rows = s->rows,
                                .ldr = s->C,
                                .dz = mb_slot(&a->grad, s->oh) + (long)a->grad_left * s->C,
                                .lddz = s->C,
                                .lddz_row = (long)a->grad.row_pixels * s->C,
                                .dw = a->dw,
                                .lddw = a->lddw,
                                .OH = s->n,
                                .OW = s->OW,
                                .C = s->C,
                                .k = s->k,
                                .stride = s->stride,
                                .dilation = s->dilation,
                                .next = {a->next_g, a->next_z},
                                .ldnext = {a->dz->ldg, a->dz->ldz}};
    LEVELED(dw_table).backward_weights(&args);
}

/* dx of input row ih: the rows of dz that it went into, by ascending tap. */
static void data_row(const MbBackwardArgs *a, int ih, float *dx)
{
    const MbStrip *s = &a->strip;
    const float *rows[DW_MAX_K];
    int kh[DW_MAX_K], n = 0;
    for (int tap = 0; tap < s->k; tap++) {
        const int at = ih + s->pad - tap * dw_dilation(s->dilation);
        if (at < 0 || at % s->stride != 0 || at / s->stride >= s->OH)
            continue;
        rows[n] = mb_slot(&a->grad, at / s->stride) + (long)a->grad_left * s->C;
        kh[n++] = tap;
    }
    const DwDataArgs args = {.rows = rows,
                             .kh = kh,
                             .n_rows = n,
                             .ldr = s->C,
                             .w = a->w,
                             .ldw = a->ldw,
                             .dx = dx,
                             .lddx = a->lddx,
                             .W = s->W,
                             .C = s->C,
                             .k = s->k,
                             .stride = s->stride,
                             .dilation = s->dilation,
                             .pad = s->pad};
    LEVELED(dw_table).backward_data(&args);
}

/* Rows ih..ih+n-1 of dx, whose slopes lie in a row. */
static void finish_rows(const MbBackwardArgs *a, int ih, int n, float *dx)
{
    const MbStrip *s = &a->strip;
    const long before = (long)(ih - a->done) * s->W;
    AffineBackwardArgs args = *a->finish;
    args.dh = args.g = dx;
    args.lddh = args.ldg = a->lddx;
    args.slope = a->slope.data == NULL ? NULL : mb_slot(&a->slope, ih);
    args.ldslope = s->C;
    args.r = args.r == NULL ? NULL : args.r + before * args.ldr;
    args.z = args.z == NULL ? NULL : args.z + before * args.ldz;
    args.p0 += (int)before;
    args.P = n * s->W;
    LEVELED(affine_table).backward(&args);
}

/* Rows from `done` on whose slopes lie in a row. */
static int rows_together(const MbRing *slope, int done, int complete)
{
    const int left = complete - done;
    const int to_wrap = slope->data == NULL ? left : slope->n_rows - done % slope->n_rows;
    return left < to_wrap ? left : to_wrap;
}

static void LEVELED(mb_backward)(const MbBackwardArgs *a)
{
    const MbStrip *s = &a->strip;
    const int complete = mb_complete(s, s->oh + s->n), bottom = mb_bottom(s, s->oh + s->n);
    assert(s->C % LANES == 0 && a->h.C == s->C && a->grad.C == s->C);
    load_rows(s, &a->input, &a->h, &a->slope, s->loaded, bottom);
    load_gradient(a);
    weights_gradient(a);
    int loaded = s->loaded < bottom ? bottom : s->loaded;
    for (int done = a->done, n; done < complete; done += n) {
        n = rows_together(&a->slope, done, complete);
        /* rows below the last window: only their slope counts */
        if (loaded < done + n)
            load_rows(s, &a->input, &a->h, &a->slope, loaded, done + n);
        loaded = loaded < done + n ? done + n : loaded;
        float *dx = a->dx + (long)(done - a->done) * s->W * a->lddx;
        for (int i = 0; i < n; i++)
            data_row(a, done + i, dx + (long)i * s->W * a->lddx);
        if (a->finish != NULL)
            finish_rows(a, done, n, dx);
    }
}

extern const MbKernels LEVELED(mb_table);
const MbKernels LEVELED(mb_table) = {
    .variant = "mb_generic_" LEVEL_NAME,
    .forward = LEVELED(mb_forward),
    .backward = LEVELED(mb_backward),
};
