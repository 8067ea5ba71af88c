/* harness/plan_inputs.c: a point's inputs, by the links of its part and what others came to. */
#include "harness/plan_inputs.h"

#include "harness/plan_tune.h"

#include "models/resolve.h"

#include <math.h>

const StudyStrategy *plan_inputs_strategy(const Plan *plan, const PlanPoint *point)
{
    const StudyPart *part = &plan->study->parts[point->part];
    return study_has_rays(part) && !point->is_baseline ? &part->strategies[point->strategy] : NULL;
}

int plan_inputs_source(const Plan *plan, const PlanPoint *point)
{
    const StudyPart *part = &plan->study->parts[point->part];
    const StudyStrategy *strategy = plan_inputs_strategy(plan, point);
    if (part->kind == STUDY_FAMILY)
        return part->constants_part;
    if (strategy != NULL && strategy->chosen != STUDY_GIVEN)
        return part->profile_part;
    return strategy != NULL && study_needs_constants(strategy) ? part->constants_part : STUDY_NONE;
}

const PlanShape *plan_inputs_shape(const Plan *plan, const PlanPoint *point,
                                   const PlanOutcome *outcome)
{
    const StudyStrategy *strategy = plan_inputs_strategy(plan, point);
    for (size_t i = 0; i < outcome->n_shapes && strategy != NULL; i++)
        if (outcome->shapes[i].chosen == strategy->chosen && outcome->shapes[i].budget == point->x)
            return &outcome->shapes[i];
    return NULL;
}

const double *plan_inputs_constants(const Plan *plan, const PlanPoint *point,
                                    const PlanOutcome *outcome)
{
    const PlanShape *shape = plan_inputs_shape(plan, point, outcome);
    if (shape != NULL)
        return shape->is_found ? shape->shares : NULL;
    return outcome->has_constants ? outcome->constants : NULL;
}

/* What a carried network is made of is what the other part's point is made of. */
static const PlanPoint *made_as(const Plan *plan, const PlanPoint *point)
{
    return point->target == PLAN_NONE ? point : &plan->points[point->carried];
}

bool plan_inputs_takes(const Plan *plan, const PlanPoint *point, int part)
{
    point = made_as(plan, point);
    return plan->study->parts[point->part].baseline_part == part ||
           plan_inputs_source(plan, point) == part;
}

int plan_source(const Plan *plan, const PlanPoint *point)
{
    point = made_as(plan, point);
    return plan->parts[point->part].has_baseline ? plan_inputs_source(plan, point)
                                                 : plan->study->parts[point->part].baseline_part;
}

static bool is_source_settled(const Plan *plan, int source)
{
    return source == STUDY_NONE || plan->parts[source].state == PLAN_SETTLED;
}

bool plan_inputs_are_settled(const Plan *plan, const PlanPoint *point)
{
    point = made_as(plan, point);
    return !point->is_past &&
           is_source_settled(plan, plan->study->parts[point->part].baseline_part) &&
           is_source_settled(plan, plan_inputs_source(plan, point));
}

bool plan_is_settled(const Plan *plan, const PlanPoint *point)
{
    return plan_inputs_are_settled(plan, point) && !point->waits_for_rate;
}

bool plan_inputs_find(const Plan *plan, const PlanPoint *point, PlanInputs *inputs)
{
    const PlanPart *part = &plan->parts[point->part];
    const int source = plan_inputs_source(plan, point);
    *inputs = (PlanInputs){.baseline = &part->baseline,
                           .baseline_macs = part->baseline_macs,
                           .target_macs = part->target_macs,
                           .is_trained = plan_inputs_are_settled(plan, point) &&
                                         !plan_tune_serves(plan, point)};
    if (point->target != PLAN_NONE)
        return plan->points[point->carried].status != MATCH_AFTER_GRID;
    if (source != STUDY_NONE)
        inputs->constants = plan_inputs_constants(plan, point, &plan->parts[source].outcome);
    return part->has_baseline && (source == STUDY_NONE || inputs->constants != NULL);
}

void plan_inputs_set_baseline(const Plan *plan, PlanPart *part, const Spec *baseline)
{
    part->has_baseline = true;
    part->baseline = *baseline;
    part->baseline_macs = resolve_macs(baseline, 0);
    part->target_macs = llround(plan->study->objective.target * (double)part->baseline_macs);
}
