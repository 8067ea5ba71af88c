/* nn/run_average_pool.c: the mean of each window. */
#include "nn/netgrad.h"
#include "nn/netview.h"
#include "nn/poolwindow.h"

static void forward(Worker *worker, const OpPlan *plan, Span span)
{
    poolwindow_forward(worker, plan, span, worker->net->kernels.pool.average_forward);
}

static void backward(const Pass *pass)
{
    poolwindow_backward(pass, pass->worker->net->kernels.pool.average_backward);
}

const OpRun run_average_pool = {
    .output = OUTPUT_STORED,
    .is_phase = true,
    .measure_forward = poolwindow_measure_forward,
    .measure_backward = poolwindow_measure_backward,
    .forward = forward,
    .backward = backward,
    .view = netview_stored,
    .finish = netgrad_collect,
};
