/* harness/run_decider.c: what all deciders of a study share: results, logs, going on. */
#include "harness/run_decider.h"

#include "base/sys.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LOG_DIGEST_DIGITS = 8 };

/* --- trials as the store has them --- */

const StoreTrial *run_decider_find_trial(const StoreTrials *trials, const char *digest,
                                         int64_t seed)
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

bool run_decider_is_over(const StoreTrial *trial)
{
    return trial != NULL &&
           (trial->status == STORE_TRIAL_DONE || trial->status == STORE_TRIAL_DIVERGED ||
            trial->status == STORE_FAILED);
}

/*
 * One result of the trials of a digest with these seeds, ascending; false while some are not over,
 * or have failed and are begun again.
 */
static bool collect(const RunDecider *d, const StoreTrials *trials, const char *digest,
                    DeciderResult *result)
{
    double sum = 0;
    int n_diverged = 0;
    *result = (DeciderResult){.value = (double)NAN, .n_seeds = (int)d->n_seeds};
    for (size_t i = 0; i < d->n_seeds; i++) {
        const StoreTrial *trial = run_decider_find_trial(trials, digest, d->seeds[i]);
        if (!run_decider_is_over(trial) || run_state_is_begun_again(d->run, trial))
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

/* Digest of the trials of a ticket's network, or NULL. */
static const char *digest_of(const RunDecider *d, int64_t ticket)
{
    if (ticket < 1 || d->tickets[ticket - 1].network == PLAN_NONE)
        return NULL;
    return d->run->plan->networks[d->tickets[ticket - 1].network].trial_digest;
}

/* --- making one --- */

ErrCode run_decider_add_ticket(RunDecider *d, int network, Err *err)
{
    TRY(mem_grow(&d->tickets, &d->ticket_room, d->n_tickets + 1, sizeof *d->tickets, err));
    d->tickets[d->n_tickets++] = (RunTicket){.network = network};
fail:
    return err->code;
}

void run_decider_identify_objective(const Objective *objective, Text *out)
{
    text_printf(out, "objective %d ", (int)objective->form);
    text_append_double(out, objective->w);
    text_append_char(out, ' ');
    text_append_double(out, objective->target_macs);
    text_append_char(out, ' ');
    text_append_double(out, objective->tolerance);
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
        const bool has_failures =
            e->kind == STORE_TELL && e->n < e->n_seeds && e->trial_digest != NULL;
        DeciderResult now;
        *out = has_failures && (!collect(d, trials, e->trial_digest, &now) || now.n != e->n ||
                                heard[now.outcome] != e->outcome);
    }
fail:
    arena_release(&arena);
    return err->code;
}

/* The first log of that name and digest which is not outdated, perhaps a new one. */
static ErrCode choose_log(RunDecider *d, const StoreTrials *trials, const char *digest, Err *err)
{
    char name[RUN_DECIDER_LOG_BYTES];
    bool is_past = true;
    memcpy(name, d->log, sizeof name);
    for (int number = 1; is_past; number++) {
        const int n =
            snprintf(d->log, sizeof d->log, "%.100s:%.*s", name, LOG_DIGEST_DIGITS, digest);
        if (number > 1)
            snprintf(d->log + n, sizeof d->log - (size_t)n, ".%d", number);
        TRY(is_outdated(d, trials, &is_past, err));
    }
fail:
    return err->code;
}

/* Completes the log's name by all that it depends on. */
static ErrCode name_log(RunDecider *d, const StoreTrials *trials, Err *err)
{
    char digest[HASH_HEX_BYTES];
    Text text = {0};
    text_printf(&text, "%s\nworkers %d\n", d->decider->name, d->n_workers);
    d->kind->identify(d, &text);
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
    mem_free((*d)->tickets);
    mem_free(*d);
    *d = NULL;
}

ErrCode run_decider_create(RunDecider **out, RunState *run, const RunDeciderKind *kind, int part,
                           size_t index, const StoreTrials *trials, Err *err)
{
    RunDecider *d = mem_calloc(1, sizeof *d);
    if (d == NULL)
        return err_memory(err, sizeof *d);
    d->run = run;
    d->kind = kind;
    d->part = part;
    d->index = index;
    TRY(d->kind->set_up(d, trials, err));
    TRY(name_log(d, trials, err));
    TRY(deciding_create(&d->deciding, d->decider, d->settings, d->seed, d->n_workers, err));
    for (size_t i = 0; i < d->n_tickets; i++)
        TRY(deciding_give(
            d->deciding,
            llround(plan_trial_macs(run->plan, d->tickets[i].network) * (double)d->n_seeds), err));
    *out = d;
    return ERR_NONE;
fail:
    run_decider_destroy(&d);
    return err->code;
}

/* --- its log --- */

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

/* Reports what has ended and was not reported. */
static ErrCode report(RunDecider *d, const StoreTrials *trials, Err *err)
{
    for (int64_t ticket = 1; ticket <= deciding_n_tickets(d->deciding); ticket++) {
        RunTicket *known = &d->tickets[ticket - 1];
        const char *digest = known->is_reported ? NULL : digest_of(d, ticket);
        DeciderResult result;
        if (digest == NULL || !collect(d, trials, digest, &result))
            continue;
        TRY(deciding_report(d->deciding, ticket, &result, err));
        known->is_reported = true;
    }
fail:
    return err->code;
}

/* Says of each network when it is heard of, so that it is trained in time. */
static void set_due(const RunDecider *d)
{
    for (size_t i = 0; i < d->n_tickets; i++) {
        const int64_t finish = deciding_finish(d->deciding, (int64_t)i + 1);
        if (d->tickets[i].network == PLAN_NONE || d->tickets[i].is_reported || finish == 0)
            continue;
        PlanNetwork *network = &d->run->plan->networks[d->tickets[i].network];
        if (network->due == 0 || finish < network->due)
            network->due = finish;
    }
}

static int64_t count_tickets(RunDecider *const *all, size_t n)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += deciding_n_tickets(all[i]->deciding);
    return sum;
}

ErrCode run_decider_advance(RunDecider *const *all, size_t n, const StoreTrials *trials, Err *err)
{
    Deciding **deciding = mem_calloc(n, sizeof(Deciding *));
    DecidingHost *hosts = mem_calloc(n, sizeof *hosts);
    int64_t before = -1;
    if (deciding == NULL || hosts == NULL) {
        (void)err_memory(err, n * sizeof *hosts);
        goto fail;
    }
    for (size_t i = 0; i < n; i++) {
        deciding[i] = all[i]->deciding;
        hosts[i] = (DecidingHost){all[i], all[i]->kind->price, record};
    }
    /* What is asked for may have ended already. */
    while (before != count_tickets(all, n)) {
        before = count_tickets(all, n);
        for (size_t i = 0; i < n; i++)
            TRY(report(all[i], trials, err));
        TRY(deciding_advance_together(deciding, hosts, n, err));
    }
    for (size_t i = 0; i < n; i++)
        set_due(all[i]);
fail:
    mem_free(deciding);
    mem_free(hosts);
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

const char *run_decider_network(const RunDecider *d)
{
    const DeciderYield *yield = deciding_yield(d->deciding);
    if (yield == NULL || yield->ticket == 0)
        return NULL;
    return d->run->plan->networks[d->tickets[yield->ticket - 1].network].network.digest;
}

/* --- facts --- */

static bool says_same(const StoreFact *a, const StoreFact *b, FactSame by)
{
    if (by == FACT_SAME_TEXT)
        return a->text != NULL && strcmp(a->text, b->text) == 0;
    bool is_same = true;
    for (size_t i = 0; i < ARRAY_LEN(a->value); i++)
        is_same &= a->value[i] == b->value[i] || (isnan(a->value[i]) && isnan(b->value[i]));
    return is_same;
}

ErrCode run_decider_put_fact(RunState *run, const StoreFact *fact, FactSame by, bool *is_new,
                             bool *is_anew, Err *err)
{
    Arena arena = {0};
    StoreFact newest;
    *is_new = true;
    TRY(store_fact(run->store, fact->name, &arena, &newest, is_anew, err));
    if (*is_anew && says_same(&newest, fact, by)) {
        *is_new = *is_anew = false;
        goto fail;
    }
    while (store_put_fact(run->store, fact, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            goto fail;
fail:
    arena_release(&arena);
    return err->code;
}
