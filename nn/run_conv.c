/*
 * nn/run_conv.c: dense convolution. Pointwise ones go by rows, behind a gate twice; those with a
 * window go by images.
 */
#include "nn/convgated.h"
#include "nn/convimages.h"
#include "nn/convowned.h"
#include "nn/convrows.h"
#include "nn/netfold.h"
#include "nn/netgrad.h"
#include "nn/netnorm.h"
#include "nn/weightshare.h"

/* How the values of a convolution go by. */
typedef struct ConvWay {
    void (*measure_forward)(const Net *net, const OpPlan *plan, Arena *arena);
    void (*measure_backward)(const Net *net, const OpPlan *plan, Arena *arena);
    void (*forward)(Worker *worker, const OpPlan *plan, Span span);
    void (*backward)(const Pass *pass);
} ConvWay;

static const ConvWay by_rows = {convrows_measure_forward, convrows_measure_backward,
                                convrows_forward, convrows_backward};
static const ConvWay by_images = {convimages_measure_forward, convimages_measure_backward,
                                  convimages_forward, convimages_backward};
static const ConvWay behind_gate = {convgated_measure_forward, convgated_measure_backward,
                                    convgated_forward, convgated_backward};

static const ConvWay *way_of(const Net *net, const OpPlan *plan)
{
    if (!plan->is_pointwise)
        return &by_images;
    return netstate_is_gated(netstate_input(net, plan)) ? &behind_gate : &by_rows;
}

static void measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    way_of(net, plan)->measure_forward(net, plan, arena);
}

static void measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    if (plan->is_folded)
        netfold_measure_backward(plan, arena);
    else
        way_of(net, plan)->measure_backward(net, plan, arena);
}

static void forward(Worker *worker, const OpPlan *plan, Span span)
{
    way_of(worker->net, plan)->forward(worker, plan, span);
}

static void backward(const Pass *pass)
{
    if (pass->plan->is_folded)
        netfold_backward(pass);
    else
        way_of(pass->worker->net, pass->plan)->backward(pass);
}

/* --- transposed weights; images want no gradient --- */

static void carve(const Net *net, OpPlan *plan, Arena *arena)
{
    if (plan->is_folded)
        netfold_carve(net, plan, arena);
}

static void carve_transposed(OpPlan *plan, Arena *arena)
{
    const Op *op = plan->op;
    const size_t taps = (size_t)op->kernel * (size_t)op_kernel_width(op);
    if (op->input >= 0)
        plan->wt = arena_floats(arena, taps * (size_t)op->out_channels * (size_t)plan->Cin);
}

static void transpose_tap(const Worker *worker, const OpPlan *plan, long tap, float *wt)
{
    const Op *op = plan->op;
    const float *w = netstate_weight(worker, plan, TENSOR_W);
    const PwTransposeArgs args = {.w = w + tap * op->in_channels * plan->Cout,
                                  .ldw = plan->Cout,
                                  .wt = wt,
                                  .ldwt = plan->Cin,
                                  .K = op->in_channels,
                                  .N = op->out_channels};
    weightshare_transpose(worker, &args);
}

/* In the order of the gradient's phases. */
static void transpose(const Worker *worker, const OpPlan *plan)
{
    const Op *op = plan->op;
    const int KH = op->kernel, KW = op_kernel_width(op), stride = op->stride;
    if (plan->wt == NULL)
        return;
    float *wt = plan->wt;
    for (int phase = 0; phase < stride * stride; phase++)
        for (int kh = phase / stride; kh < KH; kh += stride)
            for (int kw = phase % stride; kw < KW; kw += stride) {
                transpose_tap(worker, plan, kh * KW + kw, wt);
                wt += (long)op->out_channels * plan->Cin;
            }
}

const OpRun run_conv = {
    .output = OUTPUT_NORMED,
    .weights = WEIGHTS_BY_SHAPE,
    .is_phase = true,
    .reads_images = true,
    .reads_gates = true,
    .takes_spans = true,
    .carve = carve,
    .carve_transposed = carve_transposed,
    .measure_forward = measure_forward,
    .measure_backward = measure_backward,
    .transpose = transpose,
    .forward = forward,
    .backward = backward,
    .own = convowned_weights,
    .measure_own = convowned_measure,
    .view = netnorm_view,
    .targets = netgrad_normed_targets,
    .finish = netgrad_finish_normed,
};
