/*
 * harness/plan_inputs.h: what a point is built from: its part's baseline, and the constants or
 * shares that another part came to; private to plan*.c but for plan_source and plan_is_settled.
 */
#ifndef HARNESS_PLAN_INPUTS_H
#define HARNESS_PLAN_INPUTS_H

#include "harness/plan_resolve.h"
#include "harness/plan_types.h"

#include <stdbool.h>

/* The strategy of a point on a ray, else NULL. */
const StudyStrategy *plan_inputs_strategy(const Plan *plan, const PlanPoint *point);

/* The part whose constants or shares a point takes, or STUDY_NONE. */
int plan_inputs_source(const Plan *plan, const PlanPoint *point);

/* Whether a point takes its baseline, constants or shares from a part. */
bool plan_inputs_takes(const Plan *plan, const PlanPoint *point, int part);

/* The part whose outcome a point that is MATCH_AFTER_GRID waits for, or STUDY_NONE. */
int plan_source(const Plan *plan, const PlanPoint *point);

/* What a profile found for a point that takes its optimum or corner, or NULL. */
const PlanShape *plan_inputs_shape(const Plan *plan, const PlanPoint *point,
                                   const PlanOutcome *outcome);

/* The constants, or shares, that an outcome has for a point that takes them; NULL: none. */
const double *plan_inputs_constants(const Plan *plan, const PlanPoint *point,
                                    const PlanOutcome *outcome);

/* What a point can be built from; false while a part it takes from is open or came to nothing. */
bool plan_inputs_find(const Plan *plan, const PlanPoint *point, PlanInputs *inputs);

/* Whether all of that is settled; but for a learning rate that the point may wait for. */
bool plan_inputs_are_settled(const Plan *plan, const PlanPoint *point);

/* Whether every input of a point is settled, so that it is trained with all seeds. */
bool plan_is_settled(const Plan *plan, const PlanPoint *point);

/* Gives a part the network that it scales, and what it costs. */
void plan_inputs_set_baseline(const Plan *plan, PlanPart *part, const Spec *baseline);

#endif
