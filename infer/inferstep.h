/*
 * infer/inferstep.h: what rows do when they plan: new steps, and what stands before them.
 */
#ifndef INFER_INFERSTEP_H
#define INFER_INFERSTEP_H

#include "infer/inferstate.h"

/* A new step of an operation; its number. It reads and writes nothing. */
int inferstep_add(Planner *planner, int op);

/* The value that an operation reads, and the step that writes it; NULL: the images. */
int inferstep_input(const Planner *planner, int op);
Step *inferstep_before(const Planner *planner, int op);

/* The step's operation is what the step writes. */
void inferstep_output(Planner *planner, int step);

/* The row of an operation, planned or not. */
static inline const InferRow *inferstep_row(const Planner *planner, int op)
{
    return planner->row(planner->infer->network.ops[op].kind);
}

#endif
