/* harness/plan_outcomes.h: what parts take from one another; private to plan*.c. */
#ifndef HARNESS_PLAN_OUTCOMES_H
#define HARNESS_PLAN_OUTCOMES_H

#include "harness/plan.h"

/* Gives every part the baseline it has from the start, and resolves what waits for nothing. */
ErrCode plan_outcomes_begin(Plan *plan, Err *err) ERR_CHECKED;

#endif
