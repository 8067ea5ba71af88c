/* harness/plan_range.h: what is not decided yet may cost, from the least to the most. */
#ifndef HARNESS_PLAN_RANGE_H
#define HARNESS_PLAN_RANGE_H

#include "harness/plan_types.h"

/*
 * Finds what each part's baseline may cost; called whenever an outcome is there. Of a baseline that
 * is decided it is one number. A grid's winner is one of its networks, a
 * search's one of its space.
 */
void plan_range_update(Plan *plan);

/*
 * Counted MACs of a point's network. Of one that waits: its target or, where nothing is matched,
 * what its multipliers cost nominally. 0 if it cannot be built.
 */
PlanRange plan_range_macs(const Plan *plan, const PlanPoint *point);

/* Between both ends by ratio: what a predicted time is, whose interval is one of factors. */
double plan_range_middle(PlanRange range);

#endif
