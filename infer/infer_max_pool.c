/* infer/infer_max_pool.c: the maximum of each window. */
#include "infer/windowpool.h"

static void run(const Worker *worker, const Step *step)
{
    windowpool_run(worker, step, worker->infer->kernels.pool.max_forward);
}

static void plan(Planner *planner, int op)
{
    windowpool_plan(planner, op, run);
}

const InferRow infer_max_pool = {.keeps_channels = true, .plan = plan};
