/*
 * nn/run_conv.c: dense convolution. Pointwise ones go by rows; what needs a whole image, because of
 * its window or because only a whole image gives the gate in front of it, goes by images.
 */
#include "nn/convimages.h"
#include "nn/convowned.h"
#include "nn/convrows.h"
#include "nn/netfold.h"
#include "nn/netgrad.h"
#include "nn/netnorm.h"

static bool goes_by_rows(const Net *net, const OpPlan *plan)
{
    const OpPlan *input = netstate_input(net, plan);
    return plan->is_pointwise && (input == NULL || input->run->output != OUTPUT_GATED);
}

static void measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    if (goes_by_rows(net, plan))
        convrows_measure_forward(net, plan, arena);
    else
        convimages_measure_forward(net, plan, arena);
}

static void measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    if (plan->is_folded)
        netfold_measure_backward(plan, arena);
    else if (goes_by_rows(net, plan))
        convrows_measure_backward(net, plan, arena);
    else
        convimages_measure_backward(net, plan, arena);
}

static void forward(Worker *worker, const OpPlan *plan, Span span)
{
    if (goes_by_rows(worker->net, plan))
        convrows_forward(worker, plan, span);
    else
        convimages_forward(worker, plan, span);
}

static void backward(const Pass *pass)
{
    if (pass->plan->is_folded)
        netfold_backward(pass);
    else if (goes_by_rows(pass->worker->net, pass->plan))
        convrows_backward(pass);
    else
        convimages_backward(pass);
}

/* --- transposed weights; images want no gradient --- */

static void carve(const Net *net, OpPlan *plan, Arena *arena)
{
    const Op *op = plan->op;
    const size_t taps = (size_t)op->kernel * (size_t)op->kernel;
    if (net->settings.training && op->input >= 0)
        plan->wt = arena_floats(arena, taps * (size_t)op->out_channels * (size_t)plan->Cin);
    if (plan->is_folded)
        netfold_carve(net, plan, arena);
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
    worker->net->kernels.pw.transpose(&args);
}

/* In the order of the gradient's phases. */
static void prepare(const Worker *worker, const OpPlan *plan)
{
    const Op *op = plan->op;
    const int k = op->kernel, stride = op->stride;
    if (plan->wt == NULL)
        return;
    float *wt = plan->wt;
    for (int phase = 0; phase < stride * stride; phase++)
        for (int kh = phase / stride; kh < k; kh += stride)
            for (int kw = phase % stride; kw < k; kw += stride) {
                transpose_tap(worker, plan, kh * k + kw, wt);
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
    .measure_forward = measure_forward,
    .measure_backward = measure_backward,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .own = convowned_weights,
    .measure_own = convowned_measure,
    .view = netnorm_view,
    .targets = netgrad_normed_targets,
    .finish = netgrad_finish_normed,
};
