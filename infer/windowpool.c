/* infer/windowpool.c: padding does not take part, so nothing is read beyond the map. */
#include "infer/windowpool.h"

#include "infer/inferstep.h"
#include "infer/infervalue.h"

void windowpool_plan(Planner *planner, int op, WindowPoolRun *run)
{
    Infer *infer = planner->infer;
    const Op *it = &infer->network.ops[op];
    const int index = inferstep_add(planner, op);
    Step *step = &infer->steps[index];
    step->run = run;
    step->input = inferstep_input(planner, op);
    step->output = infervalue_add(planner, it->out_channels, it->out_size);
    infervalue_read(planner, index, step->input, NULL);
    inferstep_output(planner, index);
}

void windowpool_run(const Worker *worker, const Step *step,
                    void (*kernel)(const PoolWindowArgs *args))
{
    const Infer *infer = worker->infer;
    const Op *op = step_op(infer, step);
    const Value *x = &infer->values[step->input], *y = &infer->values[step->output];
    PoolWindowArgs args = {.ldx = x->C,
                           .ldx_row = (long)infervalue_row(x) * x->C,
                           .ldy = y->C,
                           .ldy_row = (long)infervalue_row(y) * y->C,
                           .H = x->side,
                           .W = x->side,
                           .OH = y->side,
                           .OW = y->side,
                           .k = op->kernel,
                           .stride = op->stride,
                           .pad_top = op->pad,
                           .pad_left = op->pad};
    ImageShare share;
    for (int done = 0; infervalue_next(worker, x->C / LANES, &done, &share);) {
        args.x = infervalue_pixel(x, share.image, 0, 0) + share.first * LANES;
        args.y = infervalue_pixel(y, share.image, 0, 0) + share.first * LANES;
        args.C = (share.end - share.first) * LANES;
        kernel(&args);
    }
}
