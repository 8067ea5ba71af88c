/* panel in portable code, compiled once per level.
 *
 * Groups of rows outside, blocks of channels inside, the rows of a group innermost: a vector's
 * chains stay in registers for a group, and memory is walked through almost in order. Bodies are
 * inline functions with the activation and the optional operands as constants; they take their
 * arguments by value, as those of affine. */
#include "kernels/panel/panel.h"

#include "kernels/activation.h"
#include "kernels/lanes.h"
#include "kernels/level.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

enum { GROUP_ROWS = PANEL_AHEAD }; /* a multiple of PIXEL_CHAINS */

LANES_INLINE void fetch(const float *p)
{
    __builtin_prefetch(p);
}

LANES_INLINE void fetch_to_write(float *p)
{
    __builtin_prefetch(p, 1);
}

/* Rows before the first whole set of PIXEL_CHAINS of the chunk. */
static int rows_to_set(int p0, int P)
{
    const int lead = (PIXEL_CHAINS - p0 % PIXEL_CHAINS) % PIXEL_CHAINS;
    return lead < P ? lead : P;
}

/* --- load --- */

/* Which optional operands take part: constants at each call. */
typedef struct LoadShape {
    bool gate, store, slope, dot, sum;
} LoadShape;

/* What all rows of a vector of channels share; unused where the operand is absent. */
typedef struct LoadChannel {
    Lanes A, D, s;
} LoadChannel;

LANES_INLINE LoadChannel load_channel(PanelLoadArgs a, int c, LoadShape shape)
{
    return (LoadChannel){lanes_load(a.A + c), lanes_load(a.D + c),
                         shape.gate ? lanes_load(a.s + c) : lanes_zero()};
}

/* One row; returns its sum chain. */
LANES_INLINE Lanes load_row(PanelLoadArgs a, int p, int c, LoadChannel channel, Lanes sum,
                            ActFn act, LoadShape shape)
{
    const float *z = a.z + p * a.ldz + c;
    fetch(z + PANEL_AHEAD * a.ldz);
    const LanesAct y = act_apply(act, lanes_fma(channel.A, lanes_load(z), channel.D));
    if (shape.dot)
        sum = lanes_fma(lanes_load(a.q + p * a.ldq + c), y.h, sum);
    else if (shape.sum)
        sum = lanes_add(sum, y.h);
    if (shape.store)
        lanes_store(a.h + p * a.ldh + c, shape.gate ? lanes_mul(y.h, channel.s) : y.h);
    if (shape.slope)
        lanes_store(a.slope + p * a.ldslope + c, y.slope);
    return sum;
}

/* Rows [p, end) one by one, their chains in memory. */
LANES_INLINE void load_singles(PanelLoadArgs a, int c, int p, int end, ActFn act, LoadShape shape)
{
    const LoadChannel channel = load_channel(a, c, shape);
    for (; p < end; p++) {
        Lanes sum = lanes_zero();
        float *state = NULL;
        if (shape.dot || shape.sum) {
            state = a.state + (a.p0 + p) % PIXEL_CHAINS * a.ldstate + c;
            sum = lanes_load(state);
        }
        sum = load_row(a, p, c, channel, sum, act, shape);
        if (shape.dot || shape.sum)
            lanes_store(state, sum);
    }
}

/* Rows [p, end) in whole sets, their chains in registers. */
LANES_INLINE void load_sets(PanelLoadArgs a, int c, int p, int end, ActFn act, LoadShape shape)
{
    const LoadChannel channel = load_channel(a, c, shape);
    const bool has_state = shape.dot || shape.sum;
    Lanes sums[PIXEL_CHAINS];
#pragma GCC unroll 4
    for (int i = 0; i < PIXEL_CHAINS; i++)
        sums[i] = has_state ? lanes_load(a.state + i * a.ldstate + c) : lanes_zero();
    for (; p < end; p += PIXEL_CHAINS)
#pragma GCC unroll 4
        for (int i = 0; i < PIXEL_CHAINS; i++)
            sums[i] = load_row(a, p + i, c, channel, sums[i], act, shape);
#pragma GCC unroll 4
    for (int i = 0; i < PIXEL_CHAINS; i++)
        if (has_state)
            lanes_store(a.state + i * a.ldstate + c, sums[i]);
}

LANES_INLINE void load_all(PanelLoadArgs a, ActFn act, LoadShape shape)
{
    const int lead = rows_to_set(a.p0, a.P);
    const int end = lead + (a.P - lead) / PIXEL_CHAINS * PIXEL_CHAINS;
    for (int c = 0; c < a.C; c += LANES)
        load_singles(a, c, 0, lead, act, shape);
    for (int p = lead; p < end; p += GROUP_ROWS)
        for (int c = 0; c < a.C; c += LANES)
            load_sets(a, c, p, end - p < GROUP_ROWS ? end : p + GROUP_ROWS, act, shape);
    for (int c = 0; c < a.C; c += LANES)
        load_singles(a, c, end, a.P, act, shape);
}

/* The combinations that the executor uses, the general one for the rest: all have the same bits. */
LANES_INLINE void load_act(PanelLoadArgs a, ActFn act)
{
    const bool dot = a.state != NULL && a.q != NULL, sum = a.state != NULL && a.q == NULL;
    const LoadShape shape = {a.s != NULL, a.h != NULL, a.slope != NULL, dot, sum};
    if (dot && shape.gate && shape.store && shape.slope)
        load_all(a, act, (LoadShape){true, true, true, true, false});
    else if (dot && shape.gate && shape.store)
        load_all(a, act, (LoadShape){true, true, false, true, false});
    else if (sum && !shape.gate && shape.store && !shape.slope)
        load_all(a, act, (LoadShape){false, true, false, false, true});
    else if (sum && !shape.store && !shape.slope)
        load_all(a, act, (LoadShape){false, false, false, false, true});
    else if (a.state == NULL && !shape.gate && shape.store && shape.slope)
        load_all(a, act, (LoadShape){false, true, true, false, false});
    else if (a.state == NULL && !shape.gate && shape.store)
        load_all(a, act, (LoadShape){false, true, false, false, false});
    else if (a.state == NULL && shape.gate && shape.store && !shape.slope)
        load_all(a, act, (LoadShape){true, true, false, false, false});
    else
        load_all(a, act, shape);
}

static void LEVELED(panel_load)(const PanelLoadArgs *a)
{
    assert(a->C % LANES == 0);
    switch (a->act) {
    case ACT_FN_RELU:
        load_act(*a, ACT_FN_RELU);
        break;
    case ACT_FN_RELU6:
        load_act(*a, ACT_FN_RELU6);
        break;
    case ACT_FN_SWISH:
        load_act(*a, ACT_FN_SWISH);
        break;
    case ACT_FN_NONE:
    case ACT_FN_HARD_SWISH:
    case ACT_FN_SIGMOID:
        load_act(*a, a->act);
        break;
    }
}

/* --- fold --- */

static void LEVELED(panel_fold)(const PanelFoldArgs *a)
{
    const Lanes pixels = lanes_set((float)a->pixels);
    for (int c = 0; c < a->C; c += LANES) {
        const float *state = a->state + c;
        const Lanes low = lanes_add(lanes_load(state), lanes_load(state + a->ldstate));
        const Lanes high =
            lanes_add(lanes_load(state + 2 * a->ldstate), lanes_load(state + 3 * a->ldstate));
        const Lanes sum = lanes_add(low, high);
        lanes_store(a->y + c, a->pixels == 0 ? sum : lanes_div(sum, pixels));
    }
}

/* --- backward --- */

typedef struct BackwardShape {
    bool gate, slope, sums;
} BackwardShape;

/* What all rows of a vector of channels share; unused where the operand is absent. */
typedef struct BackwardChannel {
    Lanes s, b, A, D, scale, mean;
} BackwardChannel;

/* Both sums of one vector of channels, chain by chain. */
typedef struct Sums {
    Lanes first[PIXEL_CHAINS], second[PIXEL_CHAINS];
} Sums;

LANES_INLINE BackwardChannel backward_channel(PanelBackwardArgs a, int c, BackwardShape shape)
{
    return (BackwardChannel){.s = shape.gate ? lanes_load(a.s + c) : lanes_zero(),
                             .b = shape.gate ? lanes_load(a.b + c) : lanes_zero(),
                             .A = shape.slope ? lanes_zero() : lanes_load(a.A + c),
                             .D = shape.slope ? lanes_zero() : lanes_load(a.D + c),
                             .scale = lanes_set(a.scale),
                             .mean = shape.sums ? lanes_load(a.mean + c) : lanes_zero()};
}

LANES_INLINE void backward_row(PanelBackwardArgs a, int p, int c, BackwardChannel channel,
                               Lanes *S1, Lanes *S2, ActFn act, BackwardShape shape)
{
    float *g = a.g + p * a.ldg + c;
    fetch_to_write(g + PANEL_AHEAD * a.ldg);
    const Lanes z = lanes_load(a.z + p * a.ldz + c);
    Lanes v = lanes_load(a.dh + p * a.lddh + c);
    if (shape.gate)
        v = lanes_fma(v, channel.s, channel.b);
    v = lanes_mul(v, shape.slope ? lanes_load(a.slope + p * a.ldslope + c)
                                 : act_apply(act, lanes_fma(channel.A, z, channel.D)).slope);
    lanes_store(g, v);
    if (!shape.sums)
        return;
    const Lanes e = lanes_mul(v, channel.scale);
    *S1 = lanes_add(*S1, e);
    *S2 = lanes_fma(e, lanes_sub(z, channel.mean), *S2);
}

/* Rows [p, end) one by one, their chains in memory. */
LANES_INLINE void backward_singles(PanelBackwardArgs a, int c, int p, int end, ActFn act,
                                   BackwardShape shape)
{
    const BackwardChannel channel = backward_channel(a, c, shape);
    for (; p < end; p++) {
        Lanes S1 = lanes_zero(), S2 = lanes_zero();
        if (!shape.sums) {
            backward_row(a, p, c, channel, &S1, &S2, act, shape);
            continue;
        }
        float *first = a.state + (a.p0 + p) % PIXEL_CHAINS * a.ldstate + c;
        float *second = first + PIXEL_CHAINS * a.ldstate;
        S1 = lanes_load(first);
        S2 = lanes_load(second);
        backward_row(a, p, c, channel, &S1, &S2, act, shape);
        lanes_store(first, S1);
        lanes_store(second, S2);
    }
}

/* Rows [p, end) in whole sets, their chains in registers. */
LANES_INLINE void backward_sets(PanelBackwardArgs a, int c, int p, int end, ActFn act,
                                BackwardShape shape)
{
    const BackwardChannel channel = backward_channel(a, c, shape);
    float *first = a.state + c, *second = first + PIXEL_CHAINS * a.ldstate;
    Sums sums;
#pragma GCC unroll 4
    for (int i = 0; i < PIXEL_CHAINS; i++) {
        sums.first[i] = lanes_load(first + i * a.ldstate);
        sums.second[i] = lanes_load(second + i * a.ldstate);
    }
    for (; p < end; p += PIXEL_CHAINS)
#pragma GCC unroll 4
        for (int i = 0; i < PIXEL_CHAINS; i++)
            backward_row(a, p + i, c, channel, &sums.first[i], &sums.second[i], act, shape);
#pragma GCC unroll 4
    for (int i = 0; i < PIXEL_CHAINS; i++) {
        lanes_store(first + i * a.ldstate, sums.first[i]);
        lanes_store(second + i * a.ldstate, sums.second[i]);
    }
}

LANES_INLINE void backward_all(PanelBackwardArgs a, ActFn act, BackwardShape shape)
{
    const int lead = rows_to_set(a.p0, a.P);
    const int end = shape.sums ? lead + (a.P - lead) / PIXEL_CHAINS * PIXEL_CHAINS : lead;
    for (int c = 0; c < a.C; c += LANES)
        backward_singles(a, c, 0, lead, act, shape);
    for (int p = lead; p < end; p += GROUP_ROWS)
        for (int c = 0; c < a.C; c += LANES)
            backward_sets(a, c, p, end - p < GROUP_ROWS ? end : p + GROUP_ROWS, act, shape);
    for (int c = 0; c < a.C; c += LANES)
        backward_singles(a, c, end, a.P, act, shape);
}

LANES_INLINE void backward_act(PanelBackwardArgs a, ActFn act, bool slope)
{
    if (a.state == NULL)
        backward_all(a, act, (BackwardShape){a.s != NULL, slope, false});
    else if (a.s != NULL)
        backward_all(a, act, (BackwardShape){true, slope, true});
    else
        backward_all(a, act, (BackwardShape){false, slope, true});
}

static void LEVELED(panel_backward)(const PanelBackwardArgs *a)
{
    assert(a->C % LANES == 0);
    if (a->slope != NULL)
        backward_act(*a, ACT_FN_NONE, true);
    else if (a->act == ACT_FN_RELU)
        backward_act(*a, ACT_FN_RELU, false);
    else if (a->act == ACT_FN_RELU6)
        backward_act(*a, ACT_FN_RELU6, false);
    else if (a->act == ACT_FN_SWISH)
        backward_act(*a, ACT_FN_SWISH, false);
    else
        backward_act(*a, a->act, false);
}

extern const PanelKernels LEVELED(panel_table);
const PanelKernels LEVELED(panel_table) = {
    .variant = "panel_generic_" LEVEL_NAME,
    .load = LEVELED(panel_load),
    .fold = LEVELED(panel_fold),
    .backward = LEVELED(panel_backward),
};
