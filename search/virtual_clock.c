/* search/virtual_clock.c: a linear scan over the busy workers: there are at most a few hundred. */
#include "search/virtual_clock.h"

#include <assert.h>
#include <inttypes.h>

void virtual_clock_init(VirtualClock *clock, int n_workers)
{
    assert(n_workers >= 1 && n_workers <= VIRTUAL_CLOCK_MAX_WORKERS);
    *clock = (VirtualClock){.n_workers = n_workers};
}

bool virtual_clock_has_free(const VirtualClock *clock)
{
    return clock->n_busy < clock->n_workers;
}

ErrCode virtual_clock_start(VirtualClock *clock, int64_t ticket, int64_t macs, Err *err)
{
    assert(virtual_clock_has_free(clock) && macs >= 0);
    if (macs > INT64_MAX - clock->now)
        return err_set(err, ERR_RANGE,
                       "virtual time passes 2^63 multiply-adds: %" PRId64 " more at %" PRId64, macs,
                       clock->now);
    clock->tickets[clock->n_busy] = ticket;
    clock->finishes[clock->n_busy++] = clock->now + macs;
    return ERR_NONE;
}

/* The place of the next event among the busy workers. */
static int next_place(const VirtualClock *clock)
{
    int best = 0;
    for (int i = 1; i < clock->n_busy; i++)
        if (clock->finishes[i] < clock->finishes[best] ||
            (clock->finishes[i] == clock->finishes[best] &&
             clock->tickets[i] < clock->tickets[best]))
            best = i;
    return best;
}

bool virtual_clock_next(const VirtualClock *clock, int64_t *ticket)
{
    if (clock->n_busy == 0)
        return false;
    *ticket = clock->tickets[next_place(clock)];
    return true;
}

int64_t virtual_clock_next_time(const VirtualClock *clock)
{
    assert(clock->n_busy > 0);
    return clock->finishes[next_place(clock)];
}

void virtual_clock_finish(VirtualClock *clock)
{
    assert(clock->n_busy > 0);
    const int place = next_place(clock);
    clock->now = clock->finishes[place];
    clock->n_busy--;
    clock->tickets[place] = clock->tickets[clock->n_busy];
    clock->finishes[place] = clock->finishes[clock->n_busy];
}
