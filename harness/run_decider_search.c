/* harness/run_decider_search.c: asks become points, and ends become winners and ledgers. */
#include "harness/run_decider_search.h"

#include "harness/plan_retrain.h"
#include "harness/plan_search.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const PlanSearch *search_of(const RunState *run, int part)
{
    return run->plan->parts[part].search;
}

static const PlanSearcher *searcher_of(const RunDecider *d)
{
    return &search_of(d->run, d->part)->searchers[d->index];
}

static size_t count(const RunState *run, int part)
{
    return search_of(run, part)->n_searchers;
}

static ErrCode set_up(RunDecider *d, const StoreTrials *trials, Err *err)
{
    (void)trials;
    const PlanSearcher *searcher = searcher_of(d);
    d->decider = plan_search_decider(searcher);
    d->settings = plan_search_settings(searcher);
    d->seed = searcher->settings.search.seed;
    d->seeds = searcher->seeds.v;
    d->n_seeds = searcher->seeds.n;
    d->n_workers = d->run->study->parts[d->part].search.virtual_workers;
    snprintf(d->log, sizeof d->log, "%s/%s", d->run->study->parts[d->part].id, searcher->series);
    return err->code;
}

/* The strategy and its options, the space, what trials depend on, the objective and the budget. */
static void identify(const RunDecider *d, Text *out)
{
    const PlanSearch *search = search_of(d->run, d->part);
    const PlanSearcher *searcher = searcher_of(d);
    const StrategySettings *s = &searcher->settings.search;
    text_printf(out, "strategy %s", s->strategy->name);
    for (size_t i = 0; i < s->strategy->n_options; i++) {
        text_printf(out, " %s ", s->strategy->options[i].name);
        text_append_double(out, s->options[i]);
    }
    text_append_char(out, '\n');
    run_decider_identify_objective(&search->objective, out);
    text_printf(out, "\nbudget %" PRId64 " epochs %" PRId64 " short %" PRId64 " images %s",
                search->budget_macs, search->full_epochs, searcher->has_screen ? s->epochs : 0,
                d->run->plan->split_digest);
    for (size_t i = 0; i < d->n_seeds; i++)
        text_printf(out, "\nseed %" PRId64, d->seeds[i]);
    text_append_char(out, '\n');
    netspace_identity(search->space, out);
    recipe_summary(&d->run->study->recipe, out);
}

static ErrCode price(void *user, int64_t ticket, const DeciderPoint *point, int64_t *macs,
                     bool *is_refused, char reason[DECIDER_REASON_MAX], Err *err)
{
    RunDecider *d = user;
    PlanAsk ask;
    TRY(plan_search_ask(d->run->plan, d->part, searcher_of(d), ticket, point, &ask, reason, err));
    TRY(run_decider_add_ticket(d, ask.network, err));
    *macs = ask.macs;
    *is_refused = ask.network == PLAN_NONE;
fail:
    return err->code;
}

/* --- what it comes to --- */

/* The value of a ticket as its search saw it; NaN: none, or nothing was trained. */
static double score_at(const RunDecider *d, int64_t ticket)
{
    const Objective *objective = plan_search_scores(search_of(d->run, d->part));
    const DeciderResult *result = deciding_result(d->deciding, ticket);
    const int network = d->tickets[ticket - 1].network;
    if (network == PLAN_NONE)
        return (double)NAN;
    const double macs = (double)d->run->plan->networks[network].network.macs;
    return objective != NULL ? objective_score(objective, result->value, macs) : result->value;
}

/* The same of what a decider yields. */
static double score_of(const RunDecider *d)
{
    const DeciderYield *yield = run_decider_yield(d);
    return yield->ticket ? score_at(d, yield->ticket) : (double)NAN;
}

/* The best of the runs of a strategy, the earlier of equals; NULL: none has found anything. */
static const RunDecider *best_run(RunDecider *const *all, size_t n, const char *name)
{
    const RunDecider *best = NULL;
    for (size_t i = 0; i < n; i++)
        if (strcmp(searcher_of(all[i])->name, name) == 0 && !isnan(score_of(all[i])) &&
            (best == NULL || score_of(all[i]) > score_of(best)))
            best = all[i];
    return best;
}

/* What the best run of a strategy found: validation accuracy, its network's MACs, which run. */
static void fill_best(const RunDecider *best, Arena *arena, StoreFact *fact)
{
    if (best == NULL) {
        fact->text = "nothing was found: no network has a result";
        return;
    }
    const int64_t ticket = run_decider_yield(best)->ticket;
    const DeciderResult *result = deciding_result(best->deciding, ticket);
    const Network *network = &best->run->plan->networks[best->tickets[ticket - 1].network].network;
    fact->network = network->digest;
    fact->value[0] = result->value;
    fact->value[1] = (double)network->macs;
    fact->value[2] = searcher_of(best)->run + 1;
    fact->text = arena_printf(arena, "%s found %s, validation top-1 %.2f, n = %d: %s",
                              searcher_of(best)->series, network->name, result->value, result->n,
                              run_decider_reason(best));
}

static StoreFact no_values(void)
{
    return (StoreFact){.value = {(double)NAN, (double)NAN, (double)NAN}};
}

/* What a searcher has spent, by the tickets of its log. */
static void fill_ledger(const RunDecider *d, Arena *arena, StoreFact *fact)
{
    const PlanSearch *search = search_of(d->run, d->part);
    int64_t spent = 0, n_full = 0, n_short = 0, n_refused = 0, n_failed = 0;
    for (int64_t ticket = 1; ticket <= deciding_n_tickets(d->deciding); ticket++) {
        const DeciderOutcome outcome = deciding_result(d->deciding, ticket)->outcome;
        n_refused += outcome == DECIDER_REFUSED;
        n_failed += outcome == DECIDER_FAILED;
        if (outcome == DECIDER_REFUSED || outcome == DECIDER_FAILED)
            continue;
        const int network = d->tickets[ticket - 1].network;
        const bool is_full = d->run->plan->networks[network].epochs == search->full_epochs;
        spent += deciding_macs(d->deciding, ticket);
        n_full += is_full;
        n_short += !is_full;
    }
    fact->network = run_decider_network(d);
    fact->value[0] = (double)spent;
    fact->value[1] = (double)n_full;
    fact->value[2] = (double)n_short;
    fact->text =
        arena_printf(arena,
                     "%s: %" PRId64 " of %" PRId64 " counted training MACs: %" PRId64
                     " in full, %" PRId64 " short, %" PRId64 " refused, %" PRId64 " failed",
                     d->log, spent, search->budget_macs, n_full, n_short, n_refused, n_failed);
}

/* --- what is trained anew --- */

/* The best of a strategy, the first of them first; each network once, with its best value. */
typedef struct Ranks {
    int networks[STUDY_MAX_TOP];
    double scores[STUDY_MAX_TOP];
    size_t n, most;
} Ranks;

static void rank(Ranks *ranks, int network, double score)
{
    size_t at = 0, end = 0;
    while (at < ranks->n && ranks->scores[at] >= score && ranks->networks[at] != network)
        at++;
    if (at < ranks->n && ranks->networks[at] == network && ranks->scores[at] >= score)
        return;
    while (end < ranks->n && ranks->networks[end] != network)
        end++;
    if (end == ranks->n && ranks->n < ranks->most)
        ranks->n++;
    for (size_t i = end < ranks->n ? end : ranks->n - 1; i > at; i--) {
        ranks->networks[i] = ranks->networks[i - 1];
        ranks->scores[i] = ranks->scores[i - 1];
    }
    if (at < ranks->n) {
        ranks->networks[at] = network;
        ranks->scores[at] = score;
    }
}

/* What a decider has trained in full. */
static void rank_all(const RunDecider *d, Ranks *ranks)
{
    const int64_t full_epochs = search_of(d->run, d->part)->full_epochs;
    for (int64_t ticket = 1; ticket <= deciding_n_tickets(d->deciding); ticket++) {
        const int network = d->tickets[ticket - 1].network;
        const double score = score_at(d, ticket);
        if (!isnan(score) && d->run->plan->networks[network].epochs == full_epochs &&
            deciding_result(d->deciding, ticket)->outcome == DECIDER_DONE)
            rank(ranks, network, score);
    }
}

/* Fills the slots of a retrain: the main strategy's best, then the best of each rival. */
static void fill_slots(PlanRetrain *retrain, RunDecider *const *all, size_t n)
{
    Ranks ranks = {.most = retrain->n_found};
    size_t slot = retrain->n_found;
    for (size_t i = 0; i < n; i++)
        if (searcher_of(all[i])->is_main)
            rank_all(all[i], &ranks);
    for (size_t i = 0; i < retrain->n_found; i++)
        retrain->networks[i] = i < ranks.n ? ranks.networks[i] : PLAN_NONE;
    for (size_t i = 0; i < n; i++) {
        const PlanSearcher *searcher = searcher_of(all[i]);
        if (searcher->is_main || searcher->run > 0)
            continue;
        const RunDecider *best = best_run(all, n, searcher->name);
        retrain->networks[slot++] =
            best != NULL ? best->tickets[run_decider_yield(best)->ticket - 1].network : PLAN_NONE;
    }
    retrain->is_decided = true;
}

static ErrCode settle(RunState *run, int part, RunDecider *const *all, size_t n, Arena *arena,
                      StoreFact *fact, Err *err)
{
    const char *id = run->study->parts[part].id;
    bool is_new, is_anew;
    for (size_t i = 0; i < n; i++) {
        const PlanSearcher *searcher = searcher_of(all[i]);
        StoreFact best = no_values(), ledger = no_values();
        ledger.name = arena_printf(arena, "%s/%s/ledger", id, searcher->series);
        fill_ledger(all[i], arena, &ledger);
        best.name = arena_printf(arena, "%s/%s", id, searcher->name);
        fill_best(best_run(all, n, searcher->name), arena, &best);
        TRY(arena_ok(arena, err));
        TRY(run_decider_put_fact(run, &ledger, FACT_SAME_TEXT, &is_new, &is_anew, err));
        if (searcher->run == 0)
            TRY(run_decider_put_fact(run, &best, FACT_SAME_TEXT, &is_new, &is_anew, err));
    }
    fact->name = arena_printf(arena, "%s/winner", id);
    fill_best(best_run(all, n, searcher_of(all[0])->name), arena, fact);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < run->study->n_parts; i++)
        if (run->plan->parts[i].retrain != NULL && run->study->parts[i].baseline_part == part)
            fill_slots(run->plan->parts[i].retrain, all, n);
fail:
    return err->code;
}

const RunDeciderKind run_decider_search = {count, set_up, identify, price, settle};
