/*
 * harness/run_decider.h: one decider at work in a run: its settings out of the plan, its results
 * out of the store, its log into the store.
 *
 * What all deciders of studies share stands here: seeds, logs, and how results are heard. What a
 * kind of decider adds is one row, RunDeciderKind, in a file of its own: run_decider_constants for
 * grids, run_decider_search for searches, run_decider_retrain for what follows them. Nothing else
 * in harness/ knows more of them.
 *
 * A log lies in the store under a name and a digest of what it depends on (settings, networks,
 * seeds): with a seed more it is another log, and the part is decided anew, while the old one
 * stays. So it is, under the next number, once trials that a log heard to have failed are begun
 * again.
 */
#ifndef HARNESS_RUN_DECIDER_H
#define HARNESS_RUN_DECIDER_H

#include "harness/run_state.h"

#include "base/arena.h"
#include "search/decider.h"
#include "search/deciding.h"

enum { RUN_DECIDER_LOG_BYTES = 128 };

typedef struct RunDecider RunDecider;

typedef struct RunDeciderKind {
    /* How many deciders the part has. */
    size_t (*count)(const RunState *run, int part);
    /*
     * Fills decider, settings, seeds, n_workers and the log's name, and adds tickets of points that
     * are given. Memory of its own is in d->arena.
     */
    ErrCode (*set_up)(RunDecider *d, const StoreTrials *trials, Err *err);
    /* Appends all that the log depends on but for decider and workers. */
    void (*identify)(const RunDecider *d, Text *out);
    /* DecidingHost's, with a RunDecider; and its network. NULL: it asks for nothing. */
    ErrCode (*price)(void *d, int64_t ticket, const DeciderPoint *point, int64_t *macs,
                     bool *is_refused, char reason[DECIDER_REASON_MAX], Err *err);
    /*
     * Puts the facts of a part whose deciders all[n] are done, but for its outcome: that is *fact,
     * whose name and text are there; NaN where it has no value.
     */
    ErrCode (*settle)(RunState *run, int part, RunDecider *const *all, size_t n, Arena *arena,
                      StoreFact *fact, Err *err);
} RunDeciderKind;

/* What is known of a ticket. */
typedef struct RunTicket {
    int network; /* index into plan->networks; PLAN_NONE: refused */
    bool is_reported;
} RunTicket;

/* For the kinds; others use the functions below. */
struct RunDecider {
    RunState *run;
    const RunDeciderKind *kind;
    int part;
    size_t index; /* among the part's deciders */
    Arena arena;
    const Decider *decider;
    const void *settings;
    uint64_t seed;
    int n_workers;        /* virtual ones */
    const int64_t *seeds; /* of every point's trials, ascending */
    size_t n_seeds;
    RunTicket *tickets; /* by ticket - 1 */
    size_t n_tickets, ticket_room;
    char log[RUN_DECIDER_LOG_BYTES]; /* its name in the store */
    Deciding *deciding;
};

/* The index-th decider of a part, ready to be asked. ERR_MEMORY; those of the store. */
ErrCode run_decider_create(RunDecider **out, RunState *run, const RunDeciderKind *kind, int part,
                           size_t index, const StoreTrials *trials, Err *err) ERR_CHECKED;

/*
 * Reports what has ended to the n deciders of a part and goes on deciding, entry by entry into the
 * store. ERR_DATA if a stored log is not the one that its decider makes.
 */
ErrCode run_decider_advance(RunDecider *const *all, size_t n, const StoreTrials *trials,
                            Err *err) ERR_CHECKED;

/* What it yields, NULL before it is done; and why. */
const DeciderYield *run_decider_yield(const RunDecider *decider);
const char *run_decider_reason(const RunDecider *decider);

/* Digest of the network that it yields, or NULL. */
const char *run_decider_network(const RunDecider *decider);

/* Accepts NULL. */
void run_decider_destroy(RunDecider **decider);

/* --- for the kinds --- */

/* Whether a trial has ended; NULL has not. */
bool run_decider_is_over(const StoreTrial *trial);

/* The trial of a digest and a seed, or NULL. */
const StoreTrial *run_decider_find_trial(const StoreTrials *trials, const char *digest,
                                         int64_t seed);

/* The next ticket is that of a network. */
ErrCode run_decider_add_ticket(RunDecider *decider, int network, Err *err) ERR_CHECKED;

/* Appends an objective to what a log depends on. */
void run_decider_identify_objective(const Objective *objective, Text *out);

/* By what a fact says the same as the newest of its name. */
typedef enum FactSame {
    FACT_SAME_TEXT,
    FACT_SAME_VALUES /* its text holds numbers that may differ in their last digits by machine */
} FactSame;

/* Appends a fact, unless the newest of that name says the same; *is_anew: there was another one. */
ErrCode run_decider_put_fact(RunState *run, const StoreFact *fact, FactSame by, bool *is_new,
                             bool *is_anew, Err *err) ERR_CHECKED;

#endif
