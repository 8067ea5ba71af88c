/*
 * tests/search/test_strategy_toys.c: strategies on functions whose outcome is known. A mean over
 * runs is that of the largest true value among the points asked for; seeds are fixed, so what is
 * printed here once is the same always, and tolerances say how far an independent program may be.
 */
#include "tests/search/analytic.h"

#include "search/strategies.h"
#include "search/strategy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

enum { TRAP_BLOCK = 4, TRAP_BLOCKS = 10 };

static AnalyticRun run; /* large: not on the stack */

/* Means over runs. */
typedef struct Outcome {
    double best;   /* largest true value */
    double blocks; /* share of all ones among the blocks of what is yielded; of the trap */
} Outcome;

static double share_of_blocks(void)
{
    static const uint8_t ones[TRAP_BLOCK] = {1, 1, 1, 1};
    const uint8_t *genes = run.genes[run.yielded - 1];
    int n = 0;
    for (int b = 0; b < TRAP_BLOCKS; b++)
        n += memcmp(genes + TRAP_BLOCK * b, ones, sizeof ones) == 0;
    return (double)n / TRAP_BLOCKS;
}

static Outcome search(const char *name, const Analytic *f, int budget, int n_runs,
                      const char *const *options)
{
    const SearchStrategy *row = NULL;
    Outcome outcome = {0, 0};
    Err err = {0};
    assert_int_equal(strategies_find(name, &row, &err), ERR_NONE);
    StrategySettings s = strategy_settings(row, &f->space, budget);
    for (int i = 0; options != NULL && options[i] != NULL; i++)
        assert_int_equal(strategy_set(&s, options[i], &err), ERR_NONE);
    for (int i = 0; i < n_runs; i++) {
        s.seed = (uint64_t)i + 1;
        analytic_search(&run, f, &strategy_decider, &s, s.seed, 1, 1, 0);
        outcome.best += analytic_best(&run) / n_runs;
        outcome.blocks += share_of_blocks() / n_runs;
    }
    return outcome;
}

static void assert_near(double seen, double wanted, double tolerance)
{
    if (!(fabs(seen - wanted) <= tolerance))
        fail_msg("%g, not %g within %g", seen, wanted, tolerance);
}

/* Real's toy: 100 bits, noise 0.01, 1,000 points, 100 runs. The values are those of independent
 * code (0.893, 0.924, 0.661); a run's best has a standard deviation of about 0.02, so two means of
 * 100 runs differ by at most 4 * 0.02 * sqrt(2 / 100) = 0.011 but once in 10,000 times. */
static void onemax_is_as_elsewhere(void **state)
{
    (void)state;
    static const char *const paper[] = {"population=100", "sample=10", NULL};
    enum { BUDGET = 1000, RUNS = 100 };
    assert_near(search("evolution", &analytic_onemax, BUDGET, RUNS, paper).best, 0.893, 0.011);
    assert_near(search("evolution", &analytic_onemax, BUDGET, RUNS, NULL).best, 0.924, 0.011);
    assert_near(search("random", &analytic_onemax, BUDGET, RUNS, NULL).best, 0.661, 0.011);
}

/* Without noise each of the 84 choices that is an improvement is taken when its turn comes, so a
 * separable function is solved exactly in one round of them; three sweeps of 56 neighbours are
 * allowed. */
static void local_search_solves_what_is_separable(void **state)
{
    (void)state;
    enum { ROUND = 28 * 3, SWEEPS = 3 * 28 * 2, RUNS = 20 };
    Analytic f = analytic_separable;
    f.noise = 0;
    assert_near(search("local", &f, 1 + ROUND, RUNS, NULL).best, 1, 1e-12);
    assert_true(search("random", &f, SWEEPS, RUNS, NULL).best < 0.85);
}

/* With noise: what learns comes near the best, random search does not. */
static void learners_solve_what_is_separable(void **state)
{
    (void)state;
    enum { BUDGET = 2000, RUNS = 10 };
    assert_true(search("policy", &analytic_separable, BUDGET, RUNS, NULL).best >= 0.98);
    assert_true(search("tpe", &analytic_separable, BUDGET, RUNS, NULL).best >= 0.9);
    assert_true(search("random", &analytic_separable, BUDGET, RUNS, NULL).best < 0.85);
}

/* The controller needs batches: 12 genes (0.95 is 0.6 of a gene off), half as many points. */
static void the_controller_learns(void **state)
{
    (void)state;
    enum { BUDGET = 1000, GENES = 12 };
    Analytic f = analytic_separable;
    f.space.n_genes = GENES;
    const AnalyticRun *seen = &run;
    assert_true(search("ppo", &f, BUDGET, 1, NULL).best >= 0.95);
    /* later points are better on the average than the first ones, by more than four times the
     * standard deviation 0.1 * sqrt(2 / 200) of such a difference by chance */
    double first = 0, last = 0;
    for (int i = 0; i < BUDGET / 5; i++) {
        first += seen->values[i] / (BUDGET / 5);
        last += seen->values[BUDGET - 1 - i] / (BUDGET / 5);
    }
    assert_true(last - first > 0.04);
}

/* Deceived: single changes lead away from a block's optimum, so no strategy that goes by them
 * solves more blocks than random search does. A run's share has a standard deviation of at most
 * sqrt(0.34 * 0.66 / 10) = 0.15, a difference of two means of 100 runs four times 0.021. */
static void a_trap_deceives(void **state)
{
    (void)state;
    static const char *const deceived[] = {"local", "evolution", "policy", "tpe"};
    enum { BUDGET = 400, RUNS = 100 };
    const Outcome random = search("random", &analytic_trap, BUDGET, RUNS, NULL);
    for (size_t i = 0; i < sizeof deceived / sizeof deceived[0]; i++) {
        const Outcome outcome = search(deceived[i], &analytic_trap, BUDGET, RUNS, NULL);
        assert_true(outcome.blocks < random.blocks + 0.085);
        assert_true(outcome.best > random.best && outcome.best < 0.8);
    }
}

/* Genes that are not active are written as 0: the 3 * 81 networks are found among 3^13 genotypes.
 */
static void conditional_genes_are_searched(void **state)
{
    (void)state;
    static const char *const names[] = {"local", "evolution", "policy", "tpe"};
    enum { BUDGET = 120, RUNS = 10 };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_near(search(names[i], &analytic_conditional, BUDGET, RUNS, NULL).best, 1, 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(onemax_is_as_elsewhere),
        cmocka_unit_test(local_search_solves_what_is_separable),
        cmocka_unit_test(learners_solve_what_is_separable),
        cmocka_unit_test(the_controller_learns),
        cmocka_unit_test(a_trap_deceives),
        cmocka_unit_test(conditional_genes_are_searched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
