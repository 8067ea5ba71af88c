/*
 * How searches are judged: numbers against SciPy 1.17 (scipy.stats.beta, scipy.stats.t), and two
 * hundred made-up studies of each kind. Thousands are test_verdict_rates.
 */
#include "tests/results/rates.h"

#include "results/verdict_rules.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { N_STUDIES = 200 };

/*
 * Of 200 studies whose rules err in at most 5 %, more than 21 wrong ones have a chance below 0.001
 * (binomial); the seeds are fixed, so that is a bound on bad luck when the test was written.
 */
static const double most_wrong = 0.105;

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.15g is not within %g of %.15g", got, tolerance, wanted);
}

/* Ends of the exact interval of a share, halves too; SciPy prints twelve digits. */
static void share_is_scipys(void **state)
{
    (void)state;
    static const struct {
        double k;
        int n;
        double low, high;
    } rows[] = {{0, 5, 0, 0.450719728347},
                {5, 5, 0.549280271653, 1},
                {4, 5, 0.342591681999, 0.989793781687},
                {4.5, 5, 0.437155389465, 0.999626002972},
                {3, 7, 0.128756392804, 0.774678415968},
                {121, 200, 0.544748234967, 0.662898185437},
                {100.5, 200, 0.442113758231, 0.562830268022},
                {1, 1, 0.05, 1}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const StatsInterval s = stats_share(rows[i].k, rows[i].n, 0.90);
        near(s.mean, rows[i].k / rows[i].n, 1e-15);
        near(s.low, rows[i].low, 1e-11);
        near(s.high, rows[i].high, 1e-11);
    }
    assert_true(isnan(stats_share(0, 0, 0.90).low));
}

/* All ways out: all of five win, four of five are a tie, four runs decide nothing, 200 of a table.
 */
static void share_decides(void **state)
{
    (void)state;
    static const struct {
        double n_won;
        int n, n_least;
        VerdictOutcome outcome;
    } rows[] = {{5, 5, VERDICT_MIN_RUNS, VERDICT_CONFIRMED},
                {0, 5, VERDICT_MIN_RUNS, VERDICT_REFUTED},
                {4, 5, VERDICT_MIN_RUNS, VERDICT_INCONCLUSIVE},
                {4, 4, VERDICT_MIN_RUNS, VERDICT_INCONCLUSIVE},
                {0, 0, VERDICT_MIN_RUNS, VERDICT_INCONCLUSIVE},
                {121, 200, VERDICT_MIN_REPLAYS, VERDICT_CONFIRMED},
                {79, 200, VERDICT_MIN_REPLAYS, VERDICT_REFUTED},
                {121, 199, VERDICT_MIN_REPLAYS, VERDICT_INCONCLUSIVE},
                {1180, 2000, VERDICT_MIN_REPLAYS, VERDICT_INCONCLUSIVE}}; /* sure, but below .6 */
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        StatsInterval share;
        assert_int_equal(verdict_share(rows[i].n_won, rows[i].n, rows[i].n_least, &share),
                         rows[i].outcome);
    }
}

static const double val[3][5] = {
    {60.1, 60.9, 61.2, 60.4, 60.7}, {60.8, 60.2, 61.0, 61.5, 60.3}, {59.9, 61.1, 60.6, 60.9, 61.0}};
static const double test[3][5] = {
    {59.8, 60.5, 61.0, 60.1, 60.6}, {60.6, 60.0, 60.7, 61.2, 60.2}, {59.5, 60.9, 60.3, 60.8, 60.7}};
static const double *const val_rows[] = {val[0], val[1], val[2]};
static const double *const test_rows[] = {test[0], test[1], test[2]};

/* Each seed is judged on the network that the four others choose: 2, 1, 2, 0, 1. */
static void chosen_is_scipys(void **state)
{
    (void)state;
    static const double given[] = {59.1, 59.6, 59.9, 60.0, 59.2};
    static const double wanted[] = {0.4, 0.4, 0.4, 0.1, 1.0};
    double differences[5];
    StatsInterval interval;
    assert_int_equal(verdict_chosen(val_rows, test_rows, 3, given, 5, differences, &interval),
                     VERDICT_CONFIRMED);
    for (int s = 0; s < 5; s++)
        near(differences[s], wanted[s], 1e-12);
    near(interval.mean, 0.46, 1e-12);
    near(interval.low, 0.05194757160504632, 1e-10);
    near(interval.high, 0.8680524283949524, 1e-10);
    assert_int_equal(verdict_chosen(val_rows, test_rows, 3, given, 2, differences, &interval),
                     VERDICT_INCONCLUSIVE);
}

/* Point 1 may lead by 0.855 points, point 2 by 0.569: above a margin of 0.5, below one of 0.9. */
static void borrowed_is_scipys(void **state)
{
    (void)state;
    double differences[5];
    StatsInterval lead;
    int n_beyond = 0;
    assert_int_equal(
        verdict_borrowed(val_rows, test_rows, 3, 0, 5, 0.5, differences, &lead, &n_beyond),
        VERDICT_INCONCLUSIVE);
    assert_int_equal(n_beyond, 2);
    near(lead.mean, 0.14, 1e-12);
    near(lead.high, 0.8553608761414117, 1e-10);
    assert_int_equal(
        verdict_borrowed(val_rows, test_rows, 3, 0, 5, 0.7, differences, &lead, &n_beyond),
        VERDICT_INCONCLUSIVE);
    assert_int_equal(n_beyond, 1);
    assert_int_equal(
        verdict_borrowed(val_rows, test_rows, 3, 0, 5, 0.9, differences, &lead, &n_beyond),
        VERDICT_CONFIRMED);
    /* The chosen lead by -0.38 at least -0.785: surely more than by -0.8. */
    assert_int_equal(
        verdict_borrowed(val_rows, test_rows, 3, 0, 5, -0.8, differences, &lead, &n_beyond),
        VERDICT_REFUTED);
}

/* Nothing there: seldom said to be there; a large effect: mostly seen. */
static void rates_hold(void **state)
{
    (void)state;
    static const RatesShare equal = {0.5, 0.0, 10}, better = {0.9, 0.0, 10};
    static const RatesChosen none = {5, 5, 0, 0, 1}, all = {5, 5, 2, 2, 1};
    static const RatesBorrowed edge = {12, 5, 1, 2, 1, 1}, lost = {12, 5, 5, 2, 1, 1};
    const Rates share = rates_share(&equal, N_STUDIES), chosen = rates_chosen(&none, N_STUDIES);
    const Rates at_edge = rates_borrowed(&edge, N_STUDIES);
    assert_true(share.confirmed <= most_wrong && share.refuted <= most_wrong);
    assert_true(chosen.confirmed <= most_wrong && chosen.refuted <= most_wrong);
    assert_true(at_edge.confirmed <= most_wrong && at_edge.refuted <= most_wrong);
    assert_true(rates_share(&better, N_STUDIES).confirmed > 0.5);
    assert_true(rates_chosen(&all, N_STUDIES).confirmed > 0.4);
    assert_true(rates_borrowed(&lost, N_STUDIES).refuted > 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(share_is_scipys), cmocka_unit_test(share_decides),
        cmocka_unit_test(chosen_is_scipys), cmocka_unit_test(borrowed_is_scipys),
        cmocka_unit_test(rates_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
