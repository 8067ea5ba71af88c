/*
 * infer/infer_add.c: a sum of two maps that no convolution makes on the way, with its activation.
 */
#include "infer/inferstep.h"
#include "infer/infervalue.h"

static void run(const Worker *worker, const Step *step)
{
    const Infer *infer = worker->infer;
    const Value *x = &infer->values[step->input], *r = &infer->values[step->shortcut];
    const Value *y = &infer->values[step->output];
    ImageShare share;
    for (int done = 0; infervalue_next(worker, y->side, &done, &share);)
        for (int h = share.first; h < share.end; h++) {
            const GemmFinishArgs args = {.x = infervalue_pixel(x, share.image, h, 0),
                                         .ldx = x->C,
                                         .r = infervalue_pixel(r, share.image, h, 0),
                                         .ldr = r->C,
                                         .act = step->act,
                                         .y = infervalue_pixel(y, share.image, h, 0),
                                         .ldy = y->C,
                                         .P = y->side,
                                         .C = y->C};
            infer->kernels.gemm.finish(&args);
        }
}

static void plan(Planner *planner, int op)
{
    Infer *infer = planner->infer;
    const Op *it = &infer->network.ops[op];
    if (planner->values[op] != NO_VALUE)
        return; /* it was made on the way */
    const int index = inferstep_add(planner, op);
    Step *step = &infer->steps[index];
    step->run = run;
    step->act = step_act(it->act);
    step->input = inferstep_input(planner, op);
    step->shortcut = planner->values[it->shortcut];
    step->output = infervalue_add(planner, it->out_channels, it->out_size);
    infervalue_read(planner, index, step->input, NULL);
    infervalue_read(planner, index, step->shortcut, NULL);
    inferstep_output(planner, index);
}

const InferRow infer_add = {
    .adds = true,
    .keeps_channels = true,
    .keeps_side = true,
    .plan = plan,
};
