/*
 * infer/joinvalue.h: steps that write their input into a part of a value (sums and concats), whose
 * parts are operations of their own.
 */
#ifndef INFER_JOINVALUE_H
#define INFER_JOINVALUE_H

#include "infer/inferstate.h"

/* A step that reads the operation's input and writes the value of the part before it, or a new one.
 */
void joinvalue_plan(Planner *planner, int op, void (*run)(const Worker *worker, const Step *step));

#endif
