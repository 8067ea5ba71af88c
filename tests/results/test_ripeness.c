/*
 * results/ripeness on curves whose truth is known: the table of docs/verdicts.md, and each state.
 *
 *     test_ripeness [STUDIES]    of each case; 200 unless given
 *
 * A rate that must not pass a limit fails when it passes it by four binomial deviations at that
 * limit: with 200 studies chance does that once in 30,000 cases.
 */
#include "results/ripeness.h"

#include "base/err.h"
#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { EPOCHS = 24, SEEDS = 3, CLASSES = 10 };

static int n_studies = 200;

/* --- rates --- */

/* Accuracy in percent after a share t of the epochs: from chance straight to `top`, or settling
 * there. */
static double straight(double top, double t)
{
    return 10.0 + (top - 10.0) * t;
}

static double settled(double top, double t)
{
    return 10.0 + (top - 10.0) * (1.0 - exp(-10.0 * t));
}

static const struct {
    const char *name;
    double (*truth)(double top, double t);
    double top;
    int n_val;
    double least, most; /* share of studies that are to be called unripe */
} cases[] = {
    {"a straight line to 60 %", straight, 60, 500, 0.95, 1},
    {"a straight line to 60 %", straight, 60, 2000, 0.95, 1},
    {"a straight line to 60 %", straight, 60, 10000, 0.95, 1},
    {"never left chance", straight, 10, 500, 0.99, 1},
    {"never left chance", straight, 10, 10000, 0.99, 1},
    {"settled at 60 %", settled, 60, 500, 0, 0.01},
    {"settled at 60 %", settled, 60, 2000, 0, 0.01},
    {"settled at 20 %", settled, 20, 500, 0, 1},
    {"settled at 20 %", settled, 20, 2000, 0, 0.05},
};

/* Binomial noise of n images, as a normal one: n p is 50 at least. */
static double measure(double top1, int n, Rng *rng)
{
    const double p = top1 / 100.0;
    return 100.0 * (p + sqrt(p * (1.0 - p) / n) * rng_normal(rng));
}

static int count_unripe(size_t i)
{
    const RipenessRun run = {.n_epochs = EPOCHS, .n_val = cases[i].n_val, .classes = CLASSES};
    int n = 0;
    for (int study = 0; study < n_studies; study++) {
        Rng rng = rng_start(i, RNG_BOOTSTRAP, 0, (uint64_t)study);
        double values[SEEDS][EPOCHS];
        const double *curves[SEEDS];
        for (int s = 0; s < SEEDS; s++) {
            curves[s] = values[s];
            for (int e = 0; e < EPOCHS; e++)
                values[s][e] =
                    measure(cases[i].truth(cases[i].top, (e + 1.0) / EPOCHS), cases[i].n_val, &rng);
        }
        const Ripeness ripeness = ripeness_judge(curves, SEEDS, &run);
        n += ripeness_is_unripe(&ripeness);
    }
    return n;
}

static void rates_hold(void **state)
{
    (void)state;
    printf("\n| curve | validation images | unripe |\n|---|---|---|\n");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const double least = cases[i].least, most = cases[i].most;
        const double share = (double)count_unripe(i) / n_studies;
        printf("| %s | %d | %.1f |\n", cases[i].name, cases[i].n_val, 100.0 * share);
        if (!(share >= least - 4.0 * sqrt(least * (1.0 - least) / n_studies)) ||
            !(share <= most + 4.0 * sqrt(most * (1.0 - most) / n_studies)))
            fail_msg("%s: %.3f is not from %.3f to %.3f", cases[i].name, share, least, most);
    }
}

/* --- states --- */

static const double rising[] = {12, 20, 28, 36, 44, 52, 60, 68};
static const double flat[] = {30, 45, 55, 58, 60, 60, 60, 60};
static const double guessing[] = {10, 10.4, 9.7, 10, 10.2, 10, 9.9, 10.1};
static const RipenessRun run = {.n_epochs = 8, .n_val = 2000, .classes = 10};

static Ripeness judge(const double *a, const double *b)
{
    const double *const curves[] = {a, b};
    return ripeness_judge(curves, 2, &run);
}

/* Each state, and the epochs it asks for. */
static void states_are_told(void **state)
{
    (void)state;
    static const struct {
        const double *a, *b;
        RipenessState state;
        int epochs;
    } rows[] = {{flat, flat, RIPENESS_RIPE, 8},
                {rising, rising, RIPENESS_RISES, 16},
                {flat, rising, RIPENESS_RIPE, 8}, /* the mean curve counts: 57, 64 */
                {guessing, guessing, RIPENESS_GUESSES, 32},
                {flat, guessing, RIPENESS_SPLIT, 32}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const Ripeness ripeness = judge(rows[i].a, rows[i].b);
        if (ripeness.state != rows[i].state)
            fail_msg("row %zu: state %d, not %d", i, (int)ripeness.state, (int)rows[i].state);
        assert_int_equal(ripeness_epochs_to_try(&ripeness, 8), rows[i].epochs);
    }
}

/* Few epochs are unripe whatever they show; without curves nothing is known. */
static void short_and_unknown(void **state)
{
    (void)state;
    const double *const curves[] = {flat};
    const RipenessRun seven = {.n_epochs = 7, .n_val = 2000, .classes = 10};
    const Ripeness few = ripeness_judge(curves, 1, &seven), none = ripeness_judge(curves, 0, &run);
    assert_int_equal(few.state, RIPENESS_SHORT);
    assert_int_equal(ripeness_epochs_to_try(&few, 3), 8);
    assert_int_equal(none.state, RIPENESS_UNKNOWN);
    assert_false(ripeness_is_unripe(&none));
}

/*
 * L, Q and se by the definition: c = np.mean([rising, flat], 0); L, Q = c[6:8].mean(),
 * c[4:6].mean() 100 * np.sqrt(sum(p * (1 - p) for p in (L / 100, Q / 100)) / (2000 * 2 * 2))
 */
static void windows_are_numpys(void **state)
{
    (void)state;
    const Ripeness ripeness = judge(rising, flat);
    assert_true(ripeness.last == 62.0 && ripeness.before == 54.0);
    assert_true(fabs(ripeness.error - 0.77781746) < 1e-7);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_hold), cmocka_unit_test(states_are_told),
        cmocka_unit_test(short_and_unknown), cmocka_unit_test(windows_are_numpys)};
    if (argc > 1)
        n_studies = (int)strtol(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
