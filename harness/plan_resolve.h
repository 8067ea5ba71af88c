/* harness/plan_resolve.h: from a point as asked for to a network; private to plan*.c. */
#ifndef HARNESS_PLAN_RESOLVE_H
#define HARNESS_PLAN_RESOLVE_H

#include "harness/plan_types.h"

#include "base/err.h"

/* What a point is built from: its part's, or those of an earlier decision. */
typedef struct PlanInputs {
    const Spec *baseline;
    int64_t baseline_macs, target_macs; /* counted; and the objective's T over it */
    const double *constants;            /* of a compound without its own, or NULL */
    MatchMemo *memo;                    /* of this baseline and the grid's target, or NULL */
    bool is_trained;                    /* its network gets trials */
} PlanInputs;

/*
 * Scales, matches and counts a point, and adds its network unless that is unfair. ERR_USAGE (an
 * impossible point), ERR_MEMORY.
 */
ErrCode plan_resolve_point(Plan *plan, PlanPoint *point, const PlanInputs *inputs,
                           Err *err) ERR_CHECKED;

#endif
