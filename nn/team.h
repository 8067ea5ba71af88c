/*
 * nn/team.h: what the threads of one step share: a barrier, and ranges of work by index.
 *
 * The barrier is our own because a step has some hundred short phases: arrivals are counted, the
 * last one opens the next phase (sense reversal by a phase number). Waiting threads spin for about
 * 10 microseconds, yield a few times, then sleep in the kernel until the phase opens, so that a
 * busy machine or more threads than cores cost little.
 */
#ifndef NN_TEAM_H
#define NN_TEAM_H

#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct Team {
    int n_threads;
    _Alignas(64) atomic_int n_arrived;
    _Alignas(64) atomic_uint phase; /* also the futex */
    _Alignas(64) atomic_int n_asleep;
} Team;

typedef struct TeamRange {
    int first, end;
} TeamRange;

enum {
    TEAM_SPINS = 400, /* pauses before yielding: about 10 us at 25 ns a pause */
    TEAM_YIELDS = 20, /* before sleeping */
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
    atomic_init(&team->n_arrived, 0);
    atomic_init(&team->phase, 0);
    atomic_init(&team->n_asleep, 0);
}

/* Opens the next phase and wakes who sleeps. */
static inline void team_open(Team *team, unsigned next)
{
    atomic_store_explicit(&team->n_arrived, 0, memory_order_relaxed);
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

/* Returns once all threads have come; what they wrote before is visible after. */
static inline void team_wait(Team *team)
{
    if (team->n_threads == 1)
        return;
    const unsigned phase = atomic_load_explicit(&team->phase, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&team->n_arrived, 1, memory_order_acq_rel) ==
        team->n_threads - 1) {
        team_open(team, phase + 1);
        return;
    }
    for (int i = 0; i < TEAM_SPINS + TEAM_YIELDS; i++) {
        if (atomic_load_explicit(&team->phase, memory_order_acquire) != phase)
            return;
        if (i < TEAM_SPINS)
            team_pause();
        else
            (void)sched_yield();
    }
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
