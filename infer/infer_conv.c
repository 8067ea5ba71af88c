/*
 * infer/infer_conv.c: a dense convolution with all that follows: bias, the sum it ends, activation.
 *
 * One that only a depthwise convolution reads is no step that runs: that one makes its rows.
 */
#include "infer/dense.h"
#include "infer/infernorm.h"
#include "infer/inferstep.h"
#include "infer/infervalue.h"
#include "infer/product.h"

/* --- planning --- */

/*
 * The sum that the convolution can end on the way: its only reader, which finds its other summand
 * made already. -1: none.
 */
static int sum_behind(const Planner *planner, int op)
{
    const Infer *infer = planner->infer;
    const int reader = planner->reader[op];
    if (planner->n_readers[op] != 1 || infer->network.ops[op].act != ACT_NONE ||
        !inferstep_row(planner, reader)->adds)
        return -1;
    const Op *sum = &infer->network.ops[reader];
    const int other = sum->input == op ? sum->shortcut : sum->input;
    return planner->values[other] == NO_VALUE ? -1 : reader;
}

static bool is_made_by_reader(const Planner *planner, int op)
{
    return planner->n_readers[op] == 1 && inferstep_row(planner, planner->reader[op])->takes_rows;
}

static void plan(Planner *planner, int op)
{
    Infer *infer = planner->infer;
    const Op *it = &infer->network.ops[op];
    const int index = inferstep_add(planner, op);
    Step *step = &infer->steps[index];
    step->product = product_of_windows(it);
    step->act = step_act(it->act);
    if (is_made_by_reader(planner, op)) {
        step->input = inferstep_input(planner, op);
        return;
    }
    dense_plan(planner, index, inferstep_input(planner, op), it);
    inferstep_output(planner, index);
    const int sum = sum_behind(planner, op);
    if (sum < 0)
        return;
    const Op *add = &infer->network.ops[sum];
    step->shortcut = planner->values[add->input == op ? add->shortcut : add->input];
    step->act = step_act(add->act);
    infervalue_read(planner, index, step->shortcut, NULL);
    planner->values[sum] = step->output;
    planner->steps[sum] = index;
}

static void carve(const Infer *infer, Step *step, Arena *arena)
{
    product_carve(&step->product, &infer->values[step->input], arena);
    infernorm_carve(step, step_op(infer, step)->out_channels, arena);
}

/* --- weights --- */

static void take(const Infer *infer, Step *step, int k, const float *data)
{
    const int channels = step_op(infer, step)->out_channels;
    if (k == 0)
        product_write(&step->product, channels, data);
    else
        infernorm_write(step, channels, k, data);
}

static void fold(const Infer *infer, Step *step)
{
    const int channels = step_op(infer, step)->out_channels;
    const float *scale = infernorm_fold(infer, step, channels, step->product.bias);
    if (scale != NULL)
        product_scale(&step->product, channels, scale);
}

const InferRow infer_conv = {
    .takes_images = true,
    .plan = plan,
    .carve = carve,
    .take = take,
    .fold = fold,
};
