/* harness/run_decide.c: asks the parts' deciders, and turns what they yield into facts. */
#include "harness/run_decide.h"

#include "harness/plan_inputs.h"
#include "harness/plan_outcomes.h"
#include "harness/plan_past.h"
#include "harness/plan_tune.h"
#include "harness/run_decider_constants.h"
#include "harness/run_decider_retrain.h"
#include "harness/run_decider_search.h"
#include "harness/run_optimum.h"
#include "harness/run_tune.h"

#include "base/arena.h"
#include "base/sys.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FACT_NAME_BYTES = STUDY_PART_MAX + 16 };

/* What decides for a part of this kind; NULL: such a part decides nothing, or is a profile. */
static const RunDeciderKind *kind_of(const RunState *run, int part)
{
    static const RunDeciderKind *const kinds[STUDY_N_KINDS] = {
        [STUDY_GRID] = &run_decider_constants,
        [STUDY_SEARCH] = &run_decider_search,
        [STUDY_RETRAIN] = &run_decider_retrain};
    return kinds[run->study->parts[part].kind];
}

/* --- facts and outcomes --- */

/* A grid's fact has the name of its part, for stores are older than ids. */
static void name_fact(const RunState *run, int part, char out[FACT_NAME_BYTES])
{
    const StudyPart *p = &run->study->parts[part];
    snprintf(out, FACT_NAME_BYTES, "%s/winner", p->kind == STUDY_GRID ? p->name : p->id);
}

/* What a fact says, as the plan takes it; it has nothing if the winner's network is not known. */
static ErrCode outcome_of(RunState *run, int part, const StoreFact *fact, Arena *arena,
                          PlanOutcome *outcome, Err *err)
{
    StoreNetwork network;
    *outcome = (PlanOutcome){0};
    if (fact->network == NULL)
        return ERR_NONE;
    TRY(store_network(run->store, fact->network, arena, &network, err));
    TRY(spec_parse(&outcome->network, "a fact's network", network.yaml, strlen(network.yaml), err));
    snprintf(outcome->digest, sizeof outcome->digest, "%s", fact->network);
    outcome->has_network = true;
    outcome->has_constants = run->study->parts[part].kind == STUDY_GRID;
    memcpy(outcome->constants, fact->value, sizeof outcome->constants);
fail:
    return err->code;
}

/* Puts the facts of a part whose deciders are done, and says what it came to. */
static ErrCode put_facts(RunState *run, int part, Arena *arena, StoreFact *fact, Err *err)
{
    const RunDeciders *d = &run->deciders[part];
    bool is_new = false, is_anew = false;
    *fact = (StoreFact){.value = {(double)NAN, (double)NAN, (double)NAN}};
    TRY(kind_of(run, part)->settle(run, part, d->items, d->n, arena, fact, err));
    TRY(run_decider_put_fact(run, fact, FACT_SAME_TEXT, &is_new, &is_anew, err));
    if (is_new)
        run_state_note(run, "%s is decided%s: %s", run->study->parts[part].id,
                       is_anew ? " anew" : "", fact->text);
fail:
    return err->code;
}

static bool says_same(const StoreFact *a, const StoreFact *b)
{
    bool is_same = a->network != NULL && b->network != NULL && strcmp(a->network, b->network) == 0;
    for (size_t i = 0; i < ARRAY_LEN(a->value); i++)
        is_same &= a->value[i] == b->value[i];
    return is_same;
}

static bool is_repeated(const StoreFact *facts, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (says_same(&facts[i], &facts[index]))
            return true;
    return false;
}

/* Shows what was built on earlier facts; the plan drops what is built the same way still. */
static ErrCode add_past(RunState *run, int part, Err *err)
{
    Arena arena = {0};
    StoreFact *facts = NULL;
    size_t n = 0;
    PlanOutcome outcome;
    char name[FACT_NAME_BYTES];
    name_fact(run, part, name);
    TRY(store_facts(run->store, name, &arena, &facts, &n, err));
    for (size_t i = 0; i + 1 < n; i++) {
        if (is_repeated(facts, i))
            continue;
        TRY(outcome_of(run, part, &facts[i], &arena, &outcome, err));
        TRY(plan_add_past(run->plan, part, &outcome, facts[i].number, err));
    }
fail:
    arena_release(&arena);
    return err->code;
}

static ErrCode settle(RunState *run, int part, Err *err)
{
    Arena arena = {0};
    StoreFact fact;
    PlanOutcome outcome;
    TRY(put_facts(run, part, &arena, &fact, err));
    TRY(outcome_of(run, part, &fact, &arena, &outcome, err));
    TRY(plan_set_outcome(run->plan, part, &outcome, PLAN_SETTLED, fact.text, err));
    TRY(add_past(run, part, err));
fail:
    arena_release(&arena);
    return err->code;
}

/* --- going on --- */

/* Whether a part decides: a search and a retrain do, a grid and a profile where another part takes
 * from it. */
static bool decides(const Plan *plan, int part)
{
    return plan->parts[part].is_taken || plan->parts[part].search != NULL ||
           plan->parts[part].retrain != NULL;
}

/* Whether a part is to be decided, and all points it has so far are there and trained; a search
 * asks for its own, at a rate that is chosen by then. */
static bool is_due(const Plan *plan, int part)
{
    bool is_ready = decides(plan, part) && plan->parts[part].state != PLAN_SETTLED &&
                    !(plan->parts[part].search != NULL && plan_tune_is_open(plan));
    for (size_t i = 0; i < plan->n_points && is_ready; i++)
        if (plan->points[i].part == part && !plan->points[i].is_past)
            is_ready = plan->points[i].status != MATCH_AFTER_GRID &&
                       plan_is_settled(plan, &plan->points[i]);
    return is_ready;
}

static ErrCode make_deciders(RunState *run, int part, const StoreTrials *trials, Err *err)
{
    RunDeciders *d = &run->deciders[part];
    const RunDeciderKind *kind = kind_of(run, part);
    const size_t n = kind->count(run, part);
    RunDecider **items = mem_calloc(n, sizeof(RunDecider *));
    if (items == NULL)
        return err_memory(err, n * sizeof(RunDecider *));
    d->items = items;
    for (; d->n < n; d->n++)
        TRY(run_decider_create(&items[d->n], run, kind, part, d->n, trials, err));
fail:
    return err->code;
}

/* *is_changed: points were asked for, or the part is settled. */
static ErrCode advance_one(RunState *run, int part, const StoreTrials *trials, bool *is_settled,
                           bool *is_changed, Err *err)
{
    const RunDeciders *d = &run->deciders[part];
    const size_t n_points = run->plan->n_points;
    *is_settled = false;
    if (kind_of(run, part) == NULL) {
        TRY(run_optimum_advance(run, part, trials, is_settled, err));
        *is_changed |= *is_settled;
        return ERR_NONE;
    }
    if (d->n == 0)
        TRY(make_deciders(run, part, trials, err));
    TRY(run_decider_advance(d->items, d->n, trials, err));
    *is_changed |= run->plan->n_points > n_points;
    for (size_t i = 0; i < d->n; i++)
        if (run_decider_yield(d->items[i]) == NULL)
            return ERR_NONE;
    TRY(settle(run, part, err));
    *is_settled = *is_changed = true;
    return ERR_NONE;
fail:
    return err_wrap(err, "deciding '%s'", run->study->parts[part].id);
}

ErrCode run_decide_advance(RunState *run, bool *is_changed, Err *err)
{
    const int n_parts = (int)run->study->n_parts;
    Arena arena = {0};
    StoreTrials trials;
    *is_changed = false;
    TRY(store_trials(run->store, &arena, &trials, err));
    /* What is settled may make another part due, also an earlier one of the study. */
    for (int i = 0; i < n_parts; i++) {
        bool is_settled = false, has_rates = false;
        if (i == 0)
            TRY(run_tune_advance(run, &trials, &has_rates, err));
        *is_changed |= has_rates;
        if (!is_due(run->plan, i))
            continue;
        TRY(advance_one(run, i, &trials, &is_settled, is_changed, err));
        if (is_settled)
            i = -1;
    }
fail:
    arena_release(&arena);
    return err->code;
}

/* The last fact of a part that is open, until it is decided anew. */
static ErrCode take_provisional(RunState *run, int part, Err *err)
{
    Arena arena = {0};
    StoreFact fact;
    PlanOutcome outcome;
    bool is_there = false;
    char name[FACT_NAME_BYTES];
    if (kind_of(run, part) == NULL)
        return run_optimum_take_provisional(run, part, err);
    name_fact(run, part, name);
    TRY(store_fact(run->store, name, &arena, &fact, &is_there, err));
    if (!is_there)
        goto fail;
    TRY(outcome_of(run, part, &fact, &arena, &outcome, err));
    if (outcome.has_network) {
        TRY(plan_set_outcome(run->plan, part, &outcome, PLAN_PROVISIONAL, NULL, err));
        TRY(add_past(run, part, err));
    }
fail:
    arena_release(&arena);
    return err->code;
}

ErrCode run_decide_begin(RunState *run, Err *err)
{
    bool is_changed = false;
    run->deciders = mem_calloc(run->study->n_parts + 1, sizeof *run->deciders);
    if (run->deciders == NULL)
        return err_memory(err, run->study->n_parts * sizeof *run->deciders);
    TRY(run_decide_advance(run, &is_changed, err));
    for (size_t i = 0; i < run->study->n_parts; i++)
        if (run->plan->parts[i].is_taken && run->plan->parts[i].state == PLAN_OPEN)
            TRY(take_provisional(run, (int)i, err));
fail:
    return err->code;
}

void run_decide_note_waiting(const RunState *run)
{
    for (size_t i = 0; i < run->study->n_parts; i++)
        if (decides(run->plan, (int)i) && run->plan->parts[i].state != PLAN_SETTLED)
            run_state_note(run,
                           "%s is not decided: not all of its trials have ended; what takes from "
                           "it waits",
                           run->study->parts[i].id);
    if (plan_tune_is_open(run->plan))
        run_state_note(run,
                       "%s has not chosen: not all of its trials have ended; what it serves "
                       "waits",
                       run->study->parts[run->plan->tune_part].id);
}

void run_decide_close(RunState *run)
{
    for (size_t i = 0; i < run->study->n_parts && run->deciders != NULL; i++) {
        for (size_t k = 0; k < run->deciders[i].n; k++)
            run_decider_destroy(&run->deciders[i].items[k]);
        mem_free(run->deciders[i].items);
    }
    mem_free(run->deciders);
    run->deciders = NULL;
}
