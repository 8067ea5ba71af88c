/* infer/infer_normalise.c: batch norm, a factor and a bias by channel, and activation of a map. */
#include "infer/infernorm.h"
#include "infer/inferstep.h"
#include "infer/infervalue.h"

static void run(const Worker *worker, const Step *step)
{
    const Infer *infer = worker->infer;
    const Value *x = &infer->values[step->input], *y = &infer->values[step->output];
    ImageShare share;
    for (int done = 0; infervalue_next(worker, y->side, &done, &share);)
        for (int h = share.first; h < share.end; h++) {
            const AffineForwardArgs args = {.z = infervalue_pixel(x, share.image, h, 0),
                                            .ldz = x->C,
                                            .A = step->taps,
                                            .D = step->bias,
                                            .h = infervalue_pixel(y, share.image, h, 0),
                                            .ldh = y->C,
                                            .P = y->side,
                                            .C = y->C,
                                            .act = step->act};
            infer->kernels.affine.forward(&args);
        }
}

static void plan(Planner *planner, int op)
{
    Infer *infer = planner->infer;
    const Op *it = &infer->network.ops[op];
    const int index = inferstep_add(planner, op);
    Step *step = &infer->steps[index];
    step->run = run;
    step->act = step_act(it->act);
    step->input = inferstep_input(planner, op);
    step->output = infervalue_add(planner, it->out_channels, it->out_size);
    infervalue_read(planner, index, step->input, NULL);
    inferstep_output(planner, index);
}

static void carve(const Infer *infer, Step *step, Arena *arena)
{
    const int channels = step_op(infer, step)->out_channels;
    step->taps = arena_zalloc(arena, (size_t)lanes_pad(channels), sizeof(float));
    step->bias = arena_zalloc(arena, (size_t)lanes_pad(channels), sizeof(float));
    infernorm_carve(step, channels, arena);
}

/* There are no weights before batch norm's tensors. */
static void take(const Infer *infer, Step *step, int k, const float *data)
{
    infernorm_write(step, step_op(infer, step)->out_channels, k + 1, data);
}

static void fold(const Infer *infer, Step *step)
{
    const int channels = step_op(infer, step)->out_channels;
    const float *scale = infernorm_fold(infer, step, channels, step->bias);
    for (int c = 0; c < channels; c++)
        step->taps[c] = scale == NULL ? 1.0f : scale[c];
}

const InferRow infer_normalise = {
    .keeps_side = true,
    .plan = plan,
    .carve = carve,
    .take = take,
    .fold = fold,
};
