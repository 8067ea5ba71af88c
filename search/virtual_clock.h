/*
 * search/virtual_clock: the order in which results count, whatever the order they came in.
 *
 * V virtual workers take jobs; a job lasts as many units as it costs counted training MACs, which
 * are exact and the same on every machine. Events are taken in order of virtual finish, ties by
 * ticket, so what is decided at an event depends on costs alone: never on how many real workers
 * there were, how fast they were, or when one was killed. With V at least twice the real workers
 * hardly any of them idles for it (a simulated makespan of at most 1.04 of the free-running one).
 *
 * The clock knows nothing of results: search/deciding.h holds an event back until its result and
 * those of all earlier ones are there.
 */
#ifndef SEARCH_VIRTUAL_CLOCK_H
#define SEARCH_VIRTUAL_CLOCK_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { VIRTUAL_CLOCK_MAX_WORKERS = 256, VIRTUAL_CLOCK_WORKERS = 16 /* unless a study says so */ };

/* Plain data: a copy is a clock of its own. */
typedef struct VirtualClock {
    int64_t now; /* counted MACs since the beginning */
    int n_workers, n_busy;
    int64_t tickets[VIRTUAL_CLOCK_MAX_WORKERS]; /* [n_busy], in no order */
    int64_t finishes[VIRTUAL_CLOCK_MAX_WORKERS];
} VirtualClock;

/* n_workers from 1 to VIRTUAL_CLOCK_MAX_WORKERS, all free, at time 0. */
void virtual_clock_init(VirtualClock *clock, int n_workers);

bool virtual_clock_has_free(const VirtualClock *clock);

/*
 * A free worker begins a job now. macs >= 0: what it costs; 0 for a point that is refused and
 * trains nothing. ERR_RANGE if time would pass 2^63.
 */
ErrCode virtual_clock_start(VirtualClock *clock, int64_t ticket, int64_t macs,
                            Err *err) ERR_CHECKED;

/* The ticket whose event comes next; false if all workers are free. */
bool virtual_clock_next(const VirtualClock *clock, int64_t *ticket);

/* When that event is; there must be one. */
int64_t virtual_clock_next_time(const VirtualClock *clock);

/* Time moves to that event, and its worker is free. There must be one. */
void virtual_clock_finish(VirtualClock *clock);

#endif
