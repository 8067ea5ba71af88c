/* infer/infer_average_pool.c: the mean of each window. */
#include "infer/windowpool.h"

static void run(const Worker *worker, const Step *step)
{
    windowpool_run(worker, step, worker->infer->kernels.pool.average_forward);
}

static void plan(Planner *planner, int op)
{
    windowpool_plan(planner, op, run);
}

const InferRow infer_average_pool = {.keeps_channels = true, .plan = plan};
