/* infer/infer_concat.c: the channels of a map at their place in another. */
#include "infer/infervalue.h"
#include "infer/joinvalue.h"

#include <string.h>

/* The pixels of a row; the last part's are followed by the pad lanes. */
static void copy_row(const Op *op, const Value *x, const float *from, const Value *y, float *to)
{
    const size_t C = (size_t)op->in_channels, end = (size_t)op->offset + C;
    const size_t pad = end == (size_t)op->out_channels ? (size_t)y->C - end : 0;
    for (int w = 0; w < y->side; w++, from += x->C, to += y->C) {
        memcpy(to + op->offset, from, C * sizeof *to);
        memset(to + end, 0, pad * sizeof *to);
    }
}

static void run(const Worker *worker, const Step *step)
{
    const Infer *infer = worker->infer;
    const Value *x = &infer->values[step->input], *y = &infer->values[step->output];
    ImageShare share;
    for (int done = 0; infervalue_next(worker, y->side, &done, &share);)
        for (int h = share.first; h < share.end; h++)
            copy_row(step_op(infer, step), x, infervalue_pixel(x, share.image, h, 0), y,
                     infervalue_pixel(y, share.image, h, 0));
}

static void plan(Planner *planner, int op)
{
    joinvalue_plan(planner, op, run);
}

const InferRow infer_concat = {.keeps_side = true, .plan = plan};
