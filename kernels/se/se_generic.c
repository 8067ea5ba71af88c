/* se in portable code, compiled once per level. */
#include "kernels/se/se.h"

#include "kernels/activation.h"
#include "kernels/lanes.h"
#include "kernels/level.h"

#include <assert.h>

/* Four vectors of y = x W from channel n: a chain over k ascending for each output. */
LANES_INLINE void product_vectors(const float *x, int K, const float *W, long ld, float *y, int V)
{
    Lanes acc[4];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++)
        acc[v] = lanes_zero();
    for (int k = 0; k < K; k++)
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
            acc[v] = lanes_fma(lanes_set(x[k]), lanes_load(W + k * ld + v * LANES), acc[v]);
#pragma GCC unroll 4
    for (int v = 0; v < V; v++)
        lanes_store(y + v * LANES, acc[v]);
}

/* y[n] = sum over k of x[k] * W[k][n], N a multiple of LANES. */
static void product(const float *x, int K, const float *W, long ld, float *y, int N)
{
    int n = 0;
    for (; n + 4 * LANES <= N; n += 4 * LANES)
        product_vectors(x, K, W + n, ld, y + n, 4);
    for (; n < N; n += LANES)
        product_vectors(x, K, W + n, ld, y + n, 1);
}

static void add_into(float *y, const float *x, int N)
{
    for (int n = 0; n < N; n += LANES)
        lanes_store(y + n, lanes_add(lanes_load(y + n), lanes_load(x + n)));
}

static void clear_pad(float *x, int used)
{
    for (int i = used; i < lanes_pad(used); i++)
        x[i] = 0.0f;
}

LANES_INLINE Lanes gate_of(SeGateFn gate, Lanes u)
{
    if (gate == SE_GATE_FN_SIGMOID)
        return act_apply(ACT_FN_SIGMOID, u).h;
    const Lanes moved = lanes_add(u, lanes_set(HARD_SWISH_EDGE));
    return lanes_mul(act_apply(ACT_FN_RELU6, moved).h, lanes_set(HARD_SWISH_SCALE));
}

/* ds times the slope of the gate, from its value s. */
LANES_INLINE Lanes gate_slope(SeGateFn gate, Lanes s, Lanes ds)
{
    const Lanes one = lanes_set(1.0f), zero = lanes_zero();
    if (gate == SE_GATE_FN_SIGMOID)
        return lanes_mul(lanes_mul(ds, s), lanes_sub(one, s));
    const Lanes inside = lanes_mul(ds, lanes_set(HARD_SWISH_SCALE));
    return lanes_if_gt(s, zero, lanes_if_gt(one, s, inside, zero), zero);
}

static void LEVELED(se_forward)(const SeForwardArgs *a)
{
    const int Cp = lanes_pad(a->C), Sp = lanes_pad(a->S);
    product(a->p, a->C, a->W1, Sp, a->t, Sp);
    add_into(a->t, a->b1, Sp);
    for (int j = 0; j < Sp; j += LANES)
        lanes_store(a->v + j, act_apply(a->act, lanes_load(a->t + j)).h);
    clear_pad(a->v, a->S);
    product(a->v, a->S, a->W2, Cp, a->s, Cp);
    add_into(a->s, a->b2, Cp);
    for (int c = 0; c < Cp; c += LANES)
        lanes_store(a->s + c, gate_of(a->gate, lanes_load(a->s + c)));
    clear_pad(a->s, a->C);
}

static void LEVELED(se_backward)(const SeBackwardArgs *a)
{
    const int Cp = lanes_pad(a->C), Sp = lanes_pad(a->S);
    for (int c = 0; c < Cp; c += LANES)
        lanes_store(a->dt2 + c, gate_slope(a->gate, lanes_load(a->s + c), lanes_load(a->ds + c)));
    product(a->dt2, a->C, a->W2t, Sp, a->dt1, Sp);
    for (int j = 0; j < Sp; j += LANES) {
        const Lanes slope = act_apply(a->act, lanes_load(a->t + j)).slope;
        lanes_store(a->dt1 + j, lanes_mul(lanes_load(a->dt1 + j), slope));
    }
    product(a->dt1, a->S, a->W1t, Cp, a->dp, Cp);
}

/* By value: stores cannot change the arguments. */
LANES_INLINE void scale_channels(SeScaleArgs a, int c)
{
    const Lanes s = lanes_load(a.s + c);
    for (int p = 0; p < a.P; p++)
        lanes_store(a.y + p * a.ldy + c, lanes_mul(lanes_load(a.x + p * a.ldx + c), s));
}

static void LEVELED(se_scale)(const SeScaleArgs *a)
{
    assert(a->C % LANES == 0);
    for (int c = 0; c < a->C; c += LANES)
        scale_channels(*a, c);
}

extern const SeKernels LEVELED(se_table);
const SeKernels LEVELED(se_table) = {
    .variant = "se_generic_" LEVEL_NAME,
    .forward = LEVELED(se_forward),
    .backward = LEVELED(se_backward),
    .scale = LEVELED(se_scale),
};
