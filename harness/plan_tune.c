/* harness/plan_tune.c: candidates, their points, and the rates that points get. */
#include "harness/plan_tune.h"

#include "harness/plan_networks.h"
#include "harness/plan_points.h"
#include "harness/study_tune.h"

#include "base/sys.h"
#include "models/match.h"

#include <math.h>
#include <stdio.h>

static const StudyTune *settings_of(const Plan *plan)
{
    return &plan->study->parts[plan->tune_part].tune;
}

bool plan_tune_is_each(const Plan *plan)
{
    return plan->tune_part != STUDY_NONE && settings_of(plan)->on == STUDY_TUNE_EACH;
}

bool plan_tune_is_open(const Plan *plan)
{
    for (size_t i = 0; i < plan->n_tunings; i++)
        if (isnan(plan->tunings[i].factor))
            return true;
    return false;
}

double plan_tune_factor(const Plan *plan)
{
    const bool is_shared = plan->n_tunings > 0 && !plan_tune_is_each(plan);
    return is_shared ? plan->tunings[0].factor : 1;
}

bool plan_tune_serves(const Plan *plan, const PlanPoint *point)
{
    const int kind = plan->study->parts[point->part].kind;
    return plan->tune_part != STUDY_NONE && kind != STUDY_TUNE && kind != STUDY_SEARCH;
}

const PlanTuning *plan_tune_of(const Plan *plan, int network)
{
    const size_t n_factors = plan->tune_part != STUDY_NONE ? settings_of(plan)->lr.n : 0;
    for (size_t i = 0; i < plan->n_tunings; i++)
        for (size_t k = 0; k < n_factors; k++)
            if (plan->tunings[i].candidates[k] == network)
                return &plan->tunings[i];
    return NULL;
}

size_t plan_tune_to_come(const Plan *plan, const PlanPoint *point)
{
    if (!plan_tune_is_each(plan) || !plan_tune_serves(plan, point))
        return point->seeds->n;
    const StudyTune *settings = settings_of(plan);
    const bool is_unknown = point->status == MATCH_AFTER_GRID;
    return 2 * point->seeds->n + (is_unknown ? settings->lr.n * settings->seeds.n : 0);
}

/* --- tunings --- */

/* A point of the part for a candidate, built as `model` is. */
static ErrCode add_point(Plan *plan, const PlanPoint *model, int candidate, double factor, Err *err)
{
    const PlanNetwork *network = &plan->networks[candidate];
    PlanPoint *point = plan_points_add(plan, plan->tune_part, "none", err);
    if (point == NULL)
        return err->code;
    snprintf(point->series, sizeof point->series, "%.79s", network->network.name);
    point->x = factor;
    point->nominal = model->nominal;
    point->built = model->built;
    point->genes = model->genes;
    point->macs = network->network.macs;
    point->ratio = (double)network->network.macs / (double)plan->baseline_macs;
    point->resolution = network->network.resolution;
    point->network = candidate;
    point->seeds = &settings_of(plan)->seeds;
    point->status = MATCH_UNMATCHED;
    return ERR_NONE;
}

/* A tuning of a network at the recipe's rate, with its candidates in training. */
static ErrCode add_tuning(Plan *plan, const PlanPoint *built, int network, Err *err)
{
    const StudyTune *settings = settings_of(plan);
    const PlanPoint model = *built; /* points may move */
    PlanTuning tuning = {.network = network, .factor = (double)NAN};
    TRY(mem_grow(&plan->tunings, &plan->tuning_room, plan->n_tunings + 1, sizeof *plan->tunings,
                 err));
    for (size_t i = 0; i < settings->lr.n; i++) {
        TRY(plan_networks_at(plan, network, settings->lr.v[i], &settings->seeds,
                             &tuning.candidates[i], err));
        plan->networks[tuning.candidates[i]].due = 1; /* others wait for it */
        TRY(add_point(plan, &model, tuning.candidates[i], settings->lr.v[i], err));
    }
    plan->tunings[plan->n_tunings++] = tuning;
fail:
    return err->code;
}

ErrCode plan_tune_begin(Plan *plan, Err *err)
{
    const Scale one = {1, 1, 1};
    MatchPoint given;
    int network = PLAN_NONE;
    plan->tune_part = study_tune_part(plan->study);
    if (plan->tune_part == STUDY_NONE || plan_tune_is_each(plan))
        return ERR_NONE;
    const Matching matching = match_target(&plan->baseline, 1, plan->study->fairness.tolerance);
    const PlanPoint model = {.nominal = one, .built = one};
    TRY(match_nominal(&given, &matching, one, err));
    TRY(plan_networks_add(plan, &given.spec, given.digest, plan->study->recipe.epochs, NULL,
                          &network, err));
    TRY(add_tuning(plan, &model, network, err));
fail:
    return err->code;
}

/* --- points --- */

/* The index of the tuning that serves a network at the recipe's rate, or PLAN_NONE. */
static int find_tuning(const Plan *plan, int network)
{
    if (!plan_tune_is_each(plan))
        return 0;
    for (size_t i = 0; i < plan->n_tunings; i++)
        if (plan->tunings[i].network == network)
            return (int)i;
    return PLAN_NONE;
}

ErrCode plan_tune_serve(Plan *plan, size_t index, bool is_settled, Err *err)
{
    const int network = plan->points[index].network;
    int tuning = PLAN_NONE;
    if (network == PLAN_NONE)
        return ERR_NONE;
    if (plan->networks[network].factor != 1) /* it has its rate */
        return is_settled ? plan_networks_train(plan, network, plan->points[index].seeds, err)
                          : ERR_NONE;
    tuning = find_tuning(plan, network);
    if (tuning == PLAN_NONE && is_settled) {
        TRY(add_tuning(plan, &plan->points[index], network, err));
        tuning = (int)plan->n_tunings - 1;
    }
    PlanPoint *point = &plan->points[index];
    const double factor = tuning != PLAN_NONE ? plan->tunings[tuning].factor : (double)NAN;
    point->waits_for_rate = isnan(factor);
    if (point->waits_for_rate)
        return ERR_NONE;
    if (is_settled && plan_tune_is_each(plan))
        TRY(plan_networks_train(plan, network, point->seeds, err));
    TRY(plan_networks_at(plan, network, factor, is_settled ? point->seeds : NULL, &point->network,
                         err));
fail:
    return err->code;
}
