/* harness/plan_outcomes.h: what the parts of a plan take from one another. */
#ifndef HARNESS_PLAN_OUTCOMES_H
#define HARNESS_PLAN_OUTCOMES_H

#include "harness/plan_types.h"

#include "base/err.h"

/* For plan_create: gives every part the baseline it has from the start, and resolves what waits for
 * nothing. */
ErrCode plan_outcomes_begin(Plan *plan, Err *err) ERR_CHECKED;

/* True while a search, a retrain or a learning rate is not decided, or points wait for another
 * part's outcome. */
bool plan_is_waiting(const Plan *plan);

/* After learning rates were chosen: what waited for them is trained. ERR_USAGE, ERR_MEMORY. */
ErrCode plan_take_rates(Plan *plan, Err *err) ERR_CHECKED;

/*
 * What a part came to. Points that take from it are resolved, and marked anew; settled, they get
 * their trials, which go last. An outcome that differs from a provisional one replaces it, and
 * what was built on that becomes past. A settled outcome may be empty: then what waits for it never
 * comes, and says why with `reason` (else not used).
 */
ErrCode plan_set_outcome(Plan *plan, int part, const PlanOutcome *outcome, PlanState state,
                         const char *reason, Err *err) ERR_CHECKED;

#endif
