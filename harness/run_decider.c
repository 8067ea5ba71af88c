/* harness/run_decider.c: the constants of a grid as a decider, fed by the store. */
#include "harness/run_decider.h"

#include "base/arena.h"
#include "base/sys.h"
#include "search/constants.h"
#include "search/deciding.h"
#include "search/virtual_clock.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_NAME_BYTES = STUDY_PART_MAX + 16, LOG_DIGEST_DIGITS = 8 };

/* A decider at work for one part. */
struct RunDecider {
    RunState *run;
    int part;
    Arena arena; /* of all below */
    ConstantsSettings settings;
    int *networks; /* [settings.n_networks]: indices into plan->networks, by ticket - 1 */
    int64_t *seeds;
    size_t n_seeds;
    char log[LOG_NAME_BYTES]; /* its name in the store */
    Deciding *deciding;
};

/* --- trials as the store has them --- */

static const StoreTrial *find_trial(const StoreTrials *trials, const char *digest, int64_t seed)
{
    for (size_t i = 0; i < trials->n; i++)
        if (trials->items[i].seed == seed && strcmp(trials->items[i].digest, digest) == 0)
            return &trials->items[i];
    return NULL;
}

static const StoreHeard heard[] = {[DECIDER_DONE] = STORE_HEARD_DONE,
                                   [DECIDER_DIVERGED] = STORE_HEARD_DIVERGED,
                                   [DECIDER_FAILED] = STORE_HEARD_FAILED,
                                   [DECIDER_REFUSED] = STORE_HEARD_REFUSED};

static bool is_over(const StoreTrial *trial)
{
    return trial != NULL &&
           (trial->status == STORE_TRIAL_DONE || trial->status == STORE_TRIAL_DIVERGED ||
            trial->status == STORE_FAILED);
}

/*
 * One result of a network's trials with these seeds, ascending; false while some are not over, or
 * have failed and are begun again.
 */
static bool collect(const RunDecider *d, const StoreTrials *trials, int network,
                    DeciderResult *result)
{
    const char *digest = d->run->plan->networks[network].trial_digest;
    double sum = 0;
    int n_diverged = 0;
    *result = (DeciderResult){.value = (double)NAN, .n_seeds = (int)d->n_seeds};
    for (size_t i = 0; i < d->n_seeds; i++) {
        const StoreTrial *trial = find_trial(trials, digest, d->seeds[i]);
        if (!is_over(trial) || run_state_is_begun_again(d->run, trial))
            return false;
        n_diverged += trial->status == STORE_TRIAL_DIVERGED;
        if (trial->status != STORE_TRIAL_DONE)
            continue;
        sum += trial->val_top1;
        result->n++;
    }
    if (result->n)
        result->value = sum / result->n;
    result->outcome = n_diverged ? DECIDER_DIVERGED : result->n ? DECIDER_DONE : DECIDER_FAILED;
    return true;
}

/* --- making one --- */

/* The part's networks in the plan's order, each with its aliases. */
static ErrCode take_networks(RunDecider *d, Err *err)
{
    const Plan *plan = d->run->plan;
    ConstantsNetwork *networks = arena_zalloc(&d->arena, plan->n_points + 1, sizeof *networks);
    Scale *aliases = arena_zalloc(&d->arena, plan->n_points + 1, sizeof *aliases);
    d->networks = arena_zalloc(&d->arena, plan->n_points + 1, sizeof *d->networks);
    TRY(arena_ok(&d->arena, err));
    for (size_t i = 0; i < plan->n_points; i++) {
        const int network = plan->points[i].network;
        bool is_known = plan->points[i].part != d->part || network == PLAN_NONE;
        for (size_t k = 0; k < d->settings.n_networks && !is_known; k++)
            is_known = d->networks[k] == network;
        if (is_known)
            continue;
        ConstantsNetwork *added = &networks[d->settings.n_networks];
        d->networks[d->settings.n_networks++] = network;
        *added = (ConstantsNetwork){.aliases = aliases,
                                    .built = plan->points[i].built,
                                    .macs = plan->networks[network].network.macs};
        for (size_t k = i; k < plan->n_points; k++)
            if (plan->points[k].part == d->part && plan->points[k].network == network)
                aliases[added->n_aliases++] = plan->points[k].nominal;
        aliases += added->n_aliases;
    }
    d->settings.networks = networks;
fail:
    return err->code;
}

static bool has_seed(const RunDecider *d, int64_t seed)
{
    for (size_t i = 0; i < d->n_seeds; i++)
        if (d->seeds[i] == seed)
            return true;
    return false;
}

static bool is_over_everywhere(const RunDecider *d, const StoreTrials *trials, int64_t seed)
{
    for (size_t i = 0; i < d->settings.n_networks; i++)
        if (!is_over(find_trial(trials, d->run->plan->networks[d->networks[i]].trial_digest, seed)))
            return false;
    return true;
}

static int compare_seeds(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

/* The study's seeds, and those that finished at every network before, unless they are exact. */
static ErrCode take_seeds(RunDecider *d, const StoreTrials *trials, Err *err)
{
    const YamlInts *seeds = &d->run->study->seeds;
    d->seeds = arena_zalloc(&d->arena, seeds->n + trials->n + 1, sizeof *d->seeds);
    TRY(arena_ok(&d->arena, err));
    for (size_t i = 0; i < seeds->n; i++)
        d->seeds[d->n_seeds++] = seeds->v[i];
    for (size_t i = 0; i < trials->n && !d->run->settings->exact_seeds; i++)
        if (!has_seed(d, trials->items[i].seed) &&
            is_over_everywhere(d, trials, trials->items[i].seed))
            d->seeds[d->n_seeds++] = trials->items[i].seed;
    qsort(d->seeds, d->n_seeds, sizeof *d->seeds, compare_seeds);
fail:
    return err->code;
}

/* Whether a log has heard of failures that are none any more: those trials were begun again. */
static ErrCode is_outdated(const RunDecider *d, const StoreTrials *trials, bool *out, Err *err)
{
    Arena arena = {0};
    StoreDecision *entries = NULL;
    size_t n = 0;
    *out = false;
    TRY(store_decisions(d->run->store, d->log, &arena, &entries, &n, err));
    for (size_t i = 0; i < n && !*out; i++) {
        const StoreDecision *e = &entries[i];
        const bool has_failures = e->kind == STORE_TELL && e->n < e->n_seeds && e->ticket > 0 &&
                                  (size_t)e->ticket <= d->settings.n_networks;
        DeciderResult now;
        *out = has_failures && (!collect(d, trials, d->networks[e->ticket - 1], &now) ||
                                now.n != e->n || heard[now.outcome] != e->outcome);
    }
fail:
    arena_release(&arena);
    return err->code;
}

/* The first log of that digest which is not outdated, perhaps a new one. */
static ErrCode choose_log(RunDecider *d, const StoreTrials *trials, const char *digest, Err *err)
{
    const char *part = d->run->study->parts[d->part].name;
    bool is_past = true;
    for (int number = 1; is_past; number++) {
        const int n = snprintf(d->log, sizeof d->log, "%s:%.*s", part, LOG_DIGEST_DIGITS, digest);
        if (number > 1)
            snprintf(d->log + n, sizeof d->log - (size_t)n, ".%d", number);
        TRY(is_outdated(d, trials, &is_past, err));
    }
fail:
    return err->code;
}

/* Names the log by all that it depends on. */
static ErrCode name_log(RunDecider *d, const StoreTrials *trials, Err *err)
{
    const Objective *o = &d->settings.objective;
    Text text = {0};
    char digest[HASH_HEX_BYTES];
    text_printf(&text, "%s\nworkers %d\nobjective %d ", constants_decider.name,
                VIRTUAL_CLOCK_WORKERS, (int)o->form);
    text_append_double(&text, o->w);
    text_append_char(&text, ' ');
    text_append_double(&text, o->target_macs);
    text_append_char(&text, ' ');
    text_append_double(&text, o->tolerance);
    for (size_t i = 0; i < d->n_seeds; i++)
        text_printf(&text, "\nseed %" PRId64, d->seeds[i]);
    for (size_t i = 0; i < d->settings.n_networks; i++) {
        const ConstantsNetwork *network = &d->settings.networks[i];
        text_printf(&text, "\ntrial %s", d->run->plan->networks[d->networks[i]].trial_digest);
        for (size_t k = 0; k < network->n_aliases; k++) {
            text_append_char(&text, ' ');
            text_append_double(&text, network->aliases[k].depth);
            text_append_char(&text, ' ');
            text_append_double(&text, network->aliases[k].width);
        }
    }
    TRY(text_ok(&text, err));
    TRY(choose_log(d, trials, hash_hex(hash_128(text.data, text.n_bytes), digest), err));
fail:
    text_release(&text);
    return err->code;
}

void run_decider_destroy(RunDecider **d)
{
    if (*d == NULL)
        return;
    deciding_destroy(&(*d)->deciding);
    arena_release(&(*d)->arena);
    mem_free(*d);
    *d = NULL;
}

ErrCode run_decider_create(RunDecider **out, RunState *run, int part, const StoreTrials *trials,
                           Err *err)
{
    const Plan *plan = run->plan;
    RunDecider *d = mem_calloc(1, sizeof *d);
    if (d == NULL)
        return err_memory(err, sizeof *d);
    d->run = run;
    d->part = part;
    d->settings.objective = run->objective;
    d->settings.objective.target_macs = (double)plan->parts[part].target_macs;
    TRY(take_networks(d, err));
    TRY(take_seeds(d, trials, err));
    TRY(name_log(d, trials, err));
    TRY(deciding_create(&d->deciding, &constants_decider, &d->settings, 0, VIRTUAL_CLOCK_WORKERS,
                        err));
    for (size_t i = 0; i < d->settings.n_networks; i++)
        TRY(deciding_give(
            d->deciding, llround(plan_trial_macs(plan, d->networks[i]) * (double)d->n_seeds), err));
    *out = d;
    return ERR_NONE;
fail:
    run_decider_destroy(&d);
    return err->code;
}

/* --- its log --- */

static const char *digest_of(const RunDecider *d, int64_t ticket)
{
    return ticket ? d->run->plan->networks[d->networks[ticket - 1]].trial_digest : NULL;
}

/* Makes an entry permanent, or finds it in the store and equal. */
static ErrCode record(void *user, const DeciderEntry *entry, Err *err)
{
    static const StoreDecisionKind kinds[] = {
        [DECIDER_ASK] = STORE_ASK, [DECIDER_TELL] = STORE_TELL, [DECIDER_END] = STORE_END};
    const RunDecider *d = user;
    const Scale *scale = &entry->point.scale;
    StoreDecision row = {.part = d->log,
                         .number = entry->number,
                         .kind = kinds[entry->kind],
                         .virtual_time = entry->time,
                         .ticket = entry->kind == DECIDER_END ? entry->yield.ticket : entry->ticket,
                         .scale = {scale->depth, scale->width, scale->resolution},
                         .genes = entry->point.genes[0] ? entry->point.genes : NULL,
                         .epochs = entry->point.epochs,
                         .value = entry->result.value,
                         .n = entry->result.n,
                         .n_seeds = entry->result.n_seeds,
                         .reason = entry->reason};
    row.trial_digest = digest_of(d, row.ticket);
    if (entry->kind == DECIDER_TELL)
        row.outcome = heard[entry->result.outcome];
    if (entry->kind == DECIDER_END && entry->yield.has_constants)
        memcpy(row.scale, entry->yield.constants, sizeof row.scale);
    while (store_put_decision(d->run->store, &row, err) != ERR_NONE)
        if (!run_state_waits_for_space(d->run, err))
            return err->code;
    return ERR_NONE;
}

/* --- going on --- */

ErrCode run_decider_advance(RunDecider *d, const StoreTrials *trials, Err *err)
{
    const DecidingHost host = {.user = d, .record = record};
    for (int64_t ticket = 1; ticket <= deciding_n_tickets(d->deciding); ticket++) {
        DeciderResult result;
        if (collect(d, trials, d->networks[ticket - 1], &result))
            TRY(deciding_report(d->deciding, ticket, &result, err));
    }
    TRY(deciding_advance(d->deciding, &host, err));
fail:
    return err->code;
}

const DeciderYield *run_decider_yield(const RunDecider *d)
{
    return deciding_yield(d->deciding);
}

const char *run_decider_reason(const RunDecider *d)
{
    return deciding_reason(d->deciding);
}

int run_decider_network(const RunDecider *d, int64_t ticket)
{
    return d->networks[ticket - 1];
}
