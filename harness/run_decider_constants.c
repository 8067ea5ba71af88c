/* harness/run_decider_constants.c: a grid's networks, aliases and seeds for search/constants. */
#include "harness/run_decider_constants.h"

#include "base/sort.h"
#include "search/constants.h"
#include "search/virtual_clock.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static size_t count(const RunState *run, int part)
{
    (void)run;
    (void)part;
    return 1;
}

/* The part's networks in the plan's order, each with its aliases. */
static ErrCode take_networks(RunDecider *d, ConstantsSettings *settings, Err *err)
{
    const Plan *plan = d->run->plan;
    ConstantsNetwork *networks = arena_zalloc(&d->arena, plan->n_points + 1, sizeof *networks);
    Scale *aliases = arena_zalloc(&d->arena, plan->n_points + 1, sizeof *aliases);
    TRY(arena_ok(&d->arena, err));
    for (size_t i = 0; i < plan->n_points; i++) {
        const int network = plan->points[i].network;
        bool is_known = plan->points[i].part != d->part || network == PLAN_NONE;
        for (size_t k = 0; k < d->n_tickets && !is_known; k++)
            is_known = d->tickets[k].network == network;
        if (is_known)
            continue;
        ConstantsNetwork *added = &networks[settings->n_networks++];
        TRY(run_decider_add_ticket(d, network, err));
        *added = (ConstantsNetwork){.aliases = aliases,
                                    .built = plan->points[i].built,
                                    .macs = plan->networks[network].network.macs};
        for (size_t k = i; k < plan->n_points; k++)
            if (plan->points[k].part == d->part && plan->points[k].network == network)
                aliases[added->n_aliases++] = plan->points[k].nominal;
        aliases += added->n_aliases;
    }
    settings->networks = networks;
fail:
    return err->code;
}

static bool has_seed(const int64_t *seeds, size_t n, int64_t seed)
{
    for (size_t i = 0; i < n; i++)
        if (seeds[i] == seed)
            return true;
    return false;
}

static bool is_over_everywhere(const RunDecider *d, const StoreTrials *trials, int64_t seed)
{
    for (size_t i = 0; i < d->n_tickets; i++) {
        const PlanNetwork *network = &d->run->plan->networks[d->tickets[i].network];
        if (!run_decider_is_over(run_decider_find_trial(trials, network->trial_digest, seed)))
            return false;
    }
    return true;
}

/* The study's seeds, and those that finished at every network before, unless they are exact. */
static ErrCode take_seeds(RunDecider *d, const StoreTrials *trials, Err *err)
{
    const YamlInts *own = &d->run->study->seeds;
    int64_t *seeds = arena_zalloc(&d->arena, own->n + trials->n + 1, sizeof *seeds);
    size_t n = 0;
    TRY(arena_ok(&d->arena, err));
    for (size_t i = 0; i < own->n; i++)
        seeds[n++] = own->v[i];
    for (size_t i = 0; i < trials->n && !d->run->settings->exact_seeds; i++)
        if (!has_seed(seeds, n, trials->items[i].seed) &&
            is_over_everywhere(d, trials, trials->items[i].seed))
            seeds[n++] = trials->items[i].seed;
    sort_int64(seeds, n);
    d->seeds = seeds;
    d->n_seeds = n;
fail:
    return err->code;
}

static void identify(const RunDecider *d, Text *text)
{
    const ConstantsSettings *settings = d->settings;
    run_decider_identify_objective(&settings->objective, text);
    for (size_t i = 0; i < d->n_seeds; i++)
        text_printf(text, "\nseed %" PRId64, d->seeds[i]);
    for (size_t i = 0; i < settings->n_networks; i++) {
        const ConstantsNetwork *network = &settings->networks[i];
        text_printf(text, "\ntrial %s", d->run->plan->networks[d->tickets[i].network].trial_digest);
        for (size_t k = 0; k < network->n_aliases; k++) {
            text_append_char(text, ' ');
            text_append_double(text, network->aliases[k].depth);
            text_append_char(text, ' ');
            text_append_double(text, network->aliases[k].width);
        }
    }
}

static ErrCode set_up(RunDecider *d, const StoreTrials *trials, Err *err)
{
    ConstantsSettings *settings = arena_zalloc(&d->arena, 1, sizeof *settings);
    TRY(arena_ok(&d->arena, err));
    settings->objective = d->run->objective;
    settings->objective.target_macs = (double)d->run->plan->parts[d->part].target_macs;
    TRY(take_networks(d, settings, err));
    TRY(take_seeds(d, trials, err));
    d->decider = &constants_decider;
    d->settings = settings;
    d->n_workers = VIRTUAL_CLOCK_WORKERS;
    snprintf(d->log, sizeof d->log, "%s", d->run->study->parts[d->part].name);
fail:
    return err->code;
}

/* The winner's network and the constants of its ray. */
static ErrCode settle(RunState *run, int part, RunDecider *const *all, size_t n, Arena *arena,
                      StoreFact *fact, Err *err)
{
    (void)n;
    const DeciderYield *yield = run_decider_yield(all[0]);
    fact->name = arena_printf(arena, "%s/winner", run->study->parts[part].name);
    fact->text = run_decider_reason(all[0]);
    fact->network = run_decider_network(all[0]);
    if (yield->has_constants)
        memcpy(fact->value, yield->constants, sizeof fact->value);
    return arena_ok(arena, err);
}

const RunDeciderKind run_decider_constants = {count, set_up, identify, NULL, settle};
