/* results/sizefit: known constants, scipy (fits_fixture.h), and what it warns of. */
#include "tests/results/fits_fixture.h"
#include "tests/results/sizeplanted.h"

#include "base/err.h"
#include "results/sizefit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.15g is not within %g of %.15g", got, tolerance, wanted);
}

/*
 * Property: without noise the surface's constants come back, and the parabola's intercept has the
 * bias that its range of sizes gives it. 1e-6 is the last digit of the numbers they are compared
 * with; constants come back to 1e-8, four digits above what rounding leaves of 75 losses.
 */
static void known_constants_are_recovered(void **state)
{
    (void)state;
    static const struct {
        double range, intercept;
    } cases[] = {{2, -0.556779}, {4, -0.561045}, {8, -0.568151}, {16, -0.578092}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        SizeRow rows[SIZEPLANTED_ROWS];
        const SizeTable table = sizeplanted_rows(rows, cases[i].range);
        const SizeFit out = sizeplanted_fit(&table, &arena);
        near(out.parabola.exponent, 0.34 / 0.62, 1e-6);
        near(out.parabola.intercept, cases[i].intercept, 1e-6);
        near(out.surface.E, 1.69, 1e-8);
        near(out.surface.A, 406.4, 1e-8 * 406.4);
        near(out.surface.p, 0.34, 1e-8);
        near(out.surface.B, 410.7, 1e-8 * 410.7);
        near(out.surface.q, 0.28, 1e-8);
        near(out.surface_law.exponent, 0.548387, 1e-6);
        near(out.surface_law.intercept, -0.555357, 1e-6);
        near(sizesurface_train_intercept(&out.surface_law), -0.555357 + 0.548387 * log10(2.0),
             2e-6);
        assert_non_null(out.warning); /* the bias is larger than an interval without noise */
        arena_release(&arena);
    }
}

/*
 * Property: with noise both laws, their intervals, and those of a budget's optimum are scipy's.
 * least_squares ends at 1e-9 of its parameters, and its derivatives are differences: 1e-6.
 */
static void noisy_fits_are_those_of_scipy(void **state)
{
    (void)state;
    enum { GROUPS = 4, EACH = 9 };
    Arena arena = {0};
    SizeRow rows[GROUPS * EACH];
    for (int i = 0; i < GROUPS * EACH; i++)
        rows[i] = (SizeRow){fixture_sizes[3 * i], fixture_sizes[3 * i + 1],
                            fixture_sizes[3 * i + 2], 0.0};
    const SizeTable table = sizeplanted_table(rows, GROUPS, EACH);
    const SizeFit out = sizeplanted_fit(&table, &arena);
    const double parabola[] = {out.parabola.exponent, out.parabola.intercept, out.parabola.low,
                               out.parabola.high, out.parabolas[0].factor};
    for (size_t i = 0; i < ARRAY_LEN(parabola); i++)
        near(parabola[i], fixture_parabola[i], 1e-11);
    const SizeHeldOut *held = &out.held_out;
    assert_true(held->is_tested && held->is_judged && held->n_fitted == GROUPS - 1);
    const double sizes[] = {held->predicted.images,
                            held->predicted.factor,
                            held->found.images,
                            held->found.factor,
                            held->ratio,
                            held->factor};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        near(sizes[i], fixture_held_out[i], 1e-11 * fixture_held_out[i]);
    const double surface[] = {out.surface.E,
                              out.surface.A,
                              out.surface.p,
                              out.surface.B,
                              out.surface.q,
                              out.surface_law.exponent,
                              out.surface_law.intercept,
                              out.surface_law.low,
                              out.surface_law.high,
                              out.optima[0].factor};
    for (size_t i = 0; i < ARRAY_LEN(surface); i++)
        near(surface[i], fixture_surface[i], 1e-6 * fabs(fixture_surface[i]));
    arena_release(&arena);
}

/* Property: three sizes a budget leave a parabola no degrees of freedom: no interval, no NaN else.
 */
static void three_sizes_have_no_interval(void **state)
{
    (void)state;
    Arena arena = {0};
    SizeRow rows[6];
    for (int i = 0; i < 6; i++) {
        const double macs = pow(4.0, i % 3), images = (i < 3 ? 1e4 : 1e5) / macs;
        rows[i] = (SizeRow){macs, images, 1.0 + 1.0 / macs + 1e3 / images, 0.0};
    }
    const SizeTable table = sizeplanted_table(rows, 2, 3);
    const SizeFit out = sizeplanted_fit(&table, &arena);
    assert_true(out.has_parabola && isfinite(out.parabola.exponent));
    assert_true(out.df == 0.0 && isnan(out.parabola.low) && isnan(out.parabolas[0].factor));
    arena_release(&arena);
}

/* Property: losses that only fall with size have no minimum; it is said, and no law is made up. */
static void no_minimum_is_said(void **state)
{
    (void)state;
    Arena arena = {0};
    SizeRow rows[10];
    for (int i = 0; i < 10; i++) {
        const double macs = pow(2.0, i % 5), images = (i < 5 ? 1e6 : 1e7) / macs;
        rows[i] = (SizeRow){macs, images, 2.0 - 0.01 * (i % 5) * (i % 5), 0.0};
    }
    const SizeTable table = sizeplanted_table(rows, 2, 5);
    const SizeFit out = sizeplanted_fit(&table, &arena);
    assert_false(out.has_parabola);
    assert_true(isnan(out.parabola.exponent) && isnan(out.surface_law.exponent));
    assert_non_null(strstr(out.warning, "has no minimum"));
    assert_non_null(strstr(out.warning, "not determined"));
    arena_release(&arena);
}

/* Property: budgets by name only, of one compute, have no law, and it is said. */
static void one_compute_has_no_law(void **state)
{
    (void)state;
    Arena arena = {0};
    SizeRow rows[10];
    for (int i = 0; i < 10; i++) {
        const double macs = pow(2.0, i % 5), images = 1e6 / macs;
        rows[i] = (SizeRow){macs, images, 2.0 + 0.01 * pow(i % 5 - 2, 2) + 0.001 * (i / 5), 0.0};
    }
    const SizeTable table = sizeplanted_table(rows, 2, 5);
    const SizeFit out = sizeplanted_fit(&table, &arena);
    assert_true(isfinite(out.parabolas[0].macs) && isfinite(out.parabolas[1].macs));
    assert_false(out.has_parabola);
    assert_true(isnan(out.parabola.exponent));
    assert_non_null(strstr(out.warning, "have one compute"));
    arena_release(&arena);
}

/*
 * Property: losses that fall by the logarithm of images want an exponent of 0, and ends of the
 * search are no answer: the surface is not determined. Nor is it where they end at one number of
 * images, which wants an exponent without end.
 */
static void exponents_at_their_limits_are_no_answer(void **state)
{
    (void)state;
    for (int is_steep = 0; is_steep < 2; is_steep++) {
        Arena arena = {0};
        SizeRow rows[SIZEPLANTED_ROWS];
        const SizeTable table = sizeplanted_rows(rows, 8.0);
        double fewest = (double)INFINITY;
        for (int i = 0; i < SIZEPLANTED_ROWS; i++)
            fewest = fmin(fewest, rows[i].images);
        for (int i = 0; i < SIZEPLANTED_ROWS; i++)
            rows[i].loss =
                100.0 + 406.4 * pow(rows[i].macs, -0.34) +
                (is_steep ? pow(rows[i].images / fewest, -9.0) : -0.1 * log(rows[i].images));
        const SizeFit out = sizeplanted_fit(&table, &arena);
        near(out.surface.q, is_steep ? 5.0 : 0.01, 1e-6);
        assert_false(out.surface.is_determined);
        assert_true(isnan(out.surface_law.exponent));
        arena_release(&arena);
    }
}

/* Property: a best size beyond those trained is marked and said. */
static void extrapolation_is_said(void **state)
{
    (void)state;
    Arena arena = {0};
    SizeRow rows[SIZEPLANTED_ROWS];
    sizeplanted_rows(rows, 4.0);
    for (int i = 0; i < SIZEPLANTED_ROWS; i++) { /* the same budgets, all networks too small */
        const double budget = rows[i].macs * rows[i].images;
        rows[i].macs /= 8.0;
        rows[i].images = budget / rows[i].macs;
        rows[i].loss = sizeplanted_loss(rows[i].macs, rows[i].images);
    }
    const SizeTable table = sizeplanted_table(rows, SIZEPLANTED_BUDGETS, SIZEPLANTED_SIZES);
    const SizeFit out = sizeplanted_fit(&table, &arena);
    assert_false(out.parabolas[0].is_inside || out.optima[0].is_inside);
    assert_non_null(strstr(out.warning, "outside the sizes trained"));
    arena_release(&arena);
}

/* Property: where noise hides the parabola's bias there is nothing to warn of. */
static void agreement_is_silent(void **state)
{
    (void)state;
    Arena arena = {0};
    SizeRow rows[SIZEPLANTED_ROWS];
    const SizeTable table = sizeplanted_rows(rows, 4.0);
    for (int i = 0; i < SIZEPLANTED_ROWS; i++) /* an alternating noise that no curve follows */
        rows[i].loss += i % 2 == 0 ? 0.01 : -0.01;
    assert_null(sizeplanted_fit(&table, &arena).warning);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_constants_are_recovered),
                                       cmocka_unit_test(noisy_fits_are_those_of_scipy),
                                       cmocka_unit_test(three_sizes_have_no_interval),
                                       cmocka_unit_test(no_minimum_is_said),
                                       cmocka_unit_test(one_compute_has_no_law),
                                       cmocka_unit_test(exponents_at_their_limits_are_no_answer),
                                       cmocka_unit_test(extrapolation_is_said),
                                       cmocka_unit_test(agreement_is_silent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
