/*
 * infer/inferplan.h: from the list of operations to steps, and from those to memory.
 */
#ifndef INFER_INFERPLAN_H
#define INFER_INFERPLAN_H

#include "infer/inferstate.h"

/* Steps, values and memory of an Infer whose network, settings and kernels are set. As infer_plan.
 */
ErrCode inferplan_build(Infer *infer, Err *err) ERR_CHECKED;

/* --- for rows --- */

/* The row of an operation. */
const InferRow *inferplan_row(const Infer *infer, int op);

/* A new step of an operation; its number. It reads and writes nothing. */
int inferplan_step(Planner *planner, int op);

/* The value that an operation reads, and the step that writes it; NULL: the images. */
int inferplan_input(const Planner *planner, int op);
Step *inferplan_input_step(const Planner *planner, int op);

/* The step's operation is what the step writes. */
void inferplan_output(Planner *planner, int step);

#endif
