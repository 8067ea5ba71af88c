/*
 * Kaplan and Meier's median and the log-rank test against scipy, and how often the test errs:
 * test_survival 2000 makes the table of docs/verdicts.md.
 */
#include "results/survival.h"

#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int n_studies = 200;

/* Not near the other is a failure, NaN too. */
static void near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.17g is not %.17g", a, b);
}

/*
 * Three groups with ties, in which and between which events and censored times coincide. By scipy:
 * logrank(cd(x, dx), cd(y, dy)), whose statistic squared is the chi-square, with cd(t, d) =
 * CensoredData(uncensored=t[d], right=t[~d]); medians are the first quantiles of ecdf(cd(t, d)).sf
 * whose probability is at most 1/2. Of all three by the definition in numpy: over u in
 * unique(T[D]), n = bincount(G[T >= u]), N = n.sum(), d = (D & (T == u)).sum(),
 * O += bincount(G[D & (T == u)]), E += d*n/N, V += d*(N-d)/(N-1)*(diag(n/N) - outer(n, n)/N**2);
 * u = (O - E)[1:]; chi2 = u @ solve(V[1:, 1:], u), chi2.sf(chi2, 2).
 */
typedef struct Trial {
    double time;
    bool is_event;
    int group;
    int64_t seed;
} Trial;

static const Trial sample[] = {
    {1, true, 0, 1},  {3, true, 0, 2},  {3, false, 0, 3},  {4, true, 0, 4},  {6, true, 0, 5},
    {6, true, 0, 6},  {9, false, 0, 7}, {12, false, 0, 8}, {2, false, 1, 1}, {3, true, 1, 2},
    {5, true, 1, 3},  {5, true, 1, 4},  {6, false, 1, 5},  {8, true, 1, 6},  {8, true, 1, 7},
    {10, true, 1, 8}, {12, true, 1, 9}, {1, true, 2, 1},   {1, true, 2, 2},  {2, true, 2, 3},
    {3, false, 2, 4}, {7, true, 2, 5}};
enum { N_X = 8, N_XY = 17, N_ALL = 22 };
static const double two_chi2 = 0.001520660492209097, two_p = 0.9688938590922204;
static const double three_chi2 = 4.2208538060546115, three_p = 0.12118622062449401;
static const double medians[] = {6, 8, 2};

/* Trials as units of their own in blocks by seed. */
static void convert(const Trial *trials, int n, SurvivalTime *times)
{
    for (int i = 0; i < n; i++)
        times[i] =
            (SurvivalTime){trials[i].time, trials[i].is_event, trials[i].group, trials[i].seed, i};
}

static SurvivalTest judge_times(SurvivalTime *times, int n, int n_groups)
{
    SurvivalTest test;
    Arena arena = {0};
    Err err = {0};
    assert_int_equal(survival_logrank(times, n, n_groups, &arena, &test, &err), ERR_NONE);
    arena_release(&arena);
    return test;
}

static SurvivalTest judge(const Trial *trials, int n, int n_groups)
{
    SurvivalTime times[N_ALL];
    convert(trials, n, times);
    return judge_times(times, n, n_groups);
}

/* Sums of at most 22 terms near 1 are right to some 1e-14; 1e-12 leaves room for the solution. */
static void logrank_is_scipys(void **state)
{
    (void)state;
    const SurvivalTest two = judge(sample, N_XY, 2), three = judge(sample, N_ALL, 3);
    near(two.chi2, two_chi2, 1e-12);
    near(two.p, two_p, 1e-9); /* of the root of so small a chi-square */
    near(three.chi2, three_chi2, 1e-12);
    near(three.p, three_p, 1e-12);
    assert_int_equal(two.df, 1);
    assert_int_equal(three.df, 2);
}

/* scipy.stats.logrank([1, 1, 1, 2, 2], [1, 2, 2, 3, 3]): statistic squared, pvalue. */
static void ties_and_order(void **state)
{
    (void)state;
    static const Trial tied[] = {{3, true, 1, 1}, {1, true, 0, 1}, {2, true, 1, 2}, {1, true, 0, 2},
                                 {2, true, 0, 3}, {1, true, 1, 3}, {2, true, 0, 4}, {3, true, 1, 4},
                                 {1, true, 0, 5}, {2, true, 1, 5}};
    const SurvivalTest test = judge(tied, (int)ARRAY_LEN(tied), 2);
    near(test.chi2, 2.7173913043478266, 1e-12);
    near(test.p, 0.09926012026476912, 1e-12);
}

static void medians_are_scipys(void **state)
{
    (void)state;
    static const int ends[] = {N_X, N_XY, N_ALL};
    static const Trial halves[] = {{1, true, 0, 0}, {2, true, 0, 0}, {3, true, 0, 0},
                                   {4, true, 0, 0}, {5, true, 0, 0}, {6, true, 0, 0}};
    SurvivalTime copy[N_ALL];
    for (int g = 0, begin = 0; g < 3; begin = ends[g++]) {
        convert(sample + begin, ends[g] - begin, copy);
        near(survival_median(copy, ends[g] - begin), medians[g], 0.0);
    }
    convert(halves, (int)ARRAY_LEN(halves),
            copy); /* 5/6 x 4/5 x 3/4 is one half, whatever rounding says */
    near(survival_median(copy, (int)ARRAY_LEN(halves)), 3.0, 0.0);
}

/* Nothing happened, everything at once, or one group: no test, and no median where nothing did. */
static void nothing_to_say(void **state)
{
    (void)state;
    static const Trial censored[] = {{3, false, 0, 1}, {3, false, 1, 1}, {5, false, 1, 2}};
    static const Trial at_once[] = {{3, true, 0, 1}, {3, true, 1, 1}, {3, true, 1, 2}};
    SurvivalTime times[3];
    const SurvivalTest tests[] = {judge(censored, 3, 2), judge(at_once, 3, 2),
                                  judge(sample, N_X, 1), judge(sample, 0, 2)};
    for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
        assert_int_equal(tests[i].df, 0);
        assert_true(isnan(tests[i].p) && isnan(tests[i].p_shuffled));
    }
    convert(censored, 3, times);
    assert_true(isnan(survival_median(times, 3)) && isnan(survival_median(times, 0)));
}

/* A group without anyone at risk at an event takes part in nothing and costs a degree of freedom.
 */
static void early_leavers(void **state)
{
    (void)state;
    SurvivalTime times[N_ALL];
    convert(sample, N_ALL, times);
    for (int i = N_XY; i < N_ALL; i++) {
        times[i].time = 0.0;
        times[i].is_event = false;
    }
    const SurvivalTest test = judge_times(times, N_ALL, 3);
    assert_int_equal(test.df, 1);
    near(test.chi2, two_chi2, 1e-12);
}

/*
 * Of 20 ways to deal two groups to six units, 2 part them as far as 1, 2, 3 and 4, 5, 6 are: the
 * share of 2000 deals is a tenth within three errors, and one more for the data. That the units
 * have three equal trials each changes nothing.
 */
static void shuffles_deal_units(void **state)
{
    (void)state;
    const double error = sqrt(0.1 * 0.9 / SURVIVAL_DRAWS);
    for (int n_trials = 1; n_trials <= 3; n_trials += 2) {
        SurvivalTime times[18];
        int n = 0;
        for (int unit = 0; unit < 6; unit++)
            for (int i = 0; i < n_trials; i++)
                times[n++] = (SurvivalTime){1 + unit, true, unit / 3, 7, 10 + unit};
        near(judge_times(times, n, 2).p_shuffled, 0.1, 3.0 * error + 1.0 / SURVIVAL_DRAWS);
    }
}

/* --- rates --- */

enum { EPOCHS = 14, MOST = 36 };

/* Groups of networks, each trained at each seed; one network is a group that is a network. */
typedef struct Shape {
    int n_groups, n_networks, n_seeds;
} Shape;

/*
 * A study: the seed moves all of its trials, a network its own where groups have several, the last
 * group's are `late` epochs later; 14 epochs at most. Returns the number of trials.
 */
static int draw_study(uint64_t number, Shape shape, double late, SurvivalTime *times)
{
    Rng rng = rng_start(number, RNG_BOOTSTRAP, 1, 0);
    const int n_units = shape.n_groups * shape.n_networks;
    double of_network[MOST] = {0};
    int n = 0;
    for (int u = 0; shape.n_networks > 1 && u < n_units; u++)
        of_network[u] = 3.0 * rng_normal(&rng);
    for (int s = 0; s < shape.n_seeds; s++) {
        const double common = 8.0 + 2.0 * rng_normal(&rng);
        for (int u = 0; u < n_units; u++) {
            const int group = u / shape.n_networks;
            const double shift = of_network[u] + (group == shape.n_groups - 1 ? late : 0.0);
            const double time = fmax(1.0, ceil(common + shift + 3.0 * rng_normal(&rng)));
            times[n++] = (SurvivalTime){fmin(time, EPOCHS), time <= EPOCHS, group,
                                        shape.n_networks > 1 ? 0 : s, u};
        }
    }
    return n;
}

/*
 * By shuffles equal groups are called different at 5 % in no more than that, within three errors of
 * so many studies. The chi-square's p is in the table beside it.
 */
static void rates_hold(void **state)
{
    (void)state;
    static const Shape rows[] = {{3, 1, 3}, {3, 1, 9}, {7, 1, 3}, {10, 1, 3}, {3, 4, 3}};
    const double level = 0.05, limit = level + 3.0 * sqrt(level * (1.0 - level) / n_studies);
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        int n_wrong = 0, n_wrong_chi2 = 0;
        for (int i = 0; i < n_studies; i++) {
            SurvivalTime times[MOST];
            const int n = draw_study((uint64_t)i, rows[r], 0.0, times);
            const SurvivalTest test = judge_times(times, n, rows[r].n_groups);
            n_wrong += test.p_shuffled <= level;
            n_wrong_chi2 += test.p <= level;
        }
        printf("| %d | %d | %d | %.1f | %.1f |\n", rows[r].n_groups, rows[r].n_networks,
               rows[r].n_seeds, 100.0 * n_wrong_chi2 / n_studies, 100.0 * n_wrong / n_studies);
        if (!(n_wrong <= limit * n_studies))
            fail_msg("row %zu: wrong in %d of %d", r, n_wrong, n_studies);
    }
}

/* What is there is found: a group two deviations of a trial later, three of a network's mean. */
static void differences_are_found(void **state)
{
    (void)state;
    static const Shape shapes[] = {{2, 1, 9}, {2, 6, 3}};
    static const double late[] = {6.0, 9.0};
    for (size_t r = 0; r < ARRAY_LEN(shapes); r++) {
        int n_found = 0;
        for (int i = 0; i < 100; i++) {
            SurvivalTime times[MOST];
            const int n = draw_study((uint64_t)i, shapes[r], late[r], times);
            n_found += judge_times(times, n, shapes[r].n_groups).p_shuffled <= 0.05;
        }
        if (n_found < 80)
            fail_msg("row %zu: found in %d of 100", r, n_found);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logrank_is_scipys),  cmocka_unit_test(ties_and_order),
        cmocka_unit_test(medians_are_scipys), cmocka_unit_test(nothing_to_say),
        cmocka_unit_test(early_leavers),      cmocka_unit_test(shuffles_deal_units),
        cmocka_unit_test(rates_hold),         cmocka_unit_test(differences_are_found)};
    if (argc > 1)
        n_studies = (int)strtol(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
