/*
 * harness/run_decider.h: one decider at work in a run: its settings out of the plan, its results
 * out of the store, its log into the store.
 *
 * Today that is the constants of a grid (search/constants.h); nothing else in harness/ knows more
 * of them than run_decider.c. A log lies in the store under the part's name and a digest of what it
 * depends on (settings, networks, seeds): with a seed more it is another log, and the part is
 * decided anew, while the old one stays. So it is, under the next number, once trials that a log
 * heard to have failed are begun again. The seeds that count are the study's and those that have
 * finished at every network of the part before, unless the run takes its seeds exactly.
 */
#ifndef HARNESS_RUN_DECIDER_H
#define HARNESS_RUN_DECIDER_H

#include "harness/run_state.h"

#include "search/decider.h"

typedef struct RunDecider RunDecider;

/* For a part whose points are all resolved and trained. ERR_MEMORY; those of the store. */
ErrCode run_decider_create(RunDecider **out, RunState *run, int part, const StoreTrials *trials,
                           Err *err) ERR_CHECKED;

/*
 * Reports what has ended and goes on deciding, entry by entry into the store. ERR_DATA if the
 * stored log is not the one that the decider makes.
 */
ErrCode run_decider_advance(RunDecider *decider, const StoreTrials *trials, Err *err) ERR_CHECKED;

/* What it yields, NULL before it is done; and why. */
const DeciderYield *run_decider_yield(const RunDecider *decider);
const char *run_decider_reason(const RunDecider *decider);

/* Index into plan->networks of a ticket's network. */
int run_decider_network(const RunDecider *decider, int64_t ticket);

/* Accepts NULL. */
void run_decider_destroy(RunDecider **decider);

#endif
