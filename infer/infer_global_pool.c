/* infer/infer_global_pool.c: the mean of all pixels. */
#include "infer/inferstep.h"
#include "infer/pixelmean.h"

static void plan(Planner *planner, int op)
{
    (void)pixelmean_plan(planner, op);
    inferstep_output(planner, planner->steps[op]);
}

const InferRow infer_global_pool = {
    .keeps_channels = true,
    .makes_pixel = true,
    .plan = plan,
};
