/* Student's t against published tables, intervals and seed numbers against hand calculation. */
#include "tests/results/fits_fixture.h"
#include "tests/results/table_fixture.h"

#include "base/err.h"
#include "results/stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.15g is not within %g of %.15g", got, tolerance, wanted);
}

/* Quantiles of NIST/SEMATECH e-Handbook table 1.3.6.7.2 (three decimals: tolerance 0.0005). */
static void test_published_table(void **state)
{
    (void)state;
    static const struct {
        double df, p95, p975, p995;
    } rows[] = {{1, 6.314, 12.706, 63.657}, {2, 2.920, 4.303, 9.925},  {3, 2.353, 3.182, 5.841},
                {4, 2.132, 2.776, 4.604},   {5, 2.015, 2.571, 4.032},  {9, 1.833, 2.262, 3.250},
                {10, 1.812, 2.228, 3.169},  {29, 1.699, 2.045, 2.756}, {100, 1.660, 1.984, 2.626}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        near(stats_t_quantile(0.95, rows[i].df), rows[i].p95, 0.0005001);
        near(stats_t_quantile(0.975, rows[i].df), rows[i].p975, 0.0005001);
        near(stats_t_quantile(0.995, rows[i].df), rows[i].p995, 0.0005001);
        near(stats_t_quantile(0.025, rows[i].df), -rows[i].p975, 0.0005001);
    }
}

/* Closed forms: df = 1 is 1/2 + atan(t)/pi, df = 2 is 1/2 + t / (2 sqrt(2 + t^2)); 1e-13 is some
 * hundred roundings of numbers below 1. */
static void test_closed_forms(void **state)
{
    (void)state;
    for (double t = -30.0; t <= 30.0; t += 0.37) {
        near(stats_t_cdf(t, 1.0), 0.5 + atan(t) / acos(-1.0), 1e-13);
        near(stats_t_cdf(t, 2.0), 0.5 + t / (2.0 * sqrt(2.0 + t * t)), 1e-13);
    }
    near(stats_t_cdf(0.0, 7.5), 0.5, 1e-13);
    near(stats_t_cdf(1.96, 1e6), 0.9750018,
         1e-6); /* the normal distribution's 0.9750021 - O(1/df) */
    assert_true(stats_t_cdf((double)INFINITY, 3.0) == 1.0);
    assert_true(isnan(stats_t_cdf((double)NAN, 3.0)));
}

/* The quantile inverts the distribution, also for fractional degrees of freedom. */
static void test_quantile_inverts(void **state)
{
    (void)state;
    static const double dfs[] = {1.0, 1.7, 2.0, 3.3, 12.0, 250.0};
    for (size_t i = 0; i < ARRAY_LEN(dfs); i++)
        for (double p = 0.001; p < 1.0; p += 0.0499)
            near(stats_t_cdf(stats_t_quantile(p, dfs[i]), dfs[i]), p, 1e-12);
    assert_true(stats_t_quantile(0.5, 4.0) == 0.0);
}

/* Student's sleep data (Biometrika 1908): paired 95 % interval -2.4599 to -0.7001, Welch's -3.3655
 * to 0.2055, as in every textbook and R's help page of t.test. */
static void test_sleep_data(void **state)
{
    (void)state;
    static const double a[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    static const double b[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    const StatsInterval paired = stats_paired(a, b, 10, 0.95);
    near(paired.low, -2.4598858, 1e-6);
    near(paired.high, -0.7001142, 1e-6);
    assert_int_equal(paired.n, 10);
}

/* Fewer than three values have a mean but no interval; equal values an empty one. */
static void test_few_and_equal(void **state)
{
    (void)state;
    static const double x[] = {3.0, 5.0, 4.0}, same[] = {2.0, 2.0, 2.0};
    const StatsInterval two = stats_interval(x, 2, 0.9);
    near(two.mean, 4.0, 0.0);
    assert_true(isnan(two.low) && isnan(two.high));
    const StatsInterval none = stats_interval(x, 0, 0.9);
    assert_true(isnan(none.mean) && isnan(none.sd) && none.n == 0);
    const StatsInterval flat = stats_interval(same, 3, 0.9);
    assert_true(flat.low == 2.0 && flat.high == 2.0);
    near(stats_sd(x, 3), 1.0, 0.0);
    const StatsInterval three = stats_interval(x, 3, 0.9); /* 4 -+ 2.9199856 * 1/sqrt(3) */
    near(three.low, 4.0 - 2.9199855803537 / sqrt(3.0), 1e-10);
}

/* F's upper tail is scipy's to 1e-10 of itself: exp of log gammas near 5e3 in the largest case. */
static void test_f_tail(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fixture_f); i += 4)
        near(stats_f_tail(fixture_f[i], fixture_f[i + 1], fixture_f[i + 2]), fixture_f[i + 3],
             1e-10 * fixture_f[i + 3]);
    assert_true(stats_f_tail(0.0, 2.0, 3.0) == 1.0);
    assert_true(stats_f_tail((double)INFINITY, 2.0, 3.0) == 0.0);
    assert_true(isnan(stats_f_tail((double)NAN, 2.0, 3.0)));
    near(stats_f_tail(2.25, 1.0, 7.0), 2.0 * stats_t_cdf(-1.5, 7.0),
         1e-13); /* F(1, n) is t squared */
}

/* Quantiles of a sample are numpy's (its default rule), to some roundings of values near 1. */
static void test_sample_quantile(void **state)
{
    (void)state;
    double x[ARRAY_LEN(fixture_sample)], one = 7.0;
    for (size_t i = 0; i < ARRAY_LEN(fixture_quantiles); i += 2) {
        memcpy(x, fixture_sample, sizeof x);
        near(stats_sample_quantile(x, (int)ARRAY_LEN(x), fixture_quantiles[i]),
             fixture_quantiles[i + 1], 1e-14);
    }
    assert_true(stats_sample_quantile(&one, 1, 0.3) == 7.0);
}

/* The number given suffices and one less does not, by the definition in the header. */
static void test_seeds_needed(void **state)
{
    (void)state;
    for (double sd = 0.2; sd < 6.0; sd *= 1.6) {
        const int n = stats_seeds_needed(sd, 1.0, 0.9, 0.8);
        assert_true(n >= STATS_MIN_N);
        const double t = stats_t_quantile(0.95, n - 1) + stats_t_quantile(0.8, n - 1);
        assert_true(t * sd / sqrt(n) <= 1.0);
        if (n > STATS_MIN_N) {
            const double less = stats_t_quantile(0.95, n - 2) + stats_t_quantile(0.8, n - 2);
            assert_true(less * sd / sqrt(n - 1) > 1.0);
        }
    }
    assert_int_equal(stats_seeds_needed((double)NAN, 1.0, 0.9, 0.8), 0);
    assert_int_equal(stats_seeds_needed(1.0, 0.0, 0.9, 0.8), 0);
    assert_int_equal(stats_seeds_needed(1e9, 1e-3, 0.9, 0.8), 0);
    assert_int_equal(stats_seeds_needed(0.0, 1.0, 0.9, 0.8), STATS_MIN_N);
}

/* scipy's tables are in test_verdict_table; here the interval by the normal quantile, and ends. */
static void test_correlation(void **state)
{
    (void)state;
    const double up[] = {1, 2, 3, 4, 5}, down[] = {9, 7, 5, 3, 1}, flat[] = {2, 2, 2, 2, 2};
    const StatsInterval twelve = stats_correlation(0.8, 12, 0.9);
    near(twelve.low, table_interval[0], 1e-9);
    near(twelve.high, table_interval[1], 1e-9);
    assert_true(stats_spearman(up, up, 5) == 1.0 && stats_spearman(up, down, 5) == -1.0);
    assert_true(stats_correlation(1.0, 5, 0.9).low == 1.0);
    assert_true(isnan(stats_spearman(up, flat, 5)) && isnan(stats_spearman(up, down, 2)));
    assert_true(isnan(stats_correlation(0.5, 3, 0.9).low));
}

/* x, df, scipy.stats.chi2.sf(x, df); sums of up to 500 positive terms. */
static void test_chi2_tail(void **state)
{
    (void)state;
    static const double rows[][3] = {
        {3.2, 2, 0.2018965179946554},     {0.5, 1, 0.47950012218695337},
        {7.3, 5, 0.19926778992124214},    {40.0, 30, 0.10486428110798468},
        {2.0, 3, 0.5724067044708798},     {900.0, 1000, 0.9892827619087102},
        {150.0, 4, 2.035764090974152e-31}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        near(stats_chi2_tail(rows[i][0], (int)rows[i][1]), rows[i][2], 1e-11 * rows[i][2]);
    assert_true(stats_chi2_tail(0.0, 3) == 1.0 && stats_chi2_tail((double)INFINITY, 3) == 0.0);
    assert_true(isnan(stats_chi2_tail((double)NAN, 3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_table),  cmocka_unit_test(test_closed_forms),
        cmocka_unit_test(test_quantile_inverts), cmocka_unit_test(test_sleep_data),
        cmocka_unit_test(test_few_and_equal),    cmocka_unit_test(test_f_tail),
        cmocka_unit_test(test_sample_quantile),  cmocka_unit_test(test_seeds_needed),
        cmocka_unit_test(test_correlation),      cmocka_unit_test(test_chi2_tail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
