/* results/sizefit: known constants, scipy (fits_fixture.h), and what it warns of. */
#include "tests/results/fits_fixture.h"

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

enum { BUDGETS = 5, SIZES = 15, ROWS = BUDGETS * SIZES };

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.15g is not within %g of %.15g", got, tolerance, wanted);
}

/* A table over rows, n_groups budgets of n_sizes each. */
static SizeTable table_of(const SizeRow *rows, int n_groups, int n_sizes)
{
    static SizeGroup groups[BUDGETS];
    for (int g = 0; g < n_groups; g++) {
        const SizeRow *first = rows + (ptrdiff_t)g * n_sizes;
        groups[g] = (SizeGroup){first, n_sizes, n_sizes, 6.0 * first->macs * first->images};
    }
    return (SizeTable){rows, n_groups * n_sizes, groups, n_groups};
}

/* Hoffmann et al.'s surface, as fitted by them, with exponents p and q. */
static double loss_of(double macs, double images)
{
    return 1.69 + 406.4 * pow(macs, -0.34) + 410.7 * pow(images, -0.28);
}

/* Sizes around the best of C = 10^17 ... 10^21, log-spaced from 1/range to range times it. */
static SizeTable planted(SizeRow *rows, double range)
{
    const double level = log(0.34 * 406.4 / (0.28 * 410.7)) / 0.62;
    for (int g = 0; g < BUDGETS; g++)
        for (int i = 0; i < SIZES; i++) {
            const double budget = pow(10.0, 17 + g) / 6.0;
            const double macs =
                exp(level + 0.28 / 0.62 * log(budget) + log(range) * (2.0 * i / (SIZES - 1) - 1.0));
            rows[g * SIZES + i] = (SizeRow){macs, budget / macs, loss_of(macs, budget / macs), 0.0};
        }
    return table_of(rows, BUDGETS, SIZES);
}

static SizeFit fit(const SizeTable *table, Arena *arena)
{
    Err err = {0};
    SizeFit out;
    assert_int_equal(sizefit_run(&out, table, arena, &err), ERR_NONE);
    return out;
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
        SizeRow rows[ROWS];
        const SizeTable table = planted(rows, cases[i].range);
        const SizeFit out = fit(&table, &arena);
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
    const SizeTable table = table_of(rows, GROUPS, EACH);
    const SizeFit out = fit(&table, &arena);
    const double parabola[] = {out.parabola.exponent, out.parabola.intercept, out.parabola.low,
                               out.parabola.high, out.parabolas[0].factor};
    for (size_t i = 0; i < ARRAY_LEN(parabola); i++)
        near(parabola[i], fixture_parabola[i], 1e-11);
    const SizeHeldOut *held = &out.held_out;
    assert_true(held->is_tested && held->is_judged && held->n_fitted == GROUPS - 1);
    const double sizes[] = {held->predicted.images, held->predicted.factor, held->found.images,
                            held->found.factor};
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

/*
 * Property: on the known surface a parabola's bias is the same at each budget, so the smaller ones
 * foretell the largest's best size: 1e-9 is what rounding leaves of a parabola's minimum. A largest
 * budget that wants four times the size is not as foretold; of two budgets none is held out.
 */
static void the_largest_budget_is_foretold(void **state)
{
    (void)state;
    enum { BENT = 4 };
    for (int bend = 1; bend <= BENT; bend += BENT - 1) {
        Arena arena = {0};
        SizeRow rows[ROWS];
        Text text = {0};
        SizeTable table = planted(rows, 8.0);
        for (int i = ROWS - SIZES; i < ROWS; i++) { /* the same losses */
            rows[i].macs *= bend;
            rows[i].images /= bend;
        }
        const SizeFit out = fit(&table, &arena);
        assert_true(out.held_out.is_tested && out.held_out.n_fitted == BUDGETS - 1);
        near(out.held_out.compute, 1e21, 1e12);
        near(out.held_out.found.macs / out.held_out.predicted.macs, bend, 1e-9 * bend);
        assert_true(out.held_out.is_judged && out.held_out.agrees == (bend == 1));
        sizeheldout_text(&out.held_out, &text);
        assert_non_null(strstr(text_string(&text), "the law of the 4 smaller ones says"));
        assert_true((strstr(text_string(&text), "; they agree") != NULL) == (bend == 1));
        table.n_groups = 2;
        assert_false(fit(&table, &arena).held_out.is_tested);
        text_release(&text);
        arena_release(&arena);
    }
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
    const SizeTable table = table_of(rows, 2, 3);
    const SizeFit out = fit(&table, &arena);
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
    const SizeTable table = table_of(rows, 2, 5);
    const SizeFit out = fit(&table, &arena);
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
    const SizeTable table = table_of(rows, 2, 5);
    const SizeFit out = fit(&table, &arena);
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
        SizeRow rows[ROWS];
        const SizeTable table = planted(rows, 8.0);
        double fewest = (double)INFINITY;
        for (int i = 0; i < ROWS; i++)
            fewest = fmin(fewest, rows[i].images);
        for (int i = 0; i < ROWS; i++)
            rows[i].loss =
                100.0 + 406.4 * pow(rows[i].macs, -0.34) +
                (is_steep ? pow(rows[i].images / fewest, -9.0) : -0.1 * log(rows[i].images));
        const SizeFit out = fit(&table, &arena);
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
    SizeRow rows[ROWS];
    planted(rows, 4.0);
    for (int i = 0; i < ROWS; i++) { /* the same budgets, all networks too small */
        const double budget = rows[i].macs * rows[i].images;
        rows[i].macs /= 8.0;
        rows[i].images = budget / rows[i].macs;
        rows[i].loss = loss_of(rows[i].macs, rows[i].images);
    }
    const SizeTable table = table_of(rows, BUDGETS, SIZES);
    const SizeFit out = fit(&table, &arena);
    assert_false(out.parabolas[0].is_inside || out.optima[0].is_inside);
    assert_non_null(strstr(out.warning, "outside the sizes trained"));
    arena_release(&arena);
}

/* Property: where noise hides the parabola's bias there is nothing to warn of. */
static void agreement_is_silent(void **state)
{
    (void)state;
    Arena arena = {0};
    SizeRow rows[ROWS];
    const SizeTable table = planted(rows, 4.0);
    for (int i = 0; i < ROWS; i++) /* an alternating noise that no curve follows */
        rows[i].loss += i % 2 == 0 ? 0.01 : -0.01;
    assert_null(fit(&table, &arena).warning);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_constants_are_recovered),
                                       cmocka_unit_test(noisy_fits_are_those_of_scipy),
                                       cmocka_unit_test(the_largest_budget_is_foretold),
                                       cmocka_unit_test(three_sizes_have_no_interval),
                                       cmocka_unit_test(no_minimum_is_said),
                                       cmocka_unit_test(one_compute_has_no_law),
                                       cmocka_unit_test(exponents_at_their_limits_are_no_answer),
                                       cmocka_unit_test(extrapolation_is_said),
                                       cmocka_unit_test(agreement_is_silent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
