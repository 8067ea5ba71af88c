/* harness/plan_past.h: what was built on outcomes that were decided anew. */
#ifndef HARNESS_PLAN_PAST_H
#define HARNESS_PLAN_PAST_H

#include "harness/plan_types.h"

#include "base/err.h"

#include <stdint.h>

/* Shows what was built on an earlier outcome of a part; the number-th, for the points' names. */
ErrCode plan_add_past(Plan *plan, int part, const PlanOutcome *outcome, int64_t number,
                      Err *err) ERR_CHECKED;

#endif
