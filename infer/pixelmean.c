/* infer/pixelmean.c: row by row, so that the order of a sum is that of a map's rows. */
#include "infer/pixelmean.h"

#include "infer/inferstep.h"
#include "infer/infervalue.h"

#include <string.h>

static void run(const Worker *worker, const Step *step)
{
    const Infer *infer = worker->infer;
    const Value *x = &infer->values[step->input], *y = &infer->values[step->output];
    const float pixels = (float)x->side * (float)x->side;
    ImageShare share;
    for (int done = 0; infervalue_next(worker, x->C / LANES, &done, &share);) {
        const int c0 = share.first * LANES, C = (share.end - share.first) * LANES;
        float *sums = infervalue_pixel(y, share.image, 0, 0) + c0;
        memset(sums, 0, (size_t)C * sizeof *sums);
        for (int h = 0; h < x->side; h++) {
            const GemmFinishArgs args = {.x = infervalue_pixel(x, share.image, h, 0) + c0,
                                         .ldx = x->C,
                                         .sums = sums,
                                         .P = x->side,
                                         .C = C};
            infer->kernels.gemm.finish(&args);
        }
        for (int c = 0; c < C; c++)
            sums[c] /= pixels;
    }
}

int pixelmean_plan(Planner *planner, int op)
{
    static const InferRow row = {0}; /* no weights, whoever wants the means */
    Infer *infer = planner->infer;
    const int index = inferstep_add(planner, op);
    Step *step = &infer->steps[index];
    step->row = &row;
    step->run = run;
    step->input = inferstep_input(planner, op);
    step->output = infervalue_add(planner, infer->network.ops[op].in_channels, 1);
    infervalue_read(planner, index, step->input, NULL);
    infervalue_write(planner, index, step->output);
    return step->output;
}
