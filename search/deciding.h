/*
 * search/deciding: a decider at work: asks it when a virtual worker is free, tells it results in
 * virtual order, and hands every entry of the log to its host before anything follows from it.
 *
 * Results are reported as they come, in any order; entries appear in the one order that counted
 * costs determine (search/virtual_clock.h). Going on is the same as beginning: the host reports the
 * results it has stored, deciding_advance makes the same entries again, and the host finds each of
 * them in its log, or it is new. An entry that differs from the stored one is the host's error to
 * raise.
 */
#ifndef SEARCH_DECIDING_H
#define SEARCH_DECIDING_H

#include "search/decider.h"

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct DecidingHost {
    void *user;
    /*
     * What training the point of an ask costs, counted MACs of all its seeds; or *is_refused with
     * the reason, and nothing is trained. Called again for the same ticket when a log is replayed.
     * NULL if the decider only judges points that are given.
     */
    ErrCode (*price)(void *user, int64_t ticket, const DeciderPoint *point, int64_t *macs,
                     bool *is_refused, char reason[DECIDER_REASON_MAX], Err *err);
    /* Makes an entry permanent, or finds it there and equal. */
    ErrCode (*record)(void *user, const DeciderEntry *entry, Err *err);
} DecidingHost;

typedef struct Deciding Deciding;

/*
 * settings belong to the caller and outlive it. n_workers: virtual ones. ERR_MEMORY.
 * deciding_destroy frees it.
 */
ErrCode deciding_create(Deciding **out, const Decider *decider, const void *settings, uint64_t seed,
                        int n_workers, Err *err) ERR_CHECKED;

/*
 * A point that the study gives: it takes the next ticket and is queued for a virtual worker before
 * anything is asked for. Only before the first deciding_advance. macs: as for `price`. ERR_MEMORY.
 */
ErrCode deciding_give(Deciding *deciding, int64_t macs, Err *err) ERR_CHECKED;

/* A point's result is there; the same ticket again is ignored. ERR_RANGE: no such ticket. */
ErrCode deciding_report(Deciding *deciding, int64_t ticket, const DeciderResult *result,
                        Err *err) ERR_CHECKED;

/*
 * Goes on as far as the reported results allow. Errors: the host's; ERR_INTERNAL if the decider
 * waits while nothing is in training; ERR_RANGE (virtual time), ERR_MEMORY. After an error nothing
 * but deciding_destroy.
 */
ErrCode deciding_advance(Deciding *deciding, const DecidingHost *host, Err *err) ERR_CHECKED;

/*
 * The same for n deciders side by side, hosts[i] being that of all[i]: their clocks are read as
 * one, so that the asks of all of them come in one order, too, whatever the order of results. Of
 * events at the same time the first decider's comes first.
 */
ErrCode deciding_advance_together(Deciding *const *all, const DecidingHost *hosts, size_t n,
                                  Err *err) ERR_CHECKED;

/* Tickets given out so far: 1 to this. */
int64_t deciding_n_tickets(const Deciding *deciding);

/* What a ticket costs, counted MACs; 0: it was refused. */
int64_t deciding_macs(const Deciding *deciding, int64_t ticket);

/* When a ticket's event comes on the virtual clock; 0: it has not begun. */
int64_t deciding_finish(const Deciding *deciding, int64_t ticket);

/* A ticket's result, NULL: it is not there yet. */
const DeciderResult *deciding_result(const Deciding *deciding, int64_t ticket);

/* What it yields once it is done; NULL before. */
const DeciderYield *deciding_yield(const Deciding *deciding);

/* Why it yields that; "" before. */
const char *deciding_reason(const Deciding *deciding);

/* Accepts NULL. */
void deciding_destroy(Deciding **deciding);

#endif
