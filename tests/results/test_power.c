/*
 * results/power against scipy, and against made-up studies judged by the rules it speaks of.
 *
 *     test_power [STUDIES]    of each simulated case; 200 unless given
 */
#include "tests/results/shapes.h"

#include "base/err.h"
#include "results/blocks.h"
#include "results/power.h"
#include "results/shapefit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static int n_studies = 200;

/* Property: the distribution function is scipy's, to what the header promises. */
static void noncentral_t_is_that_of_scipy(void **state)
{
    (void)state;
    /* scipy 1.17.1: stats.nct.cdf(t, df, delta) */
    static const struct {
        double t, df, delta, p;
    } rows[] = {{1.943, 6, 2.4, 0.31755452810089035},  {2.0, 1, 0.0, 0.8524163823495667},
                {6.3137, 1, 5.0, 0.43410964133391805}, {-1.0, 3, 1.0, 0.03597657076123459},
                {1.7, 18, 0.0, 0.9468274787063946},    {1.65, 200, 2.5, 0.19789025280370712},
                {12.7, 1, 20.0, 0.11642817852526904},  {2.02, 5, -1.0, 0.9942827938419634},
                {2.1, 2.0, 3.0, 0.2037546243285104},   {0.0, 4, 1.5, 0.06680720126885809}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const double p = power_noncentral_t(rows[i].t, rows[i].df, rows[i].delta);
        if (!(fabs(p - rows[i].p) <= 1e-9))
            fail_msg("t %g, df %g, delta %g: %.15g, not %.15g", rows[i].t, rows[i].df,
                     rows[i].delta, p, rows[i].p);
    }
}

/*
 * Property: what is detectable is where scipy's power is 0.8, and power_of says so; tolerance: 1e-9
 * of a probability over the slope there, which is above 0.05 an error.
 */
static void detectable_is_that_of_scipy(void **state)
{
    (void)state;
    /*
     * scipy: df = (P - 1)(n - 1), of contrasts at most n + 3; q = stats.t.ppf(.95, df);
     * sd * sqrt(squares / n) * brentq(lambda d: stats.nct.sf(q, df, d)**k - .8, 0, 60)
     */
    static const struct {
        PowerDesign design;
        double effect;
    } rows[] = {{{1.5, 2.0, 0.90, 1, 10, 2, false}, 4.356872800756025},
                {{1.5, 2.0, 0.90, 3, 10, 3, false}, 4.3366470641928165},
                {{1.0, 4.0, 0.90, 1, 12, 5, false}, 2.4389630960012023},
                {{2.0, 2.0, 0.90, 3, 2, 3, false}, 8.42744364318182},
                {{1.0, 1.3468013468013473, 0.90, 3, 10, 3, true}, 2.1663950707752693},
                {{1.58, 2.0, 0.90, 6, 21, 10, false}, 2.5690036392713886}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const PowerDesign *design = &rows[i].design;
        const double effect = power_detectable(design, 0.80);
        if (!(fabs(effect - rows[i].effect) <= 1e-7))
            fail_msg("case %zu: %.15g, not %.15g", i, effect, rows[i].effect);
        assert_true(fabs(power_of(design, effect) - 0.80) <= 1e-8);
    }
}

/* Property: with the seeds that are said the effect is seen often enough, with one less it is not.
 */
static void seeds_are_the_fewest(void **state)
{
    (void)state;
    PowerDesign design = {1.5, 2.0, 0.90, 3, 10, 3, false};
    const int n = power_seeds(&design, 1.0, 0.80, 1000);
    assert_true(n > 3);
    design.n_seeds = n;
    assert_true(power_of(&design, 1.0) >= 0.80);
    design.n_seeds = n - 1;
    assert_true(power_of(&design, 1.0) < 0.80);
    assert_int_equal(power_seeds(&design, 1e-6, 0.80, 1000), 0);
    assert_int_equal(power_seeds(&design, 0.0, 0.80, 1000), 0);
    static const struct {
        double sd;
        int n;
    } ends[] = {{0.0, 2}, {(double)NAN, 0}, {(double)INFINITY, 0}, {1e6, 0}};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        design.sd = ends[i].sd;
        assert_int_equal(power_seeds(&design, 1.0, 0.80, 1000), ends[i].n);
    }
}

/* Property: the degrees of freedom are the contrast's, four more than its seeds leave, and at most
 * those of all networks. */
static void degrees_of_freedom_are_the_rules(void **state)
{
    (void)state;
    assert_true(power_df(&(PowerDesign){.n_networks = 10, .n_seeds = 2}) == 5);
    assert_true(power_df(&(PowerDesign){.n_networks = 10, .n_seeds = 3}) == 6);
    assert_true(power_df(&(PowerDesign){.n_networks = 2, .n_seeds = 3}) == 2);
    assert_true(power_df(&(PowerDesign){.n_networks = 10, .n_seeds = 3, .is_fit = true}) == 18);
}

/* Property: without degrees of freedom nothing is detectable. */
static void one_seed_sees_nothing(void **state)
{
    (void)state;
    const PowerDesign design = {1.5, 2.0, 0.90, 1, 10, 1, false};
    assert_true(isnan(power_detectable(&design, 0.80)));
    assert_true(isnan(power_of(&design, 10.0)));
}

/*
 * Property: the variance of the usual shapes is numpy's; five do not determine a quadratic.
 * numpy: terms of the centroid less those of a corner, g @ inv(X.T @ X) @ g.
 */
static void shapes_have_their_variance(void **state)
{
    (void)state;
    Arena arena = {0};
    Err err = {0};
    double squares;
    assert_int_equal(power_shape_squares(&squares, shapes_ten, 10, &arena, &err), ERR_NONE);
    assert_true(fabs(squares - 1.3468013468013473) <= 1e-12);
    assert_int_equal(power_shape_squares(&squares, shapes_ten, 7, &arena, &err), ERR_NONE);
    assert_true(fabs(squares - 1.5151515151515158) <= 1e-12);
    assert_int_equal(power_shape_squares(&squares, shapes_ten, 5, &arena, &err), ERR_NONE);
    assert_true(isnan(squares));
    arena_release(&arena);
}

/* --- made-up studies --- */

/* Four binomial deviations at 0.8: chance passes them once in 30,000 cases. */
static double slack(int n)
{
    return 4.0 * sqrt(0.8 * 0.2 / n);
}

enum { NETWORKS = SHAPES_TEN, FASTER = 20 };

/* Share of studies in which the first network is placed above each of the next n_contrasts. */
static double seen(const PowerDesign *design, double effect)
{
    static const double flat[SCHEFFE_CUBIC] = {0.0}, sd[] = {1.0};
    const int n = n_studies * FASTER;
    int n_seen = 0;
    for (int i = 0; i < n; i++) {
        Arena arena = {0};
        Err err = {0};
        Blocks blocks;
        double values[SHAPES_CELLS];
        bool is_seen = true;
        shapes_draw(values, NETWORKS, design->n_seeds, flat, sd, 1, (uint64_t)i);
        for (int s = 0; s < design->n_seeds; s++)
            values[s] += effect;
        assert_int_equal(blocks_fit(&blocks, values, NETWORKS, design->n_seeds, &arena, &err),
                         ERR_NONE);
        for (int k = 1; k <= design->n_contrasts; k++) {
            double c[NETWORKS] = {1.0};
            c[k] = -1.0;
            is_seen &= blocks_contrast(&blocks, c, NULL, design->confidence).interval.low > 0.0;
        }
        n_seen += is_seen;
        arena_release(&arena);
    }
    return (double)n_seen / n;
}

/*
 * Property: an effect of the size that is said to be detectable is seen in four studies of five.
 * The contrast's own variance has another distribution than the pooled one: 5 of 100 for that. Of
 * three contrasts with one network in common the product of probabilities is below the truth.
 */
static void contrasts_are_seen_as_often(void **state)
{
    (void)state;
    static const int seeds[] = {2, 3, 5};
    for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
        PowerDesign design = {1.0, 2.0, 0.90, 1, NETWORKS, seeds[i], false};
        const double one = seen(&design, power_detectable(&design, 0.80));
        design.n_contrasts = 3;
        const double three = seen(&design, power_detectable(&design, 0.80));
        print_message("%d seeds: one contrast %.3f, three %.3f\n", seeds[i], one, three);
        assert_true(fabs(one - 0.80) <= 0.05 + slack(n_studies * FASTER));
        assert_true(three >= 0.80 - slack(n_studies * FASTER));
        assert_true(three <= 0.95);
    }
}

/* Property: so is a hill whose top at the centroid is that far above each corner. */
static void hills_are_seen_as_often(void **state)
{
    (void)state;
    static const double sd[] = {1.0};
    Arena room = {0};
    Err err = {0};
    PowerDesign design = {1.0, 0.0, 0.90, 3, SHAPES_TEN, 3, true};
    assert_int_equal(power_shape_squares(&design.squares, shapes_ten, SHAPES_TEN, &room, &err),
                     ERR_NONE);
    arena_release(&room);
    const double gain = power_detectable(&design, 0.80);
    const double hill[SCHEFFE_CUBIC] = {0, 0, 0, 3 * gain, 3 * gain, 3 * gain};
    int n_seen = 0;
    for (int i = 0; i < n_studies; i++) {
        Arena arena = {0};
        ShapeFit fit;
        double values[SHAPES_CELLS];
        shapes_draw(values, SHAPES_TEN, design.n_seeds, hill, sd, 1, (uint64_t)i);
        const ShapeTable table = shapes_table(values, SHAPES_TEN, design.n_seeds);
        assert_int_equal(shapefit_run(&fit, &table, NULL, 0, &arena, &err), ERR_NONE);
        n_seen += fit.kind == SHAPE_PEAK || fit.kind == SHAPE_BLEND;
        arena_release(&arena);
    }
    print_message("a gain of %.2f: named in %d of %d\n", gain, n_seen, n_studies);
    assert_true((double)n_seen / n_studies >= 0.80 - slack(n_studies));
    assert_true((double)n_seen / n_studies <= 0.95);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noncentral_t_is_that_of_scipy),
        cmocka_unit_test(detectable_is_that_of_scipy),
        cmocka_unit_test(seeds_are_the_fewest),
        cmocka_unit_test(degrees_of_freedom_are_the_rules),
        cmocka_unit_test(one_seed_sees_nothing),
        cmocka_unit_test(shapes_have_their_variance),
        cmocka_unit_test(contrasts_are_seen_as_often),
        cmocka_unit_test(hills_are_seen_as_often),
    };
    if (argc > 1)
        n_studies = (int)strtol(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
