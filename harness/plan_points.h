/* harness/plan_points.h: how the parts of a study become points; private to plan*.c. */
#ifndef HARNESS_PLAN_POINTS_H
#define HARNESS_PLAN_POINTS_H

#include "harness/plan.h"

/* Appends the points of every part to an empty plan whose baseline and target are set. */
ErrCode plan_points_expand(Plan *plan, Err *err) ERR_CHECKED;

/* Gives the waiting points their constants and networks, and marks ties anew. */
ErrCode plan_points_resolve_waiting(Plan *plan, const double constants[STUDY_DIMENSIONS],
                                    Err *err) ERR_CHECKED;

/* The index of the network that matching found, added if it is new. */
ErrCode plan_add_network(Plan *plan, const MatchPoint *found, int *index, Err *err) ERR_CHECKED;

#endif
