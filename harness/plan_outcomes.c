/*
 * harness/plan_outcomes.c: the graph of parts at work: what is known resolves what waited for it.
 */
#include "harness/plan_outcomes.h"

#include "harness/plan_inputs.h"
#include "harness/plan_networks.h"
#include "harness/plan_range.h"
#include "harness/plan_resolve.h"
#include "harness/plan_transfer.h"
#include "harness/plan_tune.h"

#include "models/match_memo.h"
#include "models/resolve.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- resolving --- */

/*
 * Points of one target that ended in one network are tied. What is off its ray stays that, for it
 * decides nothing whatever it is tied with; so does what was decided before.
 */
static void mark_ties(Plan *plan)
{
    for (size_t i = 0; i < plan->n_points; i++) {
        PlanPoint *a = &plan->points[i];
        if (plan_inputs_strategy(plan, a) == NULL || a->network == PLAN_NONE ||
            a->status == MATCH_OFF_RAY || a->is_past)
            continue;
        for (size_t k = 0; k < plan->n_points; k++) {
            const PlanPoint *b = &plan->points[k];
            if (k == i || b->is_past || b->is_baseline || b->part != a->part || b->x != a->x ||
                b->network != a->network)
                continue;
            a->status = MATCH_TIED;
            snprintf(a->reason, sizeof a->reason, "the same network as '%.48s'", b->series);
        }
    }
}

/* Trials that the waiting points will ask for, if each of them builds a network of its own. */
static void count_waiting(Plan *plan)
{
    plan->n_after_grid = 0;
    for (size_t i = 0; i < plan->n_points; i++)
        if (plan->points[i].status == MATCH_AFTER_GRID || plan->points[i].waits_for_rate)
            plan->n_after_grid += plan_tune_to_come(plan, &plan->points[i]);
}

/*
 * Resolves every waiting point whose inputs are there, and trains what is settled by now. Grid
 * points of one part follow one another and share what matching remembers.
 */
static ErrCode resolve_ready(Plan *plan, Err *err)
{
    MatchMemo *memo = NULL;
    for (size_t i = 0; i < plan->n_points; i++) {
        PlanPoint *point = &plan->points[i];
        PlanInputs inputs;
        const bool is_ready = plan_inputs_find(plan, point, &inputs);
        if (memo == NULL || i == 0 || point->part != plan->points[i - 1].part) {
            match_memo_destroy(&memo);
            TRY(match_memo_create(&memo, err));
        }
        inputs.memo = memo;
        if (point->status == MATCH_AFTER_GRID && is_ready)
            TRY(plan_resolve_point(plan, point, &inputs, err));
        else if (point->network != PLAN_NONE && inputs.is_trained)
            TRY(plan_networks_train(plan, point->network, point->seeds, err));
        if (plan_tune_serves(plan, point))
            TRY(plan_tune_serve(plan, i, plan_inputs_are_settled(plan, point), err));
    }
    mark_ties(plan);
    plan_transfer_mark(plan);
    count_waiting(plan);
    plan_range_update(plan);
fail:
    match_memo_destroy(&memo);
    return err->code;
}

ErrCode plan_take_rates(Plan *plan, Err *err)
{
    return resolve_ready(plan, err);
}

/* A baseline by a part's own name for it, with the data set's classes. */
static ErrCode load_baseline(const Plan *plan, const StudyPart *part, Spec *out, Err *err)
{
    ResolveOptions options = resolve_options();
    Spec spec;
    options.classes = plan->classes;
    TRY(study_network(&spec, plan->study, part->baseline, err));
    TRY(resolve_apply(out, &spec, &options, err));
    return ERR_NONE;
fail:
    return err_wrap(err, "baseline of part '%s'", part->id);
}

/* A whole schedule of its own must hold the recipe's warm-up. */
static ErrCode check_epochs(const Study *study, const StudyPart *part, Err *err)
{
    Recipe recipe = study->recipe;
    if (part->epochs == 0)
        return ERR_NONE;
    recipe.epochs = part->epochs;
    if (recipe_check(&recipe, err) != ERR_NONE)
        return err_wrap(err, "part '%s'", part->id);
    return ERR_NONE;
}

ErrCode plan_outcomes_begin(Plan *plan, Err *err)
{
    const Study *study = plan->study;
    for (size_t i = 0; i < study->n_parts; i++) {
        const StudyPart *part = &study->parts[i];
        TRY(check_epochs(study, part, err));
        if (part->baseline_part != STUDY_NONE)
            plan->parts[part->baseline_part].is_taken = true;
        else if (part->baseline == NULL)
            plan_inputs_set_baseline(plan, &plan->parts[i], &plan->baseline);
        else {
            Spec own;
            TRY(load_baseline(plan, part, &own, err));
            plan_inputs_set_baseline(plan, &plan->parts[i], &own);
        }
        if (part->constants_part != STUDY_NONE)
            plan->parts[part->constants_part].is_taken = true;
        if (part->profile_part != STUDY_NONE)
            plan->parts[part->profile_part].is_taken = true;
    }
    TRY(plan_tune_begin(plan, err));
    TRY(resolve_ready(plan, err));
fail:
    return err->code;
}

bool plan_is_waiting(const Plan *plan)
{
    if (plan_tune_is_open(plan))
        return true;
    for (size_t i = 0; i < plan->study->n_parts; i++)
        if ((plan->parts[i].search != NULL || plan->parts[i].retrain != NULL) &&
            plan->parts[i].state != PLAN_SETTLED)
            return true;
    for (size_t i = 0; i < plan->n_points; i++)
        if (plan->points[i].status == MATCH_AFTER_GRID)
            return true;
    return false;
}

/* --- outcomes --- */

static bool are_same(const double a[STUDY_DIMENSIONS], const double b[STUDY_DIMENSIONS])
{
    for (int k = 0; k < STUDY_DIMENSIONS; k++)
        if (a[k] != b[k])
            return false;
    return true;
}

static bool has_same_shapes(const PlanOutcome *a, const PlanOutcome *b)
{
    bool is_same = a->n_shapes == b->n_shapes;
    for (size_t i = 0; i < a->n_shapes && is_same; i++) {
        const PlanShape *s = &a->shapes[i], *t = &b->shapes[i];
        is_same = s->budget == t->budget && s->chosen == t->chosen && s->is_found == t->is_found &&
                  (!s->is_found || are_same(s->shares, t->shares));
    }
    return is_same;
}

static bool is_same(const PlanOutcome *a, const PlanOutcome *b)
{
    return has_same_shapes(a, b) && a->has_constants == b->has_constants &&
           a->has_network == b->has_network &&
           (!a->has_constants || are_same(a->constants, b->constants)) &&
           (!a->has_network || strcmp(a->digest, b->digest) == 0);
}

/* Whether a point's multipliers come from constants. */
static bool is_on_ray(const Plan *plan, const PlanPoint *point)
{
    return plan_inputs_strategy(plan, point) != NULL ||
           plan->study->parts[point->part].kind == STUDY_FAMILY;
}

static void unresolve(PlanPoint *point, bool is_ray)
{
    const Scale none = {(double)NAN, (double)NAN, (double)NAN};
    point->status = MATCH_AFTER_GRID;
    point->network = PLAN_NONE;
    point->waits_for_rate = false;
    point->built = none;
    if (is_ray)
        point->nominal = none;
    point->reason[0] = '\0';
}

/* Opens whatever takes from a part, and what takes from that. Earlier ties are judged anew. */
static void reopen(Plan *plan, int part)
{
    for (size_t i = 0; i < plan->n_points; i++) {
        PlanPoint *point = &plan->points[i];
        if (!point->is_past &&
            (plan_inputs_takes(plan, point, part) || point->status == MATCH_TIED))
            unresolve(point, is_on_ray(plan, point));
    }
    for (size_t i = 0; i < plan->study->n_parts; i++) {
        PlanPart *taker = &plan->parts[i];
        if (plan->study->parts[i].baseline_part != part)
            continue;
        taker->has_baseline = false;
        taker->state = PLAN_OPEN;
        taker->outcome = (PlanOutcome){0};
        reopen(plan, (int)i);
    }
}

/* Says why what a point waits for never comes, if that is so; NULL: `reason` may be told. */
static void explain_wait(const Plan *plan, PlanPoint *point, const PlanOutcome *outcome,
                         const char *reason)
{
    const PlanShape *shape = plan_inputs_shape(plan, point, outcome);
    const bool is_empty =
        shape != NULL ? !shape->is_found : !outcome->has_constants && !outcome->has_network;
    if (is_empty)
        snprintf(point->reason, sizeof point->reason, "%s", shape != NULL ? shape->reason : reason);
}

ErrCode plan_set_outcome(Plan *plan, int part, const PlanOutcome *outcome, PlanState state,
                         const char *reason, Err *err)
{
    PlanPart *source = &plan->parts[part];
    const StudyPart *parts = plan->study->parts;
    if (source->state != PLAN_OPEN && !is_same(&source->outcome, outcome))
        reopen(plan, part);
    source->state = state;
    source->outcome = *outcome;
    for (size_t i = 0; i < plan->study->n_parts; i++)
        if (parts[i].baseline_part == part && outcome->has_network)
            plan_inputs_set_baseline(plan, &plan->parts[i], &outcome->network);
    TRY(resolve_ready(plan, err));
    for (size_t i = 0; i < plan->n_points; i++) {
        PlanPoint *point = &plan->points[i];
        if (state == PLAN_SETTLED && point->status == MATCH_AFTER_GRID &&
            plan_inputs_takes(plan, point, part))
            explain_wait(plan, point, outcome, reason);
    }
fail:
    return err->code;
}
