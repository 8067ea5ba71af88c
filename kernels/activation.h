/* activation: act(u) and its slope on lanes, for the `_generic` files; act is a constant at every
 * call.
 *
 * swish: with e = exp(-u), s = 1/(1 + e) and 1 - s = e*s, both without cancellation; h = u*s, slope
 * = fma(h, 1 - s, s). */
#ifndef KERNELS_ACTIVATION_H
#define KERNELS_ACTIVATION_H

#include "kernels/lanes.h"

#define RELU6_LIMIT 6.0f
#define HARD_SWISH_EDGE 3.0f
#define HARD_SWISH_SCALE (1.0f / 6.0f)

typedef struct LanesAct {
    Lanes h, slope;
} LanesAct;

LANES_BODY LanesAct act_relu(Lanes u, Lanes zero, Lanes one)
{
    return (LanesAct){lanes_if_gt(zero, u, zero, u), lanes_if_gt(u, zero, one, zero)};
}

LANES_BODY LanesAct act_relu6(Lanes u, Lanes zero, Lanes one)
{
    const Lanes six = lanes_set(RELU6_LIMIT);
    const Lanes low = lanes_if_gt(zero, u, zero, u);
    const Lanes inside = lanes_if_gt(u, zero, one, zero);
    return (LanesAct){lanes_if_gt(low, six, six, low), lanes_if_gt(six, u, inside, zero)};
}

LANES_BODY LanesAct act_swish(Lanes u)
{
    const LanesSigmoid s = lanes_sigmoid(u);
    const Lanes h = lanes_mul(u, s.s);
    return (LanesAct){h, lanes_fma(h, s.complement, s.s)};
}

/* h = u * min(max(u + 3, 0), 6) * (1/6). */
LANES_BODY LanesAct act_hard_swish(Lanes u, Lanes zero, Lanes one)
{
    const Lanes edge = lanes_set(HARD_SWISH_EDGE), sixth = lanes_set(HARD_SWISH_SCALE);
    const Lanes gate = act_relu6(lanes_add(u, edge), zero, one).h;
    const Lanes middle = lanes_mul(lanes_add(lanes_add(u, u), edge), sixth);
    const Lanes low = lanes_if_gt(u, lanes_set(-HARD_SWISH_EDGE), middle, zero);
    return (LanesAct){lanes_mul(lanes_mul(u, gate), sixth), lanes_if_ge(u, edge, one, low)};
}

LANES_BODY LanesAct act_sigmoid(Lanes u)
{
    const LanesSigmoid s = lanes_sigmoid(u);
    return (LanesAct){s.s, lanes_mul(s.s, s.complement)};
}

LANES_BODY LanesAct act_apply(ActFn act, Lanes u)
{
    const Lanes zero = lanes_zero(), one = lanes_set(1.0f);
    switch (act) {
    case ACT_FN_RELU:
        return act_relu(u, zero, one);
    case ACT_FN_RELU6:
        return act_relu6(u, zero, one);
    case ACT_FN_SWISH:
        return act_swish(u);
    case ACT_FN_HARD_SWISH:
        return act_hard_swish(u, zero, one);
    case ACT_FN_SIGMOID:
        return act_sigmoid(u);
    case ACT_FN_NONE:
        break;
    }
    return (LanesAct){u, one};
}

#endif
