/*
 * base/team.h: what the threads of one step share: a barrier, and ranges of work by index.
 *
 * The barrier is our own because a step has some hundred short phases: arrivals are counted, the
 * last one opens the next phase (sense reversal by a phase number). Waiting threads spin about as
 * long as sleeping and being woken costs, which wastes no more than twice the best there is, then
 * sleep in the kernel until the phase opens. They do not yield: where another process wants the
 * core, however low its priority, a yield gives it a whole time slice, which is longer than a step
 * of a small network.
 * All that is for threads with a core each. Arrivals note where they come from; while there are
 * fewer cores than threads, because the machine has no more or is busy, whoever waits yields soon:
 * the core is wanted by the team.
 */
#ifndef BASE_TEAM_H
#define BASE_TEAM_H

#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TEAM_CORE_BITS = 64, TEAM_CORE_WORDS = 7 }; /* of a set; cores beyond begin anew */

/* Of the phase that is under way; a cache line. */
typedef struct TeamArrivals {
    _Alignas(64) atomic_int n;
    atomic_uint_fast64_t cores[TEAM_CORE_WORDS]; /* a bit each: where they were running */
} TeamArrivals;

typedef struct Team {
    int n_threads;
    TeamArrivals arrivals;
    _Alignas(64) atomic_uint phase; /* also the futex */
    atomic_bool is_crowded;         /* at the last barrier: fewer cores than threads */
    _Alignas(64) atomic_int n_asleep;
} Team;

typedef struct TeamRange {
    int first, end;
} TeamRange;

/* Before sleeping. */
enum {
    TEAM_SPINS = 2000,       /* pauses: 36 us at 18 ns a pause */
    TEAM_SPINS_CROWDED = 20, /* pauses, then yields, where it is crowded */
    TEAM_YIELDS_CROWDED = 1000,
};

static inline void team_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Before the threads start. */
static inline void team_init(Team *team, int n_threads)
{
    team->n_threads = n_threads;
    atomic_init(&team->arrivals.n, 0);
    for (int i = 0; i < TEAM_CORE_WORDS; i++)
        atomic_init(&team->arrivals.cores[i], 0);
    atomic_init(&team->phase, 0);
    atomic_init(&team->is_crowded, false);
    atomic_init(&team->n_asleep, 0);
}

/* True for the last of the team. */
static inline bool team_arrive(Team *team)
{
    TeamArrivals *arrivals = &team->arrivals;
    const unsigned core = (unsigned)sched_getcpu() % (TEAM_CORE_BITS * TEAM_CORE_WORDS);
    (void)atomic_fetch_or_explicit(&arrivals->cores[core / TEAM_CORE_BITS],
                                   (uint64_t)1 << core % TEAM_CORE_BITS, memory_order_relaxed);
    return atomic_fetch_add_explicit(&arrivals->n, 1, memory_order_acq_rel) == team->n_threads - 1;
}

/* Opens the next phase and wakes who sleeps. */
static inline void team_open(Team *team, unsigned next)
{
    int n_cores = 0;
    for (int i = 0; i < TEAM_CORE_WORDS; i++) {
        n_cores += __builtin_popcountll(
            atomic_load_explicit(&team->arrivals.cores[i], memory_order_relaxed));
        atomic_store_explicit(&team->arrivals.cores[i], 0, memory_order_relaxed);
    }
    atomic_store_explicit(&team->is_crowded, n_cores < team->n_threads, memory_order_relaxed);
    atomic_store_explicit(&team->arrivals.n, 0, memory_order_relaxed);
    atomic_store(&team->phase, next);
    if (atomic_load(&team->n_asleep) > 0)
        (void)syscall(SYS_futex, &team->phase, FUTEX_WAKE_PRIVATE, team->n_threads, NULL, NULL, 0);
}

/* Sleeps until the phase is no longer `phase`; the kernel compares once more before it sleeps. */
static inline void team_sleep(Team *team, unsigned phase)
{
    (void)atomic_fetch_add(&team->n_asleep, 1);
    while (atomic_load(&team->phase) == phase)
        (void)syscall(SYS_futex, &team->phase, FUTEX_WAIT_PRIVATE, phase, NULL, NULL, 0);
    (void)atomic_fetch_sub(&team->n_asleep, 1);
}

/* Looks until the phase is no longer `phase`; false: that took too long. */
static inline bool team_look(const Team *team, unsigned phase)
{
    const bool is_crowded = atomic_load_explicit(&team->is_crowded, memory_order_relaxed);
    const int n_spins = is_crowded ? TEAM_SPINS_CROWDED : TEAM_SPINS;
    const int n = is_crowded ? n_spins + TEAM_YIELDS_CROWDED : n_spins;
    for (int i = 0; i < n; i++) {
        if (atomic_load_explicit(&team->phase, memory_order_acquire) != phase)
            return true;
        if (i < n_spins)
            team_pause();
        else
            (void)sched_yield();
    }
    return false;
}

/* Returns once all threads have come; what they wrote before is visible after. */
static inline void team_wait(Team *team)
{
    if (team->n_threads == 1)
        return;
    const unsigned phase = atomic_load_explicit(&team->phase, memory_order_relaxed);
    if (team_arrive(team))
        team_open(team, phase + 1);
    else if (!team_look(team, phase))
        team_sleep(team, phase);
}

/* The contiguous share of `thread` in 0..n-1; shares differ by at most one. */
static inline TeamRange team_range(int n, int thread, int n_threads)
{
    const long long a = n;
    const TeamRange range = {(int)(a * thread / n_threads), (int)(a * (thread + 1) / n_threads)};
    return range;
}

#endif
