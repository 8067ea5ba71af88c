/*
 * nn/run_se.c: squeeze and excitation: a gate, made by the convolution that reads it.
 */
#include "nn/denselayer.h"
#include "nn/netgrad.h"
#include "nn/netview.h"

enum { TENSOR_W1 = 0, TENSOR_B1, TENSOR_W2, TENSOR_B2 };

/* --- planning --- */

static const char *check(const Net *net, const OpPlan *plan)
{
    return netstate_is_normed(netstate_input(net, plan)) ? NULL : "SE must follow a convolution";
}

static void carve_transposed(OpPlan *plan, Arena *arena)
{
    const Op *op = plan->op;
    plan->wt = arena_floats(arena, (size_t)op->squeeze * (size_t)plan->Cin);
    plan->wt2 = arena_floats(arena, (size_t)op->in_channels * (size_t)lanes_pad(op->squeeze));
}

static size_t gate_floats(const OpPlan *plan)
{
    return 3 * (size_t)plan->Cout + 3 * (size_t)lanes_pad(plan->op->squeeze);
}

static void gate_point(OpPlan *plan, float *base, size_t batch)
{
    plan->p = base;
    plan->s = plan->p + batch * (size_t)plan->Cout;
    plan->t = plan->s + batch * (size_t)plan->Cout;
    plan->v = plan->t + batch * (size_t)lanes_pad(plan->op->squeeze);
    plan->dt1 = plan->v + batch * (size_t)lanes_pad(plan->op->squeeze);
    plan->dt2 = plan->dt1 + batch * (size_t)lanes_pad(plan->op->squeeze);
}

static void transpose(const Worker *worker, const OpPlan *plan)
{
    const int C = plan->op->in_channels, S = plan->op->squeeze;
    denselayer_transpose(worker, plan, TENSOR_W1, C, S, plan->wt);
    denselayer_transpose(worker, plan, TENSOR_W2, S, C, plan->wt2);
}

/* --- as a value --- */

static View view(const Worker *worker, const OpPlan *value, Rows rows, float *h, long ldh,
                 float *slope, long ldslope)
{
    const View x =
        netview_rows(worker, netstate_input(worker->net, value), rows, h, ldh, slope, ldslope);
    netview_gated(worker, value, rows, x, h, ldh);
    return (View){h, ldh};
}

static void targets(const Net *net, const OpPlan *value, GradStates *states)
{
    netgrad_add_target(states, netstate_input(net, value));
}

/* The rows carry the gate; what is below it finishes. */
static void finish(const Worker *worker, const GradStates *states, const OpPlan *value,
                   const GradRows *rows, const float *collected)
{
    netgrad_finish_normed(worker, states, netstate_input(worker->net, value), rows, collected);
}

/* --- the gate --- */

/* In the kernels' words. */
static SeGateFn gate_fn(SeGate gate)
{
    _Static_assert((int)SE_GATE_HARD_SIGMOID == (int)SE_GATE_FN_HARD_SIGMOID,
                   "kernels and models count alike");
    return (SeGateFn)gate;
}

static void gate(const Worker *worker, const OpPlan *plan, int image)
{
    const Op *op = plan->op;
    const long Sp = lanes_pad(op->squeeze), C = plan->Cout;
    const SeForwardArgs args = {
        .p = plan->p + image * C,
        .W1 = netstate_weight(worker, plan, TENSOR_W1),
        .b1 = netstate_weight(worker, plan, TENSOR_B1),
        .W2 = netstate_weight(worker, plan, TENSOR_W2),
        .b2 = netstate_weight(worker, plan, TENSOR_B2),
        .t = plan->t + image * Sp,
        .v = plan->v + image * Sp,
        .s = plan->s + image * C,
        .C = op->in_channels,
        .S = op->squeeze,
        .act = netview_act(op->act),
        .gate = gate_fn(op->gate),
    };
    worker->net->kernels.se.forward(&args);
}

static void gate_backward(const Worker *worker, const OpPlan *plan, int image, const float *ds,
                          float *dp)
{
    const long C = plan->Cout, Sp = lanes_pad(plan->op->squeeze);
    const SeBackwardArgs args = {
        .ds = ds,
        .t = plan->t + image * Sp,
        .s = plan->s + image * C,
        .W1t = plan->wt,
        .W2t = plan->wt2,
        .dt1 = plan->dt1 + image * Sp,
        .dt2 = plan->dt2 + image * C,
        .dp = dp,
        .C = plan->op->in_channels,
        .S = plan->op->squeeze,
        .act = netview_act(plan->op->act),
        .gate = gate_fn(plan->op->gate),
    };
    worker->net->kernels.se.backward(&args);
    const float pixels = (float)plan->in_pixels;
    for (long c = 0; c < C; c++) /* gradient of the mean, at each pixel */
        dp[c] = dp[c] / pixels;
}

static void own(const Worker *worker, const OpPlan *plan)
{
    const int C = plan->op->in_channels, S = plan->op->squeeze;
    denselayer_own(worker, plan, TENSOR_W1, plan->p, C, plan->dt1, S);
    denselayer_own(worker, plan, TENSOR_W2, plan->v, S, plan->dt2, C);
}

static void measure_own(const Net *net, const OpPlan *plan, Arena *arena)
{
    denselayer_measure_own(net, plan, TENSOR_W1, arena);
    denselayer_measure_own(net, plan, TENSOR_W2, arena);
}

const OpRun run_se = {
    .output = OUTPUT_GATED,
    .weights = WEIGHTS_OWNED,
    .check = check,
    .carve_transposed = carve_transposed,
    .transpose = transpose,
    .own = own,
    .measure_own = measure_own,
    .view = view,
    .targets = targets,
    .finish = finish,
    .gate_floats = gate_floats,
    .gate_point = gate_point,
    .gate = gate,
    .gate_backward = gate_backward,
};
