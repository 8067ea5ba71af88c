/*
 * nn/run_se.c: squeeze and excitation: a gate, made by the convolution that reads it.
 */
#include "nn/netgrad.h"
#include "nn/netview.h"
#include "nn/weightshare.h"

enum { TENSOR_W1 = 0, TENSOR_B1, TENSOR_W2, TENSOR_B2 };

/* --- planning --- */

static const char *check(const Net *net, const OpPlan *plan)
{
    return netstate_is_normed(netstate_input(net, plan)) ? NULL : "SE must follow a convolution";
}

static void carve(const Net *net, OpPlan *plan, Arena *arena)
{
    const Op *op = plan->op;
    if (!net->settings.training)
        return;
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

static void transpose(const Worker *worker, const float *w, long ldw, float *wt, long ldwt, int K,
                      int N)
{
    const PwTransposeArgs args = {.w = w, .ldw = ldw, .wt = wt, .ldwt = ldwt, .K = K, .N = N};
    worker->net->kernels.pw.transpose(&args);
}

static void prepare(const Worker *worker, const OpPlan *plan)
{
    const int C = plan->op->in_channels, S = plan->op->squeeze, Sp = lanes_pad(S);
    transpose(worker, netstate_weight(worker, plan, TENSOR_W1), Sp, plan->wt, plan->Cout, C, S);
    transpose(worker, netstate_weight(worker, plan, TENSOR_W2), plan->Cout, plan->wt2, Sp, S, C);
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
        .gate = (SeGateFn)op->gate,
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
        .gate = (SeGateFn)plan->op->gate,
    };
    worker->net->kernels.se.backward(&args);
    const float pixels = (float)plan->in_pixels;
    for (long c = 0; c < C; c++) /* gradient of the mean, at each pixel */
        dp[c] = dp[c] / pixels;
}

/* Gradients of a layer of the gate: weights[K][N] and bias, of x[batch][ldx] and dy[batch][N]. */
static void own_layer(const Worker *worker, const OpPlan *plan, int tensor, const float *x,
                      long ldx, int K, const float *dy, int N)
{
    const Net *net = worker->net;
    const PwWeightsArgs weights = {.x = x,
                                   .ldx = ldx,
                                   .dy = dy,
                                   .lddy = N,
                                   .dw = net->slots + netstate_offset(net, plan, tensor),
                                   .lddw = N,
                                   .M = net->call.n,
                                   .K = K,
                                   .N = N};
    const HeadBiasGradArgs bias = {.dy = dy,
                                   .lddy = N,
                                   .db = net->slots + netstate_offset(net, plan, tensor + 1),
                                   .M = net->call.n,
                                   .N = N};
    weightshare_matrix(worker, &weights);
    weightshare_bias(worker, &bias);
}

static void own(const Worker *worker, const OpPlan *plan)
{
    const int C = plan->op->in_channels, S = plan->op->squeeze, Sp = lanes_pad(S);
    own_layer(worker, plan, TENSOR_W1, plan->p, plan->Cout, C, plan->dt1, Sp);
    own_layer(worker, plan, TENSOR_W2, plan->v, Sp, S, plan->dt2, plan->Cout);
}

const OpRun run_se = {
    .output = OUTPUT_GATED,
    .weights = WEIGHTS_OWNED,
    .check = check,
    .carve = carve,
    .prepare = prepare,
    .own = own,
    .view = view,
    .targets = targets,
    .finish = finish,
    .gate_floats = gate_floats,
    .gate_point = gate_point,
    .gate = gate,
    .gate_backward = gate_backward,
};
