/*
 * infer/inferplan.h: from the list of operations to steps, and from those to memory.
 */
#ifndef INFER_INFERPLAN_H
#define INFER_INFERPLAN_H

#include "infer/inferstate.h"

/* Steps, values and memory of an Infer whose network, settings and kernels are set. As infer_plan.
 */
ErrCode inferplan_build(Infer *infer, Err *err) ERR_CHECKED;

#endif
