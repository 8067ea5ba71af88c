/* infer/joinvalue.c: all parts of a map have one value. */
#include "infer/joinvalue.h"

#include "infer/inferstep.h"
#include "infer/infervalue.h"

void joinvalue_plan(Planner *planner, int op, void (*run)(const Worker *worker, const Step *step))
{
    Infer *infer = planner->infer;
    const Op *it = &infer->network.ops[op];
    const int index = inferstep_add(planner, op);
    Step *step = &infer->steps[index];
    step->run = run;
    step->input = inferstep_input(planner, op);
    step->output = it->joins ? planner->values[it->shortcut]
                             : infervalue_add(planner, it->out_channels, it->out_size);
    infervalue_read(planner, index, step->input, NULL);
    inferstep_output(planner, index);
}
