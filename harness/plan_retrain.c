/* harness/plan_retrain.c: slots become points, and points networks once the search is decided. */
#include "harness/plan_retrain.h"

#include "harness/plan_networks.h"
#include "harness/plan_points.h"
#include "harness/plan_search.h"
#include "harness/study_search.h"

#include "base/sys.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const PlanSearch *search_of(const Plan *plan, int part)
{
    return plan->parts[plan->study->parts[part].baseline_part].search;
}

static bool is_rival(const PlanSearcher *searcher)
{
    return !searcher->is_main && searcher->run == 0;
}

/* --- life --- */

/* The id of a search that trains with a seed, or NULL. */
static const char *search_with(const Plan *plan, int64_t seed)
{
    for (size_t i = 0; i < plan->study->n_parts; i++) {
        const PlanSearch *search = plan->parts[i].search;
        for (size_t k = 0; search != NULL && k < search->n_searchers; k++)
            if (yaml_has_int(&search->searchers[k].seeds, seed))
                return plan->study->parts[i].id;
    }
    return NULL;
}

/*
 * No seed may have had a part in what the search found; and no other part may need one, whose
 * points would not show its trials.
 */
static ErrCode check_seeds(const Plan *plan, int part, Err *err)
{
    const YamlInts *seeds = &plan->study->parts[part].retrain.seeds;
    const YamlNode *place = study_search_node(plan->study, part, "seeds");
    for (size_t i = 0; i < seeds->n; i++) {
        const char *search = search_with(plan, seeds->v[i]);
        if (yaml_has_int(&plan->study->seeds, seeds->v[i]))
            return yaml_error(err, place,
                              "seed %" PRId64 " is one of the study's, but part '%s' keeps its "
                              "seeds to itself",
                              seeds->v[i], plan->study->parts[part].id);
        if (search != NULL)
            return yaml_error(err, place,
                              "seed %" PRId64 " is not fresh: search '%s' trains with it",
                              seeds->v[i], search);
    }
    return ERR_NONE;
}

static ErrCode open_one(Plan *plan, int part, Err *err)
{
    const PlanSearch *search = search_of(plan, part);
    PlanRetrain *retrain = mem_calloc(1, sizeof *retrain);
    if (retrain == NULL)
        return err_memory(err, sizeof *retrain);
    plan->parts[part].retrain = retrain;
    retrain->n_found = (size_t)plan->study->parts[part].retrain.top;
    retrain->n_slots = retrain->n_found + 1;
    for (size_t i = 0; i < search->n_searchers; i++)
        retrain->n_slots += is_rival(&search->searchers[i]);
    retrain->networks = mem_calloc(retrain->n_slots, sizeof *retrain->networks);
    if (retrain->networks == NULL)
        return err_memory(err, retrain->n_slots * sizeof *retrain->networks);
    return check_seeds(plan, part, err);
}

ErrCode plan_retrain_open(Plan *plan, Err *err)
{
    for (size_t i = 0; i < plan->study->n_parts; i++)
        if (plan->study->parts[i].kind == STUDY_RETRAIN)
            TRY(open_one(plan, (int)i, err));
fail:
    return err->code;
}

void plan_retrain_close(Plan *plan)
{
    for (size_t i = 0; i < plan->study->n_parts && plan->parts != NULL; i++) {
        if (plan->parts[i].retrain != NULL)
            mem_free(plan->parts[i].retrain->networks);
        mem_free(plan->parts[i].retrain);
    }
}

/* --- points --- */

static ErrCode add_slot(Plan *plan, int part, size_t slot, const char *series, Err *err)
{
    const PlanSearch *search = search_of(plan, part);
    const PlanRetrain *retrain = plan->parts[part].retrain;
    PlanPoint *point = plan_points_add(
        plan, part, search->objective.form == OBJECTIVE_BAND ? "counted" : "none", err);
    if (point == NULL)
        return err->code;
    snprintf(point->series, sizeof point->series, "%s", series);
    point->strategy = slot;
    point->x = slot < retrain->n_found ? (double)slot + 1 : 0;
    point->seeds = &plan->study->parts[part].retrain.seeds;
    point->target_macs = search->target_macs;
    return ERR_NONE;
}

static ErrCode expand_one(Plan *plan, int part, Err *err)
{
    const PlanSearch *search = search_of(plan, part);
    const PlanRetrain *retrain = plan->parts[part].retrain;
    size_t slot = 0;
    for (; slot < retrain->n_found; slot++) {
        char series[PLAN_SERIES_MAX];
        snprintf(series, sizeof series, "found %zu", slot + 1);
        TRY(add_slot(plan, part, slot, series, err));
    }
    for (size_t i = 0; i < search->n_searchers; i++)
        if (is_rival(&search->searchers[i]))
            TRY(add_slot(plan, part, slot++, search->searchers[i].name, err));
    TRY(add_slot(plan, part, slot, "baseline", err));
fail:
    return err->code;
}

ErrCode plan_retrain_expand(Plan *plan, Err *err)
{
    for (size_t i = 0; i < plan->study->n_parts; i++)
        if (plan->parts[i].retrain != NULL)
            TRY(expand_one(plan, (int)i, err));
fail:
    return err->code;
}

bool plan_retrain_is_baseline(const Plan *plan, const PlanPoint *point)
{
    return point->strategy + 1 == plan->parts[point->part].retrain->n_slots;
}

bool plan_retrain_is_candidate(const Plan *plan, const PlanPoint *point)
{
    return point->strategy < plan->parts[point->part].retrain->n_found;
}

/* The genes by which the search asked for a network. */
static const char *genes_of(const Plan *plan, int search, int network)
{
    for (size_t i = 0; i < plan->n_points; i++)
        if (plan->points[i].part == search && plan->points[i].network == network)
            return plan->points[i].genes;
    return NULL;
}

/* The point's network, counted and, if its inputs are settled, trained. */
static ErrCode take(Plan *plan, PlanPoint *point, const MatchPoint *found, bool is_trained,
                    Err *err)
{
    const PlanSearch *search = search_of(plan, point->part);
    const int64_t epochs = plan_networks_epochs(plan, point->part);
    const bool is_inside = search->objective.form == OBJECTIVE_BAND &&
                           !isnan(objective_score(&search->objective, 0, (double)found->macs));
    point->macs = found->macs;
    point->ratio = (double)found->macs / (double)search->target_macs;
    point->resolution = found->spec.resolution;
    point->status = is_inside ? MATCH_FAIR : MATCH_UNMATCHED;
    return plan_networks_add(plan, &found->spec, found->digest, epochs,
                             is_trained ? point->seeds : NULL, &point->network, err);
}

/* One of those that the search asked for. */
static ErrCode take_found(Plan *plan, PlanPoint *point, int network, bool is_trained, Err *err)
{
    const PlanNetwork *known = &plan->networks[network];
    MatchPoint found = {.macs = known->network.macs};
    TRY(spec_parse(&found.spec, "a network of the plan", known->spec, strlen(known->spec), err));
    snprintf(found.digest, sizeof found.digest, "%s", known->network.digest);
    point->genes = genes_of(plan, plan->study->parts[point->part].baseline_part, network);
    TRY(take(plan, point, &found, is_trained, err));
fail:
    return err->code;
}

/* The search has trained fewer networks in full than there are slots. */
static void leave_empty(PlanPoint *point)
{
    point->genes = "";
    point->ratio = 0;
    point->status = MATCH_UNFAIR;
    snprintf(point->reason, sizeof point->reason, "the search has trained no more in full");
}

ErrCode plan_retrain_resolve(Plan *plan, PlanPoint *point, bool is_trained, Err *err)
{
    const PlanRetrain *retrain = plan->parts[point->part].retrain;
    const bool is_baseline = plan_retrain_is_baseline(plan, point);
    const Scale one = {1, 1, 1};
    MatchPoint given;
    if (!retrain->is_decided)
        return ERR_NONE;
    if (!is_baseline && retrain->networks[point->strategy] == PLAN_NONE) {
        leave_empty(point);
        return ERR_NONE;
    }
    if (!is_baseline)
        return take_found(plan, point, retrain->networks[point->strategy], is_trained, err);
    const Matching matching = match_target(&plan->baseline, 1, plan->study->fairness.tolerance);
    TRY(match_nominal(&given, &matching, one, err));
    point->nominal = point->built = one;
    TRY(take(plan, point, &given, is_trained, err));
fail:
    return err->code;
}
