/* infer/inferstep.c: an operation is known by the last step that was made of it. */
#include "infer/inferstep.h"

#include "infer/infervalue.h"

int inferstep_add(Planner *planner, int op)
{
    Infer *infer = planner->infer;
    infer->steps[infer->n_steps] = (Step){.row = inferstep_row(planner, op),
                                          .op = op,
                                          .input = NO_VALUE,
                                          .shortcut = NO_VALUE,
                                          .output = NO_VALUE,
                                          .means = NO_VALUE};
    planner->steps[op] = infer->n_steps;
    return infer->n_steps++;
}

int inferstep_input(const Planner *planner, int op)
{
    const int input = planner->infer->network.ops[op].input;
    return input == INPUT_IMAGES ? VALUE_OF_IMAGES : planner->values[input];
}

Step *inferstep_before(const Planner *planner, int op)
{
    const int input = planner->infer->network.ops[op].input;
    return input == INPUT_IMAGES ? NULL : &planner->infer->steps[planner->steps[input]];
}

void inferstep_output(Planner *planner, int step)
{
    const Step *it = &planner->infer->steps[step];
    planner->values[it->op] = it->output;
    infervalue_write(planner, step, it->output);
}
