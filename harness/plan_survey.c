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
    return point->network == PLAN_NONE ? plan_networks_point_epochs(plan, point)
                                       : plan->networks[point->network].epochs;
}

bool plan_survey_is_trained(const PlanPoint *point)
{
    return !point->is_past && point->target == PLAN_NONE &&
           (point->network != PLAN_NONE || point->status == MATCH_AFTER_GRID);
}

/* Whether the point's network was not seen yet: now it is. One that waits is its own. */
static bool is_new(const PlanSurvey *s, const PlanPoint *point)
{
    if (point->network == PLAN_NONE)
        return true;
    const bool is_known = s->seen[point->network];
    s->seen[point->network] = true;
    return !is_known;
}

static void forget(const PlanSurvey *s)
{
    memset(s->seen, 0, s->plan->n_networks * sizeof *s->seen);
}

ErrCode plan_survey_open(PlanSurvey *s, const Plan *plan, Err *err)
{
    *s = (PlanSurvey){.plan = plan,
                      .is_first = mem_calloc(plan->n_points + 1, sizeof *s->is_first),
                      .used = mem_calloc(plan->n_points + 1, sizeof *s->used),
                      .seen = mem_calloc(plan->n_networks + 1, sizeof *s->seen)};
    if (s->is_first == NULL || s->used == NULL || s->seen == NULL)
        return err_memory(err, 2 * plan->n_points + plan->n_networks);
    for (size_t i = 0; i < plan->n_points; i++)
        s->is_first[i] = plan_survey_is_trained(&plan->points[i]) && is_new(s, &plan->points[i]);
    return ERR_NONE;
}

void plan_survey_close(PlanSurvey *s)
{
    mem_free(s->is_first);
    mem_free(s->used);
    mem_free(s->seen);
}

int plan_survey_alike(const PlanSurvey *s, const PlanPoint *point)
{
    int n = 0;
    forget(s);
    for (size_t i = 0; i < s->plan->n_points; i++) {
        const PlanPoint *other = &s->plan->points[i];
        n += plan_survey_is_trained(other) &&
             plan_survey_epochs(s->plan, other) == plan_survey_epochs(s->plan, point) &&
             same_seeds(other->seeds, point->seeds) && is_new(s, other);
    }
    return n;
}
