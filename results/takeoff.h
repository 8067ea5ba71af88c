/*
 * results/takeoff: how long networks of a short run take to get going.
 *
 * A trial takes off with the first epoch whose mean training loss is below ln K - TAKEOFF_FALL,
 * half a nat below what guessing among K classes costs. The store keeps that loss by epoch, so a
 * time is the steps done by the end of that epoch: it may have been one of the epoch's earlier
 * steps. A trial that never did is censored at the end of its planned run, also one that diverged:
 * it will not take off any more, and leaving early would hide that. A loss that is not a number is
 * never a take-off. Trials trained elsewhere have no curve and are left out.
 *
 * Label smoothing stays in the stored loss. Guessing costs ln K whatever the smoothing, so the
 * threshold is the same; the least loss there can be rises from 0 to the entropy of the smoothed
 * labels (Takeoff.least_loss). Where that is not below the threshold no trial can take off, and
 * nothing is said.
 *
 * Runs are short where getting going took a good part of one: a trial took off after its first
 * epoch and its first eighth, or never. Groups are the series of a part; where it has one series,
 * its networks. A trial in several groups is in each one's numbers, and in no test: it would be
 * compared with itself. A test shuffles the trials of each seed; where a series has several
 * networks it shuffles networks, whose trials are no independent witnesses of a series (see
 * results/survival.h). Take-off is shown and decides nothing.
 */
#ifndef RESULTS_TAKEOFF_H
#define RESULTS_TAKEOFF_H

#include "results/store.h"
#include "results/takeoff_types.h"

#include "base/arena.h"
#include "base/err.h"

#define TAKEOFF_FALL 0.5 /* nats */

/* Of more groups there is no test: shuffles would take long and tell little. */
enum { TAKEOFF_MOST_GROUPS = 100 };

typedef struct Takeoff {
    double threshold, least_loss; /* nats */
    double smoothing;             /* of labels */
    int64_t steps;                /* of an epoch; 0: not known */
    bool can_be_seen;             /* least_loss < threshold */
    bool is_short;                /* see above */
    int n, n_late, n_never;       /* distinct trials; took off late; never */
    TakeoffPart *parts;           /* in the order of the plan, those whose curves were read */
    size_t n_parts;
} Takeoff;

/* Of results whose curves were read (store_curves). Memory is the arena's. Errors: ERR_MEMORY. */
ErrCode takeoff_find(const StoreResults *results, Arena *arena, Takeoff *out, Err *err) ERR_CHECKED;

#endif
