/* opt in portable code, compiled once per level: one pass over memory, which is what bounds it. */
#include "kernels/opt/opt.h"

#include "kernels/lanes.h"
#include "kernels/level.h"

#include <assert.h>

/* --- sum of the slots --- */

LANES_INLINE Lanes tree_of_2(const float *p, long stride)
{
    return lanes_add(lanes_load(p), lanes_load(p + stride));
}

LANES_INLINE Lanes tree_of_4(const float *p, long stride)
{
    return lanes_add(tree_of_2(p, stride), tree_of_2(p + 2 * stride, stride));
}

LANES_INLINE Lanes tree_of_8(const float *p, long stride)
{
    return lanes_add(tree_of_4(p, stride), tree_of_4(p + 4 * stride, stride));
}

LANES_INLINE Lanes tree_of_16(const float *p, long stride)
{
    return lanes_add(tree_of_8(p, stride), tree_of_8(p + 8 * stride, stride));
}

/* Any number of slots, level by level. */
static Lanes tree_of_any(const float *p, long stride, int n)
{
    Lanes v[OPT_MAX_SLOTS];
    v[0] = lanes_load(p);
    for (int i = 1; i < n; i++)
        v[i] = lanes_load(p + i * stride);
    while (n > 1) {
        for (int i = 0; i < n / 2; i++)
            v[i] = lanes_add(v[2 * i], v[2 * i + 1]);
        if (n % 2)
            v[n / 2] = v[n - 1];
        n = (n + 1) / 2;
    }
    return v[0];
}

LANES_INLINE Lanes slots_sum(const OptSlots *slots, long j)
{
    const float *p = slots->first + j;
    if (slots->n == OPT_MAX_SLOTS)
        return tree_of_16(p, slots->stride);
    if (slots->n == 1)
        return lanes_load(p);
    return tree_of_any(p, slots->stride, slots->n);
}

static void LEVELED(opt_sum)(const OptSumArgs *a)
{
    assert(a->n % LANES == 0 && a->slots.n >= 1 && a->slots.n <= OPT_MAX_SLOTS);
    for (long j = 0; j < a->n; j += LANES)
        lanes_store(a->g + j, slots_sum(&a->slots, j));
}

/* --- updates --- */

/* Gradient of the lanes at j with weight decay: fma(weight_decay, w, sum of the slots). */
LANES_INLINE Lanes decayed_gradient(const OptUpdateArgs *a, long j, Lanes w)
{
    return lanes_fma(lanes_set(a->settings.weight_decay), w, slots_sum(&a->slots, j));
}

static void LEVELED(opt_sgd_nesterov)(const OptUpdateArgs *a)
{
    assert(a->n % LANES == 0 && a->slots.n >= 1 && a->slots.n <= OPT_MAX_SLOTS);
    const Lanes momentum = lanes_set(a->settings.momentum);
    const Lanes minus_lr = lanes_set(-a->settings.lr);
    for (long j = 0; j < a->n; j += LANES) {
        const Lanes w = lanes_load(a->w + j);
        const Lanes g = decayed_gradient(a, j, w);
        const Lanes v = lanes_fma(momentum, lanes_load(a->velocity + j), g);
        lanes_store(a->velocity + j, v);
        lanes_store(a->w + j, lanes_fma(minus_lr, lanes_fma(momentum, v, g), w));
    }
}

static void LEVELED(opt_rmsprop_tf)(const OptUpdateArgs *a)
{
    assert(a->n % LANES == 0 && a->slots.n >= 1 && a->slots.n <= OPT_MAX_SLOTS);
    const Lanes momentum = lanes_set(a->settings.momentum), lr = lanes_set(a->settings.lr);
    const Lanes keep = lanes_set(1.0f - a->settings.rho), eps = lanes_set(a->settings.eps);
    for (long j = 0; j < a->n; j += LANES) {
        const Lanes w = lanes_load(a->w + j);
        const Lanes g = decayed_gradient(a, j, w);
        const Lanes old = lanes_load(a->mean_square + j);
        const Lanes change = lanes_sub(lanes_mul(g, g), old);
        const Lanes ms = lanes_fma(change, keep, old);
        const Lanes step = lanes_div(lanes_mul(lr, g), lanes_sqrt(lanes_add(ms, eps)));
        const Lanes v = lanes_fma(momentum, lanes_load(a->velocity + j), step);
        lanes_store(a->mean_square + j, ms);
        lanes_store(a->velocity + j, v);
        lanes_store(a->w + j, lanes_sub(w, v));
    }
}

static void LEVELED(opt_rmsprop_torch)(const OptUpdateArgs *a)
{
    assert(a->n % LANES == 0 && a->slots.n >= 1 && a->slots.n <= OPT_MAX_SLOTS);
    const Lanes momentum = lanes_set(a->settings.momentum), rho = lanes_set(a->settings.rho);
    const Lanes minus_lr = lanes_set(-a->settings.lr), eps = lanes_set(a->settings.eps);
    const Lanes keep = lanes_set(1.0f - a->settings.rho);
    for (long j = 0; j < a->n; j += LANES) {
        const Lanes w = lanes_load(a->w + j);
        const Lanes g = decayed_gradient(a, j, w);
        const Lanes fresh = lanes_mul(keep, lanes_mul(g, g));
        const Lanes ms = lanes_fma(rho, lanes_load(a->mean_square + j), fresh);
        const Lanes step = lanes_div(g, lanes_add(lanes_sqrt(ms), eps));
        const Lanes v = lanes_fma(momentum, lanes_load(a->velocity + j), step);
        lanes_store(a->mean_square + j, ms);
        lanes_store(a->velocity + j, v);
        lanes_store(a->w + j, lanes_fma(minus_lr, v, w));
    }
}

static void LEVELED(opt_adamw)(const OptUpdateArgs *a)
{
    assert(a->n % LANES == 0 && a->slots.n >= 1 && a->slots.n <= OPT_MAX_SLOTS);
    const OptSettings *s = &a->settings;
    const Lanes momentum = lanes_set(s->momentum), fresh = lanes_set(1.0f - s->momentum);
    const Lanes rho = lanes_set(s->rho), keep = lanes_set(1.0f - s->rho);
    const Lanes minus_decay = lanes_set(-(s->lr * s->weight_decay));
    const Lanes minus_rate = lanes_set(-(s->lr * s->mean_scale));
    const Lanes root_scale = lanes_set(s->root_scale), eps = lanes_set(s->eps);
    for (long j = 0; j < a->n; j += LANES) {
        const Lanes w = lanes_load(a->w + j), g = slots_sum(&a->slots, j);
        const Lanes v = lanes_fma(momentum, lanes_load(a->velocity + j), lanes_mul(fresh, g));
        const Lanes square = lanes_mul(keep, lanes_mul(g, g));
        const Lanes ms = lanes_fma(rho, lanes_load(a->mean_square + j), square);
        const Lanes step = lanes_div(v, lanes_fma(root_scale, lanes_sqrt(ms), eps));
        lanes_store(a->velocity + j, v);
        lanes_store(a->mean_square + j, ms);
        lanes_store(a->w + j, lanes_fma(minus_rate, step, lanes_fma(minus_decay, w, w)));
    }
}

static void LEVELED(opt_ema)(const OptEmaArgs *a)
{
    assert(a->n % LANES == 0);
    const Lanes decay = lanes_set(a->decay), fresh = lanes_set(1.0f - a->decay);
    for (long j = 0; j < a->n; j += LANES) {
        const Lanes w = lanes_mul(fresh, lanes_load(a->w + j));
        lanes_store(a->ema + j, lanes_fma(decay, lanes_load(a->ema + j), w));
    }
}

extern const OptKernels LEVELED(opt_table);
const OptKernels LEVELED(opt_table) = {
    .variant = "opt_generic_" LEVEL_NAME,
    .sum = LEVELED(opt_sum),
    .sgd_nesterov = LEVELED(opt_sgd_nesterov),
    .rmsprop_tf = LEVELED(opt_rmsprop_tf),
    .rmsprop_torch = LEVELED(opt_rmsprop_torch),
    .adamw = LEVELED(opt_adamw),
    .ema = LEVELED(opt_ema),
};
