/* infer/infer_global_pool.c: the mean of all pixels. */
#include "infer/inferplan.h"
#include "infer/pixelmean.h"

static void plan(Planner *planner, int op)
{
    (void)pixelmean_plan(planner, op);
    inferplan_output(planner, planner->steps[op]);
}

const InferRow infer_global_pool = {.plan = plan};
