/*
 * infer/infer_linear.c: the classifier: one layer, or two with a hidden one. Dropout is of
 * training.
 */
#include "infer/dense.h"
#include "infer/inferstep.h"
#include "infer/product.h"

#include <string.h>

enum { LAYER_TENSORS = 2 }; /* a matrix and a bias */

/* A layer behind `input`; the step. */
static int plan_layer(Planner *planner, int op, int input, int inputs, int outputs, int tensor)
{
    const int index = inferstep_add(planner, op);
    Step *step = &planner->infer->steps[index];
    step->product = product_of_layer(inputs, outputs);
    step->first_tensor = tensor;
    dense_plan(planner, index, input, NULL);
    return index;
}

static void plan(Planner *planner, int op)
{
    const Op *it = &planner->infer->network.ops[op];
    int input = inferstep_input(planner, op), inputs = it->in_channels, tensor = 0;
    if (it->squeeze) {
        const int hidden = plan_layer(planner, op, input, inputs, it->squeeze, tensor);
        Step *step = &planner->infer->steps[hidden];
        step->act = step_act(it->act);
        input = step->output;
        inputs = it->squeeze;
        tensor += LAYER_TENSORS;
    }
    inferstep_output(planner, plan_layer(planner, op, input, inputs, it->out_channels, tensor));
}

static void carve(const Infer *infer, Step *step, Arena *arena)
{
    product_carve(&step->product, &infer->values[step->input], arena);
}

/* Outputs of the step's layer. */
static int outputs(const Op *op, const Step *step)
{
    return op->squeeze && step->first_tensor == 0 ? op->squeeze : op->out_channels;
}

static void take(const Infer *infer, Step *step, int k, const float *data)
{
    const int n = outputs(step_op(infer, step), step);
    if (k == step->first_tensor)
        product_write(&step->product, n, data);
    else if (k == step->first_tensor + 1)
        memcpy(step->product.bias, data, (size_t)n * sizeof *data);
}

const InferRow infer_linear = {
    .is_classifier = true,
    .makes_pixel = true,
    .plan = plan,
    .carve = carve,
    .take = take,
};
