/* harness/plan_points.h: how the parts of a study become points; private to plan*.c. */
#ifndef HARNESS_PLAN_POINTS_H
#define HARNESS_PLAN_POINTS_H

#include "harness/plan_types.h"

#include "base/err.h"

/*
 * Appends the points of every part, as they are asked for: all of them MATCH_AFTER_GRID, to be
 * resolved by plan_resolve.h.
 */
ErrCode plan_points_expand(Plan *plan, Err *err) ERR_CHECKED;

/* A new point of a part, last in the plan, MATCH_AFTER_GRID; or NULL. */
PlanPoint *plan_points_add(Plan *plan, int part, const char *match, Err *err);

/* A copy of a point, last in the plan, or NULL. The plan's points may have moved. */
PlanPoint *plan_points_copy(Plan *plan, size_t index, Err *err);

#endif
