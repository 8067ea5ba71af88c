/*
 * infer/infer_se.c: squeeze and excitation: factors for the channels of a map, and the map times
 * them, in place where nobody else reads it.
 *
 * Its means are made by the depthwise convolution before it, or by a step of their own. Every
 * thread computes all factors of an image that it has a part of, which is less than meeting once
 * more.
 */
#include "infer/inferstep.h"
#include "infer/infervalue.h"
#include "infer/pixelmean.h"

#include <string.h>

static void run(const Worker *worker, const Step *step);

/* The value of the input's means. */
static int plan_means(Planner *planner, int op)
{
    Infer *infer = planner->infer;
    Step *before = inferstep_before(planner, op);
    if (before == NULL || !before->row->makes_means || before->means != NO_VALUE)
        return pixelmean_plan(planner, op);
    before->means = infervalue_add(planner, infer->network.ops[op].in_channels, 1);
    infervalue_write(planner, (int)(before - infer->steps), before->means);
    return before->means;
}

static void plan(Planner *planner, int op)
{
    Infer *infer = planner->infer;
    const Op *it = &infer->network.ops[op];
    const int means = plan_means(planner, op), index = inferstep_add(planner, op);
    Step *step = &infer->steps[index];
    step->run = run;
    step->act = step_act(it->act);
    step->means = means;
    step->input = inferstep_input(planner, op);
    infervalue_read(planner, index, means, NULL);
    infervalue_read(planner, index, step->input, NULL);
    const bool is_alone = it->input != INPUT_IMAGES && planner->n_readers[it->input] == 1;
    step->output = is_alone ? step->input : infervalue_add(planner, it->out_channels, it->out_size);
    inferstep_output(planner, index);
}

static void carve(const Infer *infer, Step *step, Arena *arena)
{
    const Op *op = step_op(infer, step);
    const size_t C = (size_t)lanes_pad(op->in_channels), S = (size_t)lanes_pad(op->squeeze);
    step->w1 = arena_zalloc(arena, (size_t)op->in_channels * S, sizeof(float));
    step->b1 = arena_zalloc(arena, S, sizeof(float));
    step->w2 = arena_zalloc(arena, (size_t)op->squeeze * C, sizeof(float));
    step->b2 = arena_zalloc(arena, C, sizeof(float));
}

/* Scratch: the hidden layer before and behind its activation, the factors. */
typedef struct Gate {
    float *t, *v, *s;
} Gate;

static Gate carve_gate(const Infer *infer, const Step *step, Arena *arena)
{
    const Op *op = step_op(infer, step);
    const size_t C = (size_t)lanes_pad(op->in_channels), S = (size_t)lanes_pad(op->squeeze);
    Gate gate = {.t = arena_floats(arena, S), .v = arena_floats(arena, S)};
    gate.s = arena_floats(arena, C);
    return gate;
}

static void measure(const Infer *infer, const Step *step, Arena *arena)
{
    (void)carve_gate(infer, step, arena);
}

/* data[out][in] to w[in][out in whole lanes]. */
static void transpose(float *w, const float *data, int out, int in)
{
    for (int o = 0; o < out; o++)
        for (int i = 0; i < in; i++)
            w[(long)i * lanes_pad(out) + o] = *data++;
}

static void take(const Infer *infer, Step *step, int k, const float *data)
{
    const int C = step_op(infer, step)->in_channels, S = step_op(infer, step)->squeeze;
    switch (k) {
    case 0:
        transpose(step->w1, data, S, C);
        break;
    case 1:
        memcpy(step->b1, data, (size_t)S * sizeof *data);
        break;
    case 2:
        transpose(step->w2, data, C, S);
        break;
    default:
        memcpy(step->b2, data, (size_t)C * sizeof *data);
        break;
    }
}

static void make_factors(const Worker *worker, const Step *step, int image, const Gate *gate)
{
    _Static_assert((int)SE_GATE_HARD_SIGMOID == (int)SE_GATE_FN_HARD_SIGMOID,
                   "kernels and models count alike");
    const Infer *infer = worker->infer;
    const Op *op = step_op(infer, step);
    const SeForwardArgs args = {.p = infervalue_pixel(&infer->values[step->means], image, 0, 0),
                                .W1 = step->w1,
                                .b1 = step->b1,
                                .W2 = step->w2,
                                .b2 = step->b2,
                                .t = gate->t,
                                .v = gate->v,
                                .s = gate->s,
                                .C = op->in_channels,
                                .S = op->squeeze,
                                .act = step->act,
                                .gate = (SeGateFn)op->gate};
    infer->kernels.se.forward(&args);
}

static void run(const Worker *worker, const Step *step)
{
    const Infer *infer = worker->infer;
    const Value *x = &infer->values[step->input], *y = &infer->values[step->output];
    const Gate gate = carve_gate(infer, step, worker->scratch);
    ImageShare share;
    for (int done = 0; infervalue_next(worker, x->C / LANES, &done, &share);) {
        const int c0 = share.first * LANES;
        make_factors(worker, step, share.image, &gate);
        for (int h = 0; h < x->side; h++) {
            const SeScaleArgs args = {.x = infervalue_pixel(x, share.image, h, 0) + c0,
                                      .ldx = x->C,
                                      .s = gate.s + c0,
                                      .y = infervalue_pixel(y, share.image, h, 0) + c0,
                                      .ldy = y->C,
                                      .P = x->side,
                                      .C = (share.end - share.first) * LANES};
            infer->kernels.se.scale(&args);
        }
    }
}

const InferRow infer_se = {
    .keeps_channels = true,
    .keeps_side = true,
    .plan = plan,
    .carve = carve,
    .measure = measure,
    .take = take,
};
