/* harness/plan_past.c: points built on earlier outcomes, each once and only if it tells more. */
#include "harness/plan_past.h"

#include "harness/plan_inputs.h"
#include "harness/plan_points.h"

#include <stdio.h>
#include <string.h>

/*
 * An earlier point's name: by its constants or shares, others by the decision's number. No
 * verdict takes an "earlier ..." for one of its series.
 */
static void name_past(PlanPoint *point, const PlanInputs *inputs, int64_t number)
{
    char series[PLAN_SERIES_MAX];
    memcpy(series, point->series, sizeof series);
    if (inputs->constants != NULL)
        snprintf(point->series, sizeof point->series, "earlier %.32s %.9g %.9g %.9g", series,
                 inputs->constants[0], inputs->constants[1], inputs->constants[2]);
    else
        snprintf(point->series, sizeof point->series, "earlier %.40s @%d", series, (int)number);
}

/* Whether a past point, the plan's last, says nothing that the plan does not say without it. */
static bool is_shown_already(const Plan *plan, size_t index)
{
    const PlanPoint *past = &plan->points[plan->n_points - 1];
    bool is_shown = past->network == PLAN_NONE || past->network == plan->points[index].network;
    for (size_t i = 0; i + 1 < plan->n_points && !is_shown; i++) {
        const PlanPoint *other = &plan->points[i];
        is_shown = other->is_past && other->part == past->part && other->x == past->x &&
                   other->network == past->network && strcmp(other->series, past->series) == 0;
    }
    return is_shown;
}

/* One point as it was built on an earlier outcome, unless that is what it is still. */
static ErrCode add_past_point(Plan *plan, size_t index, const PlanInputs *inputs, int64_t number,
                              Err *err)
{
    PlanPoint *past = plan_points_copy(plan, index, err);
    if (past == NULL)
        return err->code;
    past->is_past = true;
    if (plan_resolve_point(plan, past, inputs, err) != ERR_NONE)
        return err->code;
    name_past(past, inputs, number);
    if (is_shown_already(plan, index))
        plan->n_points--;
    return ERR_NONE;
}

ErrCode plan_add_past(Plan *plan, int part, const PlanOutcome *outcome, int64_t number, Err *err)
{
    const size_t n_points = plan->n_points;
    PlanPart other;
    for (size_t i = 0; i < n_points; i++) {
        const PlanPoint *point = &plan->points[i];
        PlanInputs inputs;
        if (point->is_past || !plan_inputs_takes(plan, point, part) ||
            plan->parts[point->part].retrain != NULL || point->target != PLAN_NONE)
            continue;
        (void)plan_inputs_find(plan, point, &inputs);
        inputs.is_trained = false;
        if (plan->study->parts[point->part].baseline_part == part) {
            if (!outcome->has_network)
                continue;
            plan_inputs_set_baseline(plan, &other, &outcome->network);
            inputs.baseline = &other.baseline;
            inputs.baseline_macs = other.baseline_macs;
            inputs.target_macs = other.target_macs;
        }
        if (plan_inputs_source(plan, point) == part)
            inputs.constants = plan_inputs_constants(plan, point, outcome);
        if (plan_inputs_source(plan, point) != STUDY_NONE && inputs.constants == NULL)
            continue;
        if (!plan->parts[point->part].has_baseline && inputs.baseline != &other.baseline)
            continue;
        TRY(add_past_point(plan, i, &inputs, number, err));
    }
fail:
    return err->code;
}
