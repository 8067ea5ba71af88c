/*
 * nn/netview.c: reading values: batch norm and activation on load, gates, and sums.
 */
#include "nn/netplan.h"

#include "base/rng.h"

enum {
    SUM_ROWS = 64
}; /* rows of a sum made at a time: its scratch stays in the first-level cache */

static ActFn act_fn(Activation act)
{
    _Static_assert((int)ACT_SIGMOID == (int)ACT_FN_SIGMOID, "kernels and models count alike");
    return (ActFn)act;
}

float netview_survival(const Worker *worker, int add, int image)
{
    const NetCall *call = &worker->net->call;
    if (add == NO_OP || call->mode == MODE_EVAL || !call->settings->noise)
        return 1.0f;
    const double survival = worker->net->network.ops[add].survival;
    if (survival >= 1.0)
        return 1.0f;
    const uint64_t index = (uint64_t)add << 32 | (uint32_t)image;
    const RngBlock block =
        rng_block(call->settings->seed, RNG_DROP_CONNECT, (uint32_t)call->settings->step, index, 0);
    const bool keeps = survival + (double)rng_float_from_u32(block.v[0]) >= 1.0;
    return keeps ? (float)(1.0 / survival) : 0.0f;
}

/* act(A z + D) of a convolution into h, and the slope if wanted. */
static void load_conv(const Worker *worker, const OpPlan *conv, Rows rows, float *h, long ldh,
                      float *slope, long ldslope)
{
    const AffineForwardArgs args = {
        .z = conv->z + rows.first * conv->Cout + rows.c0,
        .ldz = conv->Cout,
        .A = conv->A + rows.c0,
        .D = conv->D + rows.c0,
        .h = h,
        .ldh = ldh,
        .slope = slope,
        .ldslope = ldslope,
        .P = rows.P,
        .C = rows.C,
        .act = act_fn(conv->op->act),
    };
    worker->net->kernels.affine.forward(&args);
}

View netview_rows(const Worker *worker, const OpPlan *value, Rows rows, float *h, long ldh,
                  float *slope, long ldslope)
{
    const Net *net = worker->net;
    if (value == NULL) {
        const long channels = net->network.ops[0].in_channels;
        return (View){net->call.images + rows.first * channels + rows.c0, channels};
    }
    if (netplan_is_conv(value)) {
        load_conv(worker, value, rows, h, ldh, slope, ldslope);
        return (View){h, ldh};
    }
    if (value->op->kind != OP_SE)
        return (View){value->y + rows.first * value->Cout + rows.c0, value->Cout};
    load_conv(worker, netplan_input(net, value), rows, h, ldh, slope, ldslope);
    const long image = rows.first / value->out_pixels;
    const SeScaleArgs scale = {.x = h,
                               .ldx = ldh,
                               .s = value->s + image * value->Cout + rows.c0,
                               .y = h,
                               .ldy = ldh,
                               .P = rows.P,
                               .C = rows.C};
    net->kernels.se.scale(&scale);
    return (View){h, ldh};
}

void netview_gate(const Worker *worker, const OpPlan *se, int image, const float *h, long ldh)
{
    const Kernels *kernels = &worker->net->kernels;
    const Op *op = se->op;
    const long Sp = lanes_pad(op->squeeze), C = se->Cout;
    const PoolMeanArgs mean = {
        .x = h, .ldx = ldh, .y = se->p + image * C, .P = se->out_pixels, .C = se->Cout};
    kernels->pool.mean(&mean);
    const SeForwardArgs args = {
        .p = se->p + image * C,
        .W1 = netview_weight(worker, se, TENSOR_W1),
        .b1 = netview_weight(worker, se, TENSOR_B1),
        .W2 = netview_weight(worker, se, TENSOR_W2),
        .b2 = netview_weight(worker, se, TENSOR_B2),
        .t = se->t + image * Sp,
        .v = se->v + image * Sp,
        .s = se->s + image * C,
        .C = op->in_channels,
        .S = op->squeeze,
        .act = act_fn(op->act),
    };
    kernels->se.forward(&args);
}

/*
 * One piece of a sum inside one image: h[P][ldh] = act(scale branch + shortcut), and its
 * slope[P][C] if wanted.
 */
static void sum_rows(const Worker *worker, const OpPlan *sum, Rows rows, float *h, long ldh,
                     float *slope)
{
    const Net *net = worker->net;
    const OpPlan *conv = netplan_input(net, sum);
    const long C = rows.C;
    const ArenaMark mark = arena_mark(worker->scratch);
    float *branch = arena_floats(worker->scratch, (size_t)SUM_ROWS * (size_t)C);
    float *shortcut = arena_floats(worker->scratch, (size_t)SUM_ROWS * (size_t)C);
    const View r = netview_rows(worker, &net->plans[sum->op->shortcut], rows, shortcut, C, NULL, 0);
    AffineForwardArgs args = {
        .z = conv->z + rows.first * conv->Cout + rows.c0,
        .ldz = conv->Cout,
        .A = conv->A + rows.c0,
        .D = conv->D + rows.c0,
        .r = r.x,
        .ldr = r.ld,
        .scale = netview_survival(worker, sum->index, (int)(rows.first / sum->out_pixels)),
        .h = h,
        .ldh = ldh,
        .slope = slope,
        .ldslope = C,
        .P = rows.P,
        .C = rows.C,
        .act = act_fn(sum->op->act),
    };
    if (conv->op->act != ACT_NONE) { /* its activation first, then the sum of what came out */
        const View activated = netview_rows(worker, conv, rows, branch, C, NULL, 0);
        args.z = activated.x;
        args.ldz = activated.ld;
        args.A = net->ones;
        args.D = net->zeros;
    }
    net->kernels.affine.forward(&args);
    arena_rewind(worker->scratch, mark);
}

void netview_sum_slope(const Worker *worker, const OpPlan *sum, Rows rows, float *h, float *slope)
{
    const Net *net = worker->net;
    if (sum->op->act != ACT_RELU && sum->op->act != ACT_RELU6) {
        sum_rows(worker, sum, rows, h, rows.C, slope);
        return;
    }
    const AffineForwardArgs args = {
        /* these tell their slope from their value */
        .z = sum->y + rows.first * sum->Cout + rows.c0,
        .ldz = sum->Cout,
        .A = net->ones,
        .D = net->zeros,
        .h = h,
        .ldh = rows.C,
        .slope = slope,
        .ldslope = rows.C,
        .P = rows.P,
        .C = rows.C,
        .act = act_fn(sum->op->act),
    };
    net->kernels.affine.forward(&args);
}

void netview_materialise(const Worker *worker, const OpPlan *reader, const OpPlan *value, Rows rows)
{
    if (value == NULL || value->op->kind != OP_ADD || value->runner != reader->index)
        return;
    const long end = rows.first + rows.P;
    while (rows.first < end) {
        const long image_end = (rows.first / value->out_pixels + 1) * value->out_pixels;
        long stop = rows.first + SUM_ROWS;
        stop = stop < image_end ? stop : image_end;
        stop = stop < end ? stop : end;
        rows.P = (int)(stop - rows.first);
        sum_rows(worker, value, rows, value->y + rows.first * value->Cout, value->Cout, NULL);
        rows.first = stop;
    }
}

void netview_measure(const OpPlan *value, Arena *arena)
{
    if (value == NULL || value->op->kind != OP_ADD)
        return;
    arena_floats(arena, (size_t)SUM_ROWS * (size_t)value->Cout);
    arena_floats(arena, (size_t)SUM_ROWS * (size_t)value->Cout);
}
