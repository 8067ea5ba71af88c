/* infer/infer_sum.c: the first map is copied, the others are added. */
#include "infer/infervalue.h"
#include "infer/joinvalue.h"

static void run(const Worker *worker, const Step *step)
{
    const Infer *infer = worker->infer;
    const Value *x = &infer->values[step->input], *y = &infer->values[step->output];
    const bool joins = step_op(infer, step)->joins;
    ImageShare share;
    for (int done = 0; infervalue_next(worker, y->side, &done, &share);)
        for (int h = share.first; h < share.end; h++) {
            float *row = infervalue_pixel(y, share.image, h, 0);
            const GemmFinishArgs args = {.x = infervalue_pixel(x, share.image, h, 0),
                                         .ldx = x->C,
                                         .r = joins ? row : NULL,
                                         .ldr = y->C,
                                         .act = ACT_FN_NONE,
                                         .y = row,
                                         .ldy = y->C,
                                         .P = y->side,
                                         .C = y->C};
            infer->kernels.gemm.finish(&args);
        }
}

static void plan(Planner *planner, int op)
{
    joinvalue_plan(planner, op, run);
}

const InferRow infer_sum = {.keeps_side = true, .plan = plan};
