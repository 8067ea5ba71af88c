/* harness/run_decider_retrain.c: candidates first, then what is trained beside them. */
#include "harness/run_decider_retrain.h"

#include "harness/plan_retrain.h"
#include "harness/plan_search.h"

#include "base/sort.h"
#include "search/finalists.h"
#include "search/virtual_clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static size_t count(const RunState *run, int part)
{
    (void)run;
    (void)part;
    return 1;
}

/* A ticket for each point that has a network, in the order of slots. */
static ErrCode take_points(RunDecider *d, FinalistsSettings *settings, Err *err)
{
    const Plan *plan = d->run->plan;
    int64_t *macs = arena_zalloc(&d->arena, plan->parts[d->part].retrain->n_slots, sizeof *macs);
    TRY(arena_ok(&d->arena, err));
    for (size_t i = 0; i < plan->n_points; i++) {
        const PlanPoint *point = &plan->points[i];
        if (point->part != d->part || point->network == PLAN_NONE)
            continue;
        settings->n_candidates += plan_retrain_is_candidate(plan, point);
        macs[settings->n_networks++] = point->macs;
        TRY(run_decider_add_ticket(d, point->network, err));
    }
    settings->macs = macs;
fail:
    return err->code;
}

static ErrCode take_seeds(RunDecider *d, Err *err)
{
    const YamlInts *own = &d->run->study->parts[d->part].retrain.seeds;
    int64_t *seeds = arena_zalloc(&d->arena, own->n, sizeof *seeds);
    TRY(arena_ok(&d->arena, err));
    memcpy(seeds, own->v, own->n * sizeof *seeds);
    sort_int64(seeds, own->n);
    d->seeds = seeds;
    d->n_seeds = own->n;
fail:
    return err->code;
}

static ErrCode set_up(RunDecider *d, const StoreTrials *trials, Err *err)
{
    (void)trials;
    const StudyPart *part = &d->run->study->parts[d->part];
    const PlanSearch *search = d->run->plan->parts[part->baseline_part].search;
    FinalistsSettings *settings = arena_zalloc(&d->arena, 1, sizeof *settings);
    TRY(arena_ok(&d->arena, err));
    settings->objective = plan_search_scores(search);
    TRY(take_points(d, settings, err));
    TRY(take_seeds(d, err));
    d->decider = &finalists_decider;
    d->settings = settings;
    d->n_workers = VIRTUAL_CLOCK_WORKERS;
    snprintf(d->log, sizeof d->log, "%s", part->id);
fail:
    return err->code;
}

static void identify(const RunDecider *d, Text *out)
{
    const FinalistsSettings *settings = d->settings;
    const Objective *o = settings->objective;
    text_printf(out, "candidates %zu", settings->n_candidates);
    if (o != NULL) {
        text_printf(out, "\nobjective %d ", (int)o->form);
        text_append_double(out, o->w);
        text_append_char(out, ' ');
        text_append_double(out, o->target_macs);
    }
    for (size_t i = 0; i < d->n_seeds; i++)
        text_printf(out, "\nseed %" PRId64, d->seeds[i]);
    for (size_t i = 0; i < d->n_tickets; i++)
        text_printf(out, "\ntrial %s", d->run->plan->networks[d->tickets[i].network].trial_digest);
}

/* The network that was chosen; the fact's values are its validation accuracy, MACs and rank. */
static ErrCode settle(RunState *run, int part, RunDecider *const *all, size_t n, Arena *arena,
                      StoreFact *fact, Err *err)
{
    (void)n;
    const RunDecider *d = all[0];
    const int64_t ticket = run_decider_yield(d)->ticket;
    fact->name = arena_printf(arena, "%s/winner", run->study->parts[part].id);
    fact->text = run_decider_reason(d);
    if (ticket == 0)
        return arena_ok(arena, err);
    const Network *network = &run->plan->networks[d->tickets[ticket - 1].network].network;
    fact->network = network->digest;
    fact->value[0] = deciding_result(d->deciding, ticket)->value;
    fact->value[1] = (double)network->macs;
    fact->value[2] = (double)ticket;
    fact->text = arena_printf(arena, "%s: %s", network->name, run_decider_reason(d));
    return arena_ok(arena, err);
}

const RunDeciderKind run_decider_retrain = {count, set_up, identify, NULL, settle};
