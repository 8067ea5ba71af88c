/* search/deciding.c: ask while a virtual worker is free, else take the next event. */
#include "search/deciding.h"

#include "search/virtual_clock.h"

#include "base/sys.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A ticket: its cost, and its result once it is there. */
typedef struct Job {
    int64_t macs, finish;
    bool is_refused, has_result;
    DeciderResult result;
    char reason[DECIDER_REASON_MAX]; /* why it was refused */
} Job;

struct Deciding {
    const Decider *decider;
    const void *settings;
    uint64_t seed;
    void *state; /* the log, folded */
    VirtualClock clock;
    Job *jobs; /* by ticket - 1 */
    size_t n_jobs, job_room;
    size_t n_started; /* of the jobs; those after it were given and wait for a worker */
    int64_t n_entries;
    bool is_waiting; /* for the next event: asked at this one and answered so */
    bool has_ended;
    DeciderYield yield;
    char reason[DECIDER_REASON_MAX];
};

ErrCode deciding_create(Deciding **out, const Decider *decider, const void *settings, uint64_t seed,
                        int n_workers, Err *err)
{
    Deciding *deciding = mem_calloc(1, sizeof *deciding);
    const size_t n_bytes = decider->state_bytes(settings);
    if (deciding == NULL)
        return err_memory(err, sizeof *deciding);
    deciding->state = mem_calloc(1, n_bytes);
    if (deciding->state == NULL) {
        mem_free(deciding);
        return err_memory(err, n_bytes);
    }
    deciding->decider = decider;
    deciding->settings = settings;
    deciding->seed = seed;
    virtual_clock_init(&deciding->clock, n_workers);
    *out = deciding;
    return ERR_NONE;
}

static ErrCode add_job(Deciding *deciding, Job **job, Err *err)
{
    TRY(mem_grow(&deciding->jobs, &deciding->job_room, deciding->n_jobs + 1, sizeof **job, err));
    *job = &deciding->jobs[deciding->n_jobs++];
    memset(*job, 0, sizeof **job);
fail:
    return err->code;
}

ErrCode deciding_give(Deciding *deciding, int64_t macs, Err *err)
{
    Job *job = NULL;
    assert(deciding->n_entries == 0 && deciding->n_started == 0);
    TRY(add_job(deciding, &job, err));
    job->macs = macs;
fail:
    return err->code;
}

ErrCode deciding_report(Deciding *deciding, int64_t ticket, const DeciderResult *result, Err *err)
{
    if (ticket < 1 || (uint64_t)ticket > deciding->n_jobs)
        return err_set(err, ERR_RANGE, "no ticket %" PRId64 " among %zu", ticket, deciding->n_jobs);
    Job *job = &deciding->jobs[ticket - 1];
    if (!job->has_result)
        job->result = *result;
    job->has_result = true;
    return ERR_NONE;
}

/* --- entries --- */

static DeciderPoint no_point(void)
{
    return (DeciderPoint){.scale = {(double)NAN, (double)NAN, (double)NAN}};
}

static DeciderEntry new_entry(const Deciding *deciding, DeciderEntryKind kind, int64_t ticket)
{
    return (DeciderEntry){.number = deciding->n_entries + 1,
                          .kind = kind,
                          .time = deciding->clock.now,
                          .ticket = ticket,
                          .point = no_point(),
                          .result = {.value = (double)NAN}};
}

/* First permanent, then known. */
static ErrCode put(Deciding *deciding, const DecidingHost *host, const DeciderEntry *entry,
                   Err *err)
{
    TRY(host->record(host->user, entry, err));
    deciding->decider->fold(deciding->settings, deciding->state, entry);
    deciding->n_entries++;
fail:
    return err->code;
}

/* --- one step --- */

/* The next job that has none gets a virtual worker. */
static ErrCode start(Deciding *deciding, Err *err)
{
    Job *job = &deciding->jobs[deciding->n_started];
    TRY(virtual_clock_start(&deciding->clock, (int64_t)deciding->n_started + 1, job->macs, err));
    job->finish = deciding->clock.now + job->macs;
    deciding->n_started++;
fail:
    return err->code;
}

static ErrCode ask(Deciding *deciding, const DecidingHost *host, const DeciderReply *reply,
                   Err *err)
{
    Job *job = NULL;
    const int64_t ticket = (int64_t)deciding->n_jobs + 1;
    assert(host->price != NULL);
    TRY(add_job(deciding, &job, err));
    TRY(host->price(host->user, ticket, &reply->point, &job->macs, &job->is_refused, job->reason,
                    err));
    if (job->is_refused) {
        job->macs = 0;
        job->has_result = true;
        job->result = (DeciderResult){.outcome = DECIDER_REFUSED, .value = (double)NAN};
    }
    DeciderEntry entry = new_entry(deciding, DECIDER_ASK, ticket);
    entry.point = reply->point;
    memcpy(entry.reason, reply->reason, sizeof entry.reason);
    TRY(put(deciding, host, &entry, err));
    TRY(start(deciding, err));
fail:
    return err->code;
}

static ErrCode end(Deciding *deciding, const DecidingHost *host, const DeciderReply *reply,
                   Err *err)
{
    DeciderEntry entry = new_entry(deciding, DECIDER_END, 0);
    entry.yield = reply->yield;
    memcpy(entry.reason, reply->reason, sizeof entry.reason);
    TRY(put(deciding, host, &entry, err));
    deciding->has_ended = true;
    deciding->yield = reply->yield;
    memcpy(deciding->reason, reply->reason, sizeof deciding->reason);
fail:
    return err->code;
}

/* A worker is free: a point that was given, else whatever the decider answers. */
static ErrCode occupy(Deciding *deciding, const DecidingHost *host, Err *err)
{
    if (deciding->n_started < deciding->n_jobs)
        return start(deciding, err);
    DeciderReply reply = {.point = no_point()};
    switch (deciding->decider->decide(deciding->settings, deciding->seed,
                                      (int64_t)deciding->n_jobs + 1, deciding->state, &reply)) {
    case DECIDER_ASKS:
        return ask(deciding, host, &reply, err);
    case DECIDER_ENDS:
        return end(deciding, host, &reply, err);
    case DECIDER_WAITS:
        deciding->is_waiting = true;
    }
    return ERR_NONE;
}

static ErrCode tell(Deciding *deciding, const DecidingHost *host, int64_t ticket, Err *err)
{
    const Job *job = &deciding->jobs[ticket - 1];
    virtual_clock_finish(&deciding->clock);
    DeciderEntry entry = new_entry(deciding, DECIDER_TELL, ticket);
    entry.result = job->result;
    memcpy(entry.reason, job->reason, sizeof entry.reason);
    deciding->is_waiting = false;
    return put(deciding, host, &entry, err);
}

/* Asks until no worker is free, it waits, or it has ended. */
static ErrCode occupy_all(Deciding *deciding, const DecidingHost *host, Err *err)
{
    while (!deciding->has_ended && !deciding->is_waiting &&
           virtual_clock_has_free(&deciding->clock))
        TRY(occupy(deciding, host, err));
    if (!deciding->has_ended && deciding->clock.n_busy == 0)
        return err_set(err, ERR_INTERNAL, "decider '%s' waits while nothing is in training",
                       deciding->decider->name);
fail:
    return err->code;
}

/* Which of n has the earliest event; n: all have ended. */
static size_t earliest(Deciding *const *all, size_t n)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++)
        if (!all[i]->has_ended && (best == n || virtual_clock_next_time(&all[i]->clock) <
                                                    virtual_clock_next_time(&all[best]->clock)))
            best = i;
    return best;
}

ErrCode deciding_advance_together(Deciding *const *all, const DecidingHost *hosts, size_t n,
                                  Err *err)
{
    for (;;) {
        int64_t ticket = 0;
        for (size_t i = 0; i < n; i++)
            TRY(occupy_all(all[i], &hosts[i], err));
        const size_t next = earliest(all, n);
        if (next == n || !virtual_clock_next(&all[next]->clock, &ticket) ||
            !all[next]->jobs[ticket - 1].has_result)
            break;
        TRY(tell(all[next], &hosts[next], ticket, err));
    }
fail:
    return err->code;
}

ErrCode deciding_advance(Deciding *deciding, const DecidingHost *host, Err *err)
{
    return deciding_advance_together(&deciding, host, 1, err);
}

/* --- inspecting --- */

int64_t deciding_n_tickets(const Deciding *deciding)
{
    return (int64_t)deciding->n_jobs;
}

int64_t deciding_macs(const Deciding *deciding, int64_t ticket)
{
    return deciding->jobs[ticket - 1].macs;
}

int64_t deciding_finish(const Deciding *deciding, int64_t ticket)
{
    return deciding->jobs[ticket - 1].finish;
}

const DeciderResult *deciding_result(const Deciding *deciding, int64_t ticket)
{
    const Job *job = &deciding->jobs[ticket - 1];
    return job->has_result ? &job->result : NULL;
}

const DeciderYield *deciding_yield(const Deciding *deciding)
{
    return deciding->has_ended ? &deciding->yield : NULL;
}

const char *deciding_reason(const Deciding *deciding)
{
    return deciding->reason;
}

void deciding_destroy(Deciding **deciding)
{
    if (*deciding == NULL)
        return;
    mem_free((*deciding)->state);
    mem_free((*deciding)->jobs);
    mem_free(*deciding);
    *deciding = NULL;
}
