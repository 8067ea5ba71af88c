/* affine in portable code, compiled once per level.
 *
 * Blocks of channels outside, pixels inside: the vectors of a channel stay in registers, as do the
 * chains of its sums. The bodies are inline functions with the activation and the optional operands
 * as constants. They take their arguments by value: through a pointer, every store might change
 * them, and they would be loaded anew for every vector. */
#include "kernels/affine/affine.h"

#include "kernels/activation.h"
#include "kernels/lanes.h"
#include "kernels/level.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

/* --- forward --- */

LANES_INLINE void forward_channels(AffineForwardArgs a, int c, int V, ActFn act, bool has_residual,
                                   bool has_slope)
{
    Lanes A[2], D[2];
    const Lanes scale = lanes_set(a.scale);
#pragma GCC unroll 2
    for (int v = 0; v < V; v++) {
        A[v] = lanes_load(a.A + c + v * LANES);
        D[v] = lanes_load(a.D + c + v * LANES);
    }
    for (int p = 0; p < a.P; p++)
#pragma GCC unroll 2
        for (int v = 0; v < V; v++) {
            const int at = c + v * LANES;
            Lanes u = lanes_fma(A[v], lanes_load(a.z + p * a.ldz + at), D[v]);
            if (has_residual)
                u = lanes_fma(scale, u, lanes_load(a.r + p * a.ldr + at));
            const LanesAct y = act_apply(act, u);
            lanes_store(a.h + p * a.ldh + at, y.h);
            if (has_slope)
                lanes_store(a.slope + p * a.ldslope + at, y.slope);
        }
}

LANES_INLINE void forward_all(AffineForwardArgs a, ActFn act, bool has_residual, bool has_slope)
{
    int c = 0;
    for (; c + 2 * LANES <= a.C; c += 2 * LANES)
        forward_channels(a, c, 2, act, has_residual, has_slope);
    if (c < a.C)
        forward_channels(a, c, 1, act, has_residual, has_slope);
}

LANES_INLINE void forward_act(AffineForwardArgs a, ActFn act)
{
    if (a.r != NULL && a.slope != NULL)
        forward_all(a, act, true, true);
    else if (a.r != NULL)
        forward_all(a, act, true, false);
    else if (a.slope != NULL)
        forward_all(a, act, false, true);
    else
        forward_all(a, act, false, false);
}

static void LEVELED(affine_forward)(const AffineForwardArgs *a)
{
    assert(a->C % LANES == 0);
    switch (a->act) {
    case ACT_FN_NONE:
        forward_act(*a, ACT_FN_NONE);
        break;
    case ACT_FN_RELU:
        forward_act(*a, ACT_FN_RELU);
        break;
    case ACT_FN_RELU6:
        forward_act(*a, ACT_FN_RELU6);
        break;
    case ACT_FN_SWISH:
        forward_act(*a, ACT_FN_SWISH);
        break;
    case ACT_FN_HARD_SWISH:
        forward_act(*a, ACT_FN_HARD_SWISH);
        break;
    case ACT_FN_SIGMOID:
        forward_act(*a, ACT_FN_SIGMOID);
        break;
    }
}

/* --- the state of the sums --- */

/* Both sums of one vector of channels, chain by chain. */
typedef struct Sums {
    Lanes first[PIXEL_CHAINS], second[PIXEL_CHAINS];
} Sums;

LANES_INLINE void sums_load(Sums *s, const float *state, long ld)
{
#pragma GCC unroll 4
    for (int i = 0; i < PIXEL_CHAINS; i++) {
        s->first[i] = lanes_load(state + i * ld);
        s->second[i] = lanes_load(state + (PIXEL_CHAINS + i) * ld);
    }
}

LANES_INLINE void sums_store(const Sums *s, float *state, long ld)
{
#pragma GCC unroll 4
    for (int i = 0; i < PIXEL_CHAINS; i++) {
        lanes_store(state + i * ld, s->first[i]);
        lanes_store(state + (PIXEL_CHAINS + i) * ld, s->second[i]);
    }
}

/* Pixels of a call before the first whole group of PIXEL_CHAINS of the chunk. */
static int pixels_to_group(int p0, int P)
{
    const int lead = (PIXEL_CHAINS - p0 % PIXEL_CHAINS) % PIXEL_CHAINS;
    return lead < P ? lead : P;
}

/* --- stats --- */

LANES_INLINE void stats_add(Lanes *S, Lanes *Q, const float *z, Lanes pivot)
{
    const Lanes d = lanes_sub(lanes_load(z), pivot);
    *S = lanes_add(*S, d);
    *Q = lanes_fma(d, d, *Q);
}

/* Pixels [p, end) one by one, their chains in memory. */
LANES_INLINE void stats_singles(AffineStatsArgs a, int c, int p, int end)
{
    const Lanes pivot = lanes_load(a.pivot + c);
    for (; p < end; p++) {
        float *state = a.state + (a.p0 + p) % PIXEL_CHAINS * a.ldstate + c;
        float *squares = state + PIXEL_CHAINS * a.ldstate;
        Lanes S = lanes_load(state), Q = lanes_load(squares);
        stats_add(&S, &Q, a.z + p * a.ldz + c, pivot);
        lanes_store(state, S);
        lanes_store(squares, Q);
    }
}

LANES_INLINE void stats_channels(AffineStatsArgs a, int c)
{
    const Lanes pivot = lanes_load(a.pivot + c);
    int p = pixels_to_group(a.p0, a.P);
    stats_singles(a, c, 0, p);
    Sums s;
    sums_load(&s, a.state + c, a.ldstate);
    for (; p + PIXEL_CHAINS <= a.P; p += PIXEL_CHAINS)
#pragma GCC unroll 4
        for (int i = 0; i < PIXEL_CHAINS; i++)
            stats_add(&s.first[i], &s.second[i], a.z + (p + i) * a.ldz + c, pivot);
    sums_store(&s, a.state + c, a.ldstate);
    stats_singles(a, c, p, a.P);
}

static void LEVELED(affine_stats)(const AffineStatsArgs *a)
{
    assert(a->C % LANES == 0);
    for (int c = 0; c < a->C; c += LANES)
        stats_channels(*a, c);
}

static void LEVELED(affine_fold)(const AffineFoldArgs *a)
{
    for (int i = 0; i < AFFINE_SUMS; i++)
        for (int c = 0; c < a->C; c += LANES) {
            const float *state = a->state + i * PIXEL_CHAINS * a->ldstate + c;
            const Lanes low = lanes_add(lanes_load(state), lanes_load(state + a->ldstate));
            const Lanes high =
                lanes_add(lanes_load(state + 2 * a->ldstate), lanes_load(state + 3 * a->ldstate));
            lanes_store(a->partial + i * a->ldpartial + c, lanes_add(low, high));
        }
}

/* --- backward --- */

/* Which optional operands take part: constants at each call. */
typedef struct BackwardShape {
    bool gate, residual, slope, store, factor, sums;
} BackwardShape;

/* What all pixels of a vector of channels share; unused where the operand is absent. */
typedef struct BackwardChannel {
    Lanes s, b, factor;
} BackwardChannel;

LANES_INLINE BackwardChannel backward_channel(AffineBackwardArgs a, int c, BackwardShape shape)
{
    return (BackwardChannel){.s = shape.gate ? lanes_load(a.s + c) : lanes_zero(),
                             .b = shape.gate ? lanes_load(a.b + c) : lanes_zero(),
                             .factor = shape.factor ? lanes_load(a.factor + c) : lanes_zero()};
}

/* g of one pixel; stores it. */
LANES_INLINE Lanes backward_g(AffineBackwardArgs a, int p, int c, BackwardChannel channel,
                              BackwardShape shape)
{
    Lanes v = lanes_load(a.dh + p * a.lddh + c);
    if (shape.gate)
        v = lanes_fma(v, channel.s, channel.b);
    if (shape.residual)
        v = lanes_add(v, lanes_load(a.r + p * a.ldr + c));
    if (shape.slope)
        v = lanes_mul(v, lanes_load(a.slope + p * a.ldslope + c));
    if (shape.store)
        lanes_store(a.g + p * a.ldg + c, shape.factor ? lanes_mul(v, channel.factor) : v);
    return v;
}

LANES_INLINE void backward_add(AffineBackwardArgs a, Lanes *S1, Lanes *S2, int p, int c, Lanes g,
                               Lanes scale, Lanes mean)
{
    const Lanes e = lanes_mul(g, scale);
    const Lanes d = lanes_sub(lanes_load(a.z + p * a.ldz + c), mean);
    *S1 = lanes_add(*S1, e);
    *S2 = lanes_fma(e, d, *S2);
}

/* Pixels [p, end) one by one, their chains in memory. */
LANES_INLINE void backward_singles(AffineBackwardArgs a, int c, int p, int end, BackwardShape shape)
{
    const BackwardChannel channel = backward_channel(a, c, shape);
    for (; p < end; p++) {
        const Lanes g = backward_g(a, p, c, channel, shape);
        if (!shape.sums)
            continue;
        float *first = a.state + (a.p0 + p) % PIXEL_CHAINS * a.ldstate + c;
        float *second = first + PIXEL_CHAINS * a.ldstate;
        Lanes S1 = lanes_load(first), S2 = lanes_load(second);
        backward_add(a, &S1, &S2, p, c, g, lanes_set(a.scale), lanes_load(a.mean + c));
        lanes_store(first, S1);
        lanes_store(second, S2);
    }
}

/* Whole groups of pixels, their chains in registers. */
LANES_INLINE void backward_groups(AffineBackwardArgs a, int c, int p, int groups,
                                  BackwardShape shape)
{
    const BackwardChannel channel = backward_channel(a, c, shape);
    const Lanes scale = lanes_set(a.scale), mean = lanes_load(a.mean + c);
    Sums sums;
    sums_load(&sums, a.state + c, a.ldstate);
    for (const int end = p + groups * PIXEL_CHAINS; p < end; p += PIXEL_CHAINS)
#pragma GCC unroll 4
        for (int i = 0; i < PIXEL_CHAINS; i++) {
            const Lanes g = backward_g(a, p + i, c, channel, shape);
            backward_add(a, &sums.first[i], &sums.second[i], p + i, c, g, scale, mean);
        }
    sums_store(&sums, a.state + c, a.ldstate);
}

LANES_INLINE void backward_all(AffineBackwardArgs a, BackwardShape shape)
{
    const int lead = pixels_to_group(a.p0, a.P);
    const int groups = (a.P - lead) / PIXEL_CHAINS;
    for (int c = 0; c < a.C; c += LANES)
        if (shape.sums) {
            backward_singles(a, c, 0, lead, shape);
            backward_groups(a, c, lead, groups, shape);
            backward_singles(a, c, lead + groups * PIXEL_CHAINS, a.P, shape);
        } else {
            backward_singles(a, c, 0, a.P, shape);
        }
}

/* One body for each combination that the executor uses, the general one for the rest: all have the
 * same bits, since an absent operand is an absent operation. */
static void backward_general(const AffineBackwardArgs *a)
{
    backward_all(*a, (BackwardShape){a->s != NULL, a->r != NULL, a->slope != NULL, a->g != NULL,
                                     a->factor != NULL, a->state != NULL});
}

static void LEVELED(affine_backward)(const AffineBackwardArgs *a)
{
    assert(a->C % LANES == 0);
    if (a->g == NULL || a->state == NULL)
        backward_general(a);
    else if (a->factor != NULL && a->s == NULL && a->r == NULL && a->slope != NULL)
        backward_all(*a, (BackwardShape){false, false, true, true, true, true});
    else if (a->factor != NULL)
        backward_general(a);
    else if (a->s != NULL && a->r == NULL && a->slope != NULL)
        backward_all(*a, (BackwardShape){true, false, true, true, false, true});
    else if (a->s == NULL && a->r == NULL && a->slope != NULL)
        backward_all(*a, (BackwardShape){false, false, true, true, false, true});
    else if (a->s == NULL && a->r != NULL && a->slope == NULL)
        backward_all(*a, (BackwardShape){false, true, false, true, false, true});
    else
        backward_general(a);
}

/* --- dz --- */

LANES_INLINE void dz_channels(AffineDzArgs a, int c)
{
    const Lanes scale = lanes_set(a.scale);
    const Lanes A = lanes_load(a.A + c), B = lanes_load(a.B + c), D = lanes_load(a.D + c);
    for (int p = 0; p < a.P; p++) {
        const Lanes e = lanes_mul(lanes_load(a.g + p * a.ldg + c), scale);
        const Lanes t = lanes_fma(B, lanes_load(a.z + p * a.ldz + c), D);
        lanes_store(a.dz + p * a.lddz + c, lanes_fma(A, e, t));
    }
}

static void LEVELED(affine_dz)(const AffineDzArgs *a)
{
    assert(a->C % LANES == 0);
    for (int c = 0; c < a->C; c += LANES)
        dz_channels(*a, c);
}

extern const AffineKernels LEVELED(affine_table);
const AffineKernels LEVELED(affine_table) = {
    .variant = "affine_generic_" LEVEL_NAME,
    .forward = LEVELED(affine_forward),
    .stats = LEVELED(affine_stats),
    .fold = LEVELED(affine_fold),
    .backward = LEVELED(affine_backward),
    .dz = LEVELED(affine_dz),
};
