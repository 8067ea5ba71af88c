/*
 * base/team: nobody passes a barrier before all have come, whether threads spin, yield or sleep,
 * with fewer and with more of them than cores.
 */
#include "base/team.h"

#include "base/sys.h"

#include <omp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
#include <cmocka.h>

enum { THREADS_MOST = 16, PHASES = 400 };

typedef enum Manner {
    QUICK, /* all arrive soon */
    LATE,  /* in every eighth phase one thread is late by longer than any other spins or yields */
    ALONE, /* on one core, all of them */
} Manner;

/* Each eighth phase has a late thread: phase % n. */
static void be_late(int phase, int thread, int n_threads)
{
    const struct timespec two_ms = {.tv_nsec = 2000000};
    if (phase % 8 == 0 && phase % n_threads == thread)
        nanosleep(&two_ms, NULL);
}

static void stay_on_first_core(void)
{
    cpu_set_t allowed, one;
    int core = 0;
    CPU_ZERO(&one);
    if (pthread_getaffinity_np(pthread_self(), sizeof allowed, &allowed) != 0)
        return;
    while (core < CPU_SETSIZE && !CPU_ISSET(core, &allowed))
        core++;
    CPU_SET(core, &one);
    (void)pthread_setaffinity_np(pthread_self(), sizeof one, &one);
}

static void give_back_cores(const cpu_set_t *cores)
{
    (void)pthread_setaffinity_np(pthread_self(), sizeof *cores, cores);
}

/* Runs PHASES phases; how often a thread found another that was not where it must be. */
static int count_errors(Team *team, int threads, Manner manner)
{
    atomic_int at[THREADS_MOST] = {0}, n_errors = 0;
    cpu_set_t cores;
    assert_int_equal(pthread_getaffinity_np(pthread_self(), sizeof cores, &cores), 0);
#pragma omp parallel num_threads(threads) default(none) shared(team, at, n_errors, cores, manner)
    {
        const int thread = omp_get_thread_num(), n = omp_get_num_threads();
        if (manner == ALONE)
            stay_on_first_core();
#pragma omp single
        team_init(team, n);
        for (int i = 1; i <= PHASES; i++) {
            if (manner == LATE)
                be_late(i, thread, n);
            atomic_store_explicit(&at[thread], i, memory_order_relaxed);
            team_wait(team);
            for (int t = 0; t < n; t++) /* the next phase begins when all have looked */
                n_errors += atomic_load_explicit(&at[t], memory_order_relaxed) != i;
            team_wait(team);
        }
        give_back_cores(&cores);
    }
    return n_errors;
}

/* Property: behind a barrier everything is seen that was written before it, and nothing later. */
static void barriers_hold(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 3, 5, 8, 16};
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        for (Manner manner = QUICK; manner <= ALONE; manner++) {
            Team team;
            assert_int_equal(count_errors(&team, threads[i], manner), 0);
        }
}

/* Property: threads of one core are crowded, and their team says so. */
static void one_core_is_crowded(void **state)
{
    (void)state;
    Team team;
    assert_int_equal(count_errors(&team, 3, ALONE), 0);
    assert_true(team.is_crowded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(barriers_hold),
        cmocka_unit_test(one_core_is_crowded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
