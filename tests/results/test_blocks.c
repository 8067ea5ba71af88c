/* results/blocks against numpy and scipy (fits_fixture.h), and against paired t where they must
 * agree. */
#include "tests/results/fits_fixture.h"

#include "results/blocks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { NETWORKS = 5, SEEDS = 4 };

/* Roundings of values near 60 in double, some hundred of them: 1e-11. Quantiles are good to 1e-12.
 */
#define ROUNDINGS 1e-11

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.15g is not within %g of %.15g", got, tolerance, wanted);
}

static Blocks fit(const double *y, int n_networks, int n_seeds, Arena *arena)
{
    Err err = {0};
    Blocks blocks;
    assert_int_equal(blocks_fit(&blocks, y, n_networks, n_seeds, arena, &err), ERR_NONE);
    return blocks;
}

/* Property: with missing cells, noise, degrees of freedom and means are those of least squares. */
static void model_is_that_of_least_squares(void **state)
{
    (void)state;
    Arena arena = {0};
    const Blocks blocks = fit(fixture_cells, NETWORKS, SEEDS, &arena);
    near(blocks.sd, fixture_sd, ROUNDINGS);
    near(blocks.df, fixture_df, 0.0);
    for (int p = 0; p < NETWORKS; p++)
        near(blocks.means[p], fixture_means[p], ROUNDINGS);
    arena_release(&arena);
}

/* Property: effect, shrunken deviation, interval and both p are scipy's, over the seeds that are
 * whole. */
static void contrast_is_that_of_scipy(void **state)
{
    (void)state;
    Arena arena = {0};
    const Blocks blocks = fit(fixture_cells, NETWORKS, SEEDS, &arena);
    const BlocksContrast contrast = blocks_contrast(&blocks, fixture_weights, NULL, 0.90);
    const double got[] = {contrast.interval.mean, contrast.interval.sd, contrast.interval.low,
                          contrast.interval.high, contrast.p,           contrast.p_alone};
    for (size_t i = 0; i < ARRAY_LEN(got); i++)
        near(got[i], fixture_contrast[i], ROUNDINGS);
    assert_int_equal(contrast.interval.n, 2); /* two cells of it are missing, in different seeds */
    arena_release(&arena);
}

/* Property: of two networks the own variance is the pooled one, so shrinking leaves the paired t's.
 */
static void two_networks_are_a_paired_t(void **state)
{
    (void)state;
    Arena arena = {0};
    const double y[] = {61.5, 60.25, 63.0, 62.0, 60.0, 59.0, 62.75, 60.5}, c[] = {1.0, -1.0};
    const Blocks blocks = fit(y, 2, 4, &arena);
    const BlocksContrast contrast = blocks_contrast(&blocks, c, NULL, 0.90);
    const StatsInterval paired = stats_paired(y, y + 4, 4, 0.90);
    near(contrast.interval.sd, paired.sd, ROUNDINGS);
    near(contrast.interval.low, paired.low, ROUNDINGS);
    near(contrast.p, contrast.p_alone, ROUNDINGS);
    arena_release(&arena);
}

/* Property: what the data do not say is NaN: noise of one seed, a network without values. */
static void what_is_not_there_is_nan(void **state)
{
    (void)state;
    Arena arena = {0};
    const double none = (double)NAN, y[] = {1.0, none, 2.0, none, none, none},
                 c[] = {1.0, 0.0, -1.0};
    const Blocks one = fit(y, 3, 1, &arena);
    assert_true(isnan(one.sd) && one.df == 0.0 && isnan(one.means[1]) && one.means[2] == 2.0);
    assert_true(isnan(blocks_contrast(&one, c, NULL, 0.90).interval.low));
    const Blocks two = fit(y, 3, 2, &arena);
    assert_true(isnan(two.sd) && isnan(two.means[2]));
    const BlocksContrast apart = blocks_contrast(&two, c, NULL, 0.90);
    assert_true(apart.interval.n == 0 && isnan(apart.interval.mean) && isnan(apart.p));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(model_is_that_of_least_squares),
                                       cmocka_unit_test(contrast_is_that_of_scipy),
                                       cmocka_unit_test(two_networks_are_a_paired_t),
                                       cmocka_unit_test(what_is_not_there_is_nan)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
