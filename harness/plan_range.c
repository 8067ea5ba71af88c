/* harness/plan_range.c: ranges follow the graph of parts, from what is known to what takes it. */
#include "harness/plan_range.h"

#include "harness/plan_retrain.h"
#include "harness/plan_search.h"

#include "base/fmath.h"

#include <math.h>

/* What a family costs nominally for each unit of phi, over its baseline. */
static double family_unit(const Plan *plan, const StudyPart *part)
{
    const double *c = part->own_constants;
    if (part->has_constants)
        return scaling_nominal_cost((Scale){c[0], c[1], c[2]});
    const StudyPart *grid = &plan->study->parts[part->constants_part];
    return grid->match == STUDY_COUNTED ? plan->study->objective.target : grid->product;
}

/* What a point that waits costs over its baseline. */
static double cost_over_baseline(const Plan *plan, const PlanPoint *point)
{
    const StudyPart *part = &plan->study->parts[point->part];
    if (study_has_rays(part) || (part->kind == STUDY_GRID && part->match == STUDY_COUNTED))
        return point->x;
    if (part->kind == STUDY_RETRAIN)
        return 1;
    if (part->kind == STUDY_FAMILY)
        return fm_pow(family_unit(plan, part), point->x);
    return scaling_nominal_cost(point->nominal);
}

PlanRange plan_range_macs(const Plan *plan, const PlanPoint *point)
{
    if (point->target != PLAN_NONE && point->status == MATCH_AFTER_GRID)
        point = &plan->points[point->carried];
    const StudyPart *part = &plan->study->parts[point->part];
    const PlanRange baseline = plan->parts[point->part].baseline_range;
    if (point->status != MATCH_AFTER_GRID) {
        const double macs = point->network == PLAN_NONE ? 0 : (double)point->macs;
        return (PlanRange){macs, macs};
    }
    if (part->kind == STUDY_RETRAIN && plan_retrain_is_baseline(plan, point))
        return (PlanRange){(double)plan->baseline_macs, (double)plan->baseline_macs};
    const double cost = cost_over_baseline(plan, point);
    return (PlanRange){cost * baseline.low, cost * baseline.high};
}

/* Of the networks that may be a part's outcome. */
static PlanRange outcome_range(const Plan *plan, int part)
{
    const PlanSearch *search = plan->parts[part].search;
    if (search != NULL)
        return (PlanRange){(double)search->survey.least, (double)search->survey.most};
    PlanRange all = {(double)INFINITY, 0};
    for (size_t i = 0; i < plan->n_points; i++) {
        const PlanPoint *point = &plan->points[i];
        if (point->part != part || point->is_past ||
            (plan->parts[part].retrain != NULL && !plan_retrain_is_candidate(plan, point)))
            continue;
        const PlanRange one = plan_range_macs(plan, point);
        all.low = one.high > 0 ? fmin(all.low, one.low) : all.low;
        all.high = fmax(all.high, one.high);
    }
    return all.high > 0 ? all : (PlanRange){0, 0};
}

/* A chain of parts is as long as there are parts, at most. */
static void update_part(Plan *plan, int index)
{
    PlanPart *part = &plan->parts[index];
    const int source = plan->study->parts[index].baseline_part;
    if (part->has_baseline || source == STUDY_NONE) {
        part->baseline_range =
            (PlanRange){(double)part->baseline_macs, (double)part->baseline_macs};
        return;
    }
    update_part(plan, source);
    part->baseline_range = outcome_range(plan, source);
}

void plan_range_update(Plan *plan)
{
    for (size_t i = 0; i < plan->study->n_parts; i++)
        update_part(plan, (int)i);
}

double plan_range_middle(PlanRange range)
{
    return sqrt(range.low * range.high);
}
