/* harness/plan_survey.c: one walk over the points, and what may be asked afterwards. */
#include "harness/plan_survey.h"

#include "harness/plan_networks.h"

#include "base/sys.h"

#include <string.h>

static bool same_seeds(const YamlInts *a, const YamlInts *b)
{
    return a == b || (a->n == b->n && (a->n == 0 || memcmp(a->v, b->v, a->n * sizeof *a->v) == 0));
}

int64_t plan_survey_epochs(const Plan *plan, const PlanPoint *point)
{
    return point->network == PLAN_NONE ? plan_networks_epochs(plan, point->part)
                                       : plan->networks[point->network].epochs;
}

bool plan_survey_is_trained(const PlanPoint *point)
{
    return !point->is_past && (point->network != PLAN_NONE || point->status == MATCH_AFTER_GRID);
}

ErrCode plan_survey_open(PlanSurvey *s, const Plan *plan, Err *err)
{
    *s = (PlanSurvey){.plan = plan,
                      .is_first = mem_calloc(plan->n_points + 1, sizeof *s->is_first),
                      .used = mem_calloc(plan->n_points + 1, sizeof *s->used)};
    bool *seen = mem_calloc(plan->n_networks + 1, sizeof *seen);
    if (s->is_first == NULL || s->used == NULL || seen == NULL)
        (void)err_memory(err, 2 * plan->n_points + plan->n_networks);
    for (size_t i = 0; i < plan->n_points && err->code == ERR_NONE; i++) {
        const PlanPoint *point = &plan->points[i];
        const bool is_known = point->network != PLAN_NONE && seen[point->network];
        s->is_first[i] = plan_survey_is_trained(point) && !is_known;
        if (s->is_first[i] && point->network != PLAN_NONE)
            seen[point->network] = true;
    }
    mem_free(seen);
    return err->code;
}

void plan_survey_close(PlanSurvey *s)
{
    mem_free(s->is_first);
    mem_free(s->used);
}

int plan_survey_alike(const PlanSurvey *s, const PlanPoint *point)
{
    int n = 0;
    for (size_t i = 0; i < s->plan->n_points; i++) {
        const PlanPoint *other = &s->plan->points[i];
        n += s->is_first[i] &&
             plan_survey_epochs(s->plan, other) == plan_survey_epochs(s->plan, point) &&
             same_seeds(other->seeds, point->seeds);
    }
    return n;
}
