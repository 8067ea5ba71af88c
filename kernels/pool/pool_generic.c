/* pool in portable code, compiled once per level. */
#include "kernels/pool/pool.h"

#include "kernels/kernel_types.h"
#include "kernels/lanes.h"
#include "kernels/level.h"

#include <assert.h>

/* --- sums over pixels --- */

/* Four chains of x, or of x*b with FMA where b is given, folded ((0+1)+(2+3)). */
LANES_INLINE Lanes pixel_sum(const float *x, long ldx, const float *b, long ldb, int P)
{
    Lanes sum[PIXEL_CHAINS] = {lanes_zero(), lanes_zero(), lanes_zero(), lanes_zero()};
    int p = 0;
    for (; p + PIXEL_CHAINS <= P; p += PIXEL_CHAINS)
#pragma GCC unroll 4
        for (int i = 0; i < PIXEL_CHAINS; i++) {
            const Lanes v = lanes_load(x + (p + i) * ldx);
            sum[i] = b != NULL ? lanes_fma(v, lanes_load(b + (p + i) * ldb), sum[i])
                               : lanes_add(sum[i], v);
        }
#pragma GCC unroll 4
    for (int i = 0; i < PIXEL_CHAINS - 1; i++) {
        if (p + i >= P)
            break;
        const Lanes v = lanes_load(x + (p + i) * ldx);
        sum[i] =
            b != NULL ? lanes_fma(v, lanes_load(b + (p + i) * ldb), sum[i]) : lanes_add(sum[i], v);
    }
    return lanes_add(lanes_add(sum[0], sum[1]), lanes_add(sum[2], sum[3]));
}

static void LEVELED(pool_mean)(const PoolMeanArgs *a)
{
    assert(a->C % LANES == 0 && a->P > 0);
    const Lanes P = lanes_set((float)a->P);
    for (int c = 0; c < a->C; c += LANES)
        lanes_store(a->y + c, lanes_div(pixel_sum(a->x + c, a->ldx, NULL, 0, a->P), P));
}

static void LEVELED(pool_dot)(const PoolDotArgs *a)
{
    assert(a->C % LANES == 0);
    for (int c = 0; c < a->C; c += LANES)
        lanes_store(a->y + c, pixel_sum(a->a + c, a->lda, a->b + c, a->ldb, a->P));
}

static void LEVELED(pool_broadcast)(const PoolBroadcastArgs *a)
{
    assert(a->C % LANES == 0 && a->P > 0);
    for (int c = 0; c < a->C; c += LANES) {
        const Lanes t = lanes_div(lanes_load(a->dy + c), lanes_set((float)a->P));
        for (int p = 0; p < a->P; p++)
            lanes_store(a->dx + p * a->lddx + c,
                        a->r != NULL ? lanes_add(lanes_load(a->r + p * a->ldr + c), t) : t);
    }
}

/* --- pooling by windows --- */

/* The part of a window that lies in the image: input rows [h0, h1) and columns [w0, w1). */
typedef struct Window {
    int h0, h1, w0, w1;
} Window;

static Window window_at(const PoolWindowArgs *a, int oh, int ow)
{
    const int top = oh * a->stride - a->pad_top, left = ow * a->stride - a->pad_left;
    const int bottom = top + a->k, right = left + a->k;
    return (Window){top < 0 ? 0 : top, bottom < a->H ? bottom : a->H, left < 0 ? 0 : left,
                    right < a->W ? right : a->W};
}

static void zero_gradient(const PoolWindowArgs *a)
{
    for (long p = 0; p < (long)a->H * a->W; p++)
        for (int c = 0; c < a->C; c += LANES)
            lanes_store(a->dx + p * a->lddx + c, lanes_zero());
}

/* --- max pooling --- */

/* The maximum of a window and the number of its pixel, counted from 0 in row-major order. */
typedef struct Choice {
    Lanes max, index;
} Choice;

static Choice window_max(const PoolWindowArgs *a, const Window *t, int c)
{
    const float *first = a->x + t->h0 * a->ldx_row + t->w0 * a->ldx + c;
    Choice best = {lanes_load(first), lanes_zero()};
    int index = 0;
    for (int h = t->h0; h < t->h1; h++)
        for (int w = t->w0; w < t->w1; w++, index++) {
            const Lanes x = lanes_load(a->x + h * a->ldx_row + w * a->ldx + c);
            best.index = lanes_if_gt(x, best.max, lanes_set((float)index), best.index);
            best.max = lanes_if_gt(x, best.max, x, best.max);
        }
    return best;
}

static void LEVELED(pool_max_forward)(const PoolWindowArgs *a)
{
    assert(a->C % LANES == 0);
    for (int oh = 0; oh < a->OH; oh++)
        for (int ow = 0; ow < a->OW; ow++) {
            const Window t = window_at(a, oh, ow);
            for (int c = 0; c < a->C; c += LANES)
                lanes_store(a->y + oh * a->ldy_row + ow * a->ldy + c, window_max(a, &t, c).max);
        }
}

/* Adds dy of one output to the pixels its lanes chose. */
static void window_scatter(const PoolWindowArgs *a, const Window *t, int c, Lanes dy)
{
    const Lanes chosen = window_max(a, t, c).index;
    int index = 0;
    for (int h = t->h0; h < t->h1; h++)
        for (int w = t->w0; w < t->w1; w++, index++) {
            const Lanes i = lanes_set((float)index);
            const Lanes not_above = lanes_if_ge(i, chosen, dy, lanes_zero());
            float *dx = a->dx + ((long)h * a->W + w) * a->lddx + c;
            const Lanes mine = lanes_if_ge(chosen, i, not_above, lanes_zero());
            lanes_store(dx, lanes_add(lanes_load(dx), mine));
        }
}

static void LEVELED(pool_max_backward)(const PoolWindowArgs *a)
{
    assert(a->C % LANES == 0);
    zero_gradient(a);
    for (int oh = 0; oh < a->OH; oh++)
        for (int ow = 0; ow < a->OW; ow++) {
            const Window t = window_at(a, oh, ow);
            const float *dy = a->dy + ((long)oh * a->OW + ow) * a->lddy;
            for (int c = 0; c < a->C; c += LANES)
                window_scatter(a, &t, c, lanes_load(dy + c));
        }
}

/* --- average pooling --- */

static Lanes window_pixels(const Window *t)
{
    return lanes_set((float)((t->h1 - t->h0) * (t->w1 - t->w0)));
}

static Lanes window_sum(const PoolWindowArgs *a, const Window *t, int c)
{
    Lanes sum = lanes_zero();
    for (int h = t->h0; h < t->h1; h++)
        for (int w = t->w0; w < t->w1; w++)
            sum = lanes_add(sum, lanes_load(a->x + h * a->ldx_row + w * a->ldx + c));
    return sum;
}

static void LEVELED(pool_average_forward)(const PoolWindowArgs *a)
{
    assert(a->C % LANES == 0);
    for (int oh = 0; oh < a->OH; oh++)
        for (int ow = 0; ow < a->OW; ow++) {
            const Window t = window_at(a, oh, ow);
            float *y = a->y + oh * a->ldy_row + ow * a->ldy;
            for (int c = 0; c < a->C; c += LANES)
                lanes_store(y + c, lanes_div(window_sum(a, &t, c), window_pixels(&t)));
        }
}

/* Adds dy / number of taps to each pixel of the window. */
static void window_spread(const PoolWindowArgs *a, const Window *t, int c, Lanes share)
{
    for (int h = t->h0; h < t->h1; h++)
        for (int w = t->w0; w < t->w1; w++) {
            float *dx = a->dx + ((long)h * a->W + w) * a->lddx + c;
            lanes_store(dx, lanes_add(lanes_load(dx), share));
        }
}

static void LEVELED(pool_average_backward)(const PoolWindowArgs *a)
{
    assert(a->C % LANES == 0);
    zero_gradient(a);
    for (int oh = 0; oh < a->OH; oh++)
        for (int ow = 0; ow < a->OW; ow++) {
            const Window t = window_at(a, oh, ow);
            const float *dy = a->dy + ((long)oh * a->OW + ow) * a->lddy;
            for (int c = 0; c < a->C; c += LANES)
                window_spread(a, &t, c, lanes_div(lanes_load(dy + c), window_pixels(&t)));
        }
}

extern const PoolKernels LEVELED(pool_table);
const PoolKernels LEVELED(pool_table) = {
    .variant = "pool_generic_" LEVEL_NAME,
    .mean = LEVELED(pool_mean),
    .dot = LEVELED(pool_dot),
    .broadcast = LEVELED(pool_broadcast),
    .max_forward = LEVELED(pool_max_forward),
    .max_backward = LEVELED(pool_max_backward),
    .average_forward = LEVELED(pool_average_forward),
    .average_backward = LEVELED(pool_average_backward),
};
