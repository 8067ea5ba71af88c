/* results/shapefit against numpy and scipy (fits_fixture.h), and on surfaces whose answer is known.
 */
#include "tests/results/fits_fixture.h"
#include "tests/results/shapes.h"

#include "results/shapefit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Values near 65 through two least squares: some hundred roundings, 1e-11; p is good to 1e-9. */
#define ROUNDINGS 1e-11
#define TAIL 1e-9

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.15g is not within %g of %.15g", got, tolerance, wanted);
}

static ShapeFit fit(const ShapeTable *table, ShapeRule *rules, int n_rules, Arena *arena)
{
    Err err = {0};
    ShapeFit out;
    assert_int_equal(shapefit_run(&out, table, rules, n_rules, arena, &err), ERR_NONE);
    return out;
}

/*
 * Everything against scipy. The low end comes from 2,000 draws, scipy's from 100,000: the 95 %
 * quantile of 2,000 normal values deviates by 0.047 of their deviation, four times that is allowed.
 */
static void check(const double *values, double sd, const double *p, const double *gain, int n_terms,
                  const double *beta)
{
    Arena arena = {0};
    const ShapeTable table = shapes_table(values, SHAPES_TEN, 3);
    const ShapeFit out = fit(&table, NULL, 0, &arena);
    assert_int_equal(out.n_terms, n_terms);
    near(out.blocks.sd, sd, ROUNDINGS);
    near(out.blocks.df, 18.0, 0.0);
    near(out.lack_of_fit_p, p[0], TAIL);
    near(out.trend_p, p[1], TAIL);
    near(out.gain.effect, gain[0], ROUNDINGS);
    near(out.gain.low, gain[1], 0.19 * gain[3]);
    near(out.gain.high, gain[2], ROUNDINGS);
    for (int i = 0; i < SHAPES_TEN; i++)
        near(out.fitted[i], scheffe_value(beta, n_terms, &shapes_ten[i]), ROUNDINGS);
    arena_release(&arena);
}

/* Property: noise, F tests, gain and its ends are those of scipy. */
static void quadratic_is_that_of_scipy(void **state)
{
    (void)state;
    check(fixture_hill, fixture_hill_sd, fixture_hill_p, fixture_hill_gain, SCHEFFE_QUADRATIC,
          fixture_hill_beta);
}

/* Property: a surface that the quadratic does not fit gets the cubic term, and its p. */
static void cubic_is_that_of_scipy(void **state)
{
    (void)state;
    check(fixture_cubic, fixture_cubic_sd, fixture_cubic_p, fixture_cubic_gain, SCHEFFE_CUBIC,
          fixture_cubic_beta);
}

/* Property: without noise the kind is the surface's, whatever n is. */
static void planted_kinds_are_found(void **state)
{
    (void)state;
    static const struct {
        double beta[SCHEFFE_CUBIC];
        ShapeKind kind;
        double optimum[3];
    } cases[] = {{{60, 60, 60, 9, 9, 9, 0}, SHAPE_PEAK, {1 / 3.0, 1 / 3.0, 1 / 3.0}},
                 {{60, 60, 50, 8, 0, 0, 0}, SHAPE_BLEND, {0.5, 0.5, 0.0}},
                 {{60, 66, 60, 0, 0, 0, 0}, SHAPE_CORNER, {0.0, 1.0, 0.0}},
                 {{60, 60, 60, 0, 0, 0, 0}, SHAPE_FLAT, {0}},
                 {{60, 60, 60, 0, 0, 0, 90}, SHAPE_PEAK, {1 / 3.0, 1 / 3.0, 1 / 3.0}}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (int n_seeds = 2; n_seeds <= SHAPES_SEEDS; n_seeds++) {
            Arena arena = {0};
            double values[SHAPES_CELLS];
            static const double silent = 0.0;
            shapes_draw(values, SHAPES_TEN, n_seeds, cases[i].beta, &silent, 1, i);
            const ShapeTable table = shapes_table(values, SHAPES_TEN, n_seeds);
            const ShapeFit out = fit(&table, NULL, 0, &arena);
            assert_string_equal(shapefit_kind_name(out.kind), shapefit_kind_name(cases[i].kind));
            assert_int_equal(out.has_optimum, cases[i].kind != SHAPE_FLAT);
            for (int k = 0; k < 3;
                 k++) /* heights of 60 are told apart at 1e-14, shares at its root */
                near(out.optimum.x[k], cases[i].optimum[k], 1e-6);
            arena_release(&arena);
        }
}

/*
 * Property: without noise, values that were rounded are not refused for it: whatever the decimals,
 * the hill is a peak, and full decimals find the same.
 */
static void rounding_is_no_lack_of_fit(void **state)
{
    (void)state;
    static const double beta[] = {60, 61, 60, 9.1, 9.2, 9.3, 0}, silent = 0.0;
    double exact[SHAPES_CELLS], values[SHAPES_CELLS];
    shapes_draw(exact, SHAPES_TEN, 3, beta, &silent, 1, 1);
    for (int decimals = 1; decimals <= 8; decimals++) {
        Arena arena = {0};
        const double unit = pow(10.0, decimals);
        for (int i = 0; i < 3 * SHAPES_TEN; i++) /* all seeds as the first: no noise at all */
            values[i] = round(exact[i - i % 3] * unit) / unit;
        ShapeTable table = shapes_table(values, SHAPES_TEN, 3);
        table.resolution = 1.0 / unit;
        const ShapeFit out = fit(&table, NULL, 0, &arena);
        assert_int_equal(out.kind, SHAPE_PEAK);
        assert_int_equal(out.n_terms, SCHEFFE_QUADRATIC);
        arena_release(&arena);
    }
}

/* Property: nor are shares that were written with three digits. */
static void rounded_shares_are_no_lack_of_fit(void **state)
{
    (void)state;
    Arena arena = {0};
    static const double beta[] = {60, 61, 60, 9.1, 9.2, 9.3, 0}, silent = 0.0;
    double values[SHAPES_CELLS];
    Shares rounded[SHAPES_TEN];
    shapes_draw(values, SHAPES_TEN, 3, beta, &silent, 1, 1);
    for (int p = 0; p < SHAPES_TEN; p++) {
        for (int k = 0; k < 3; k++)
            rounded[p].x[k] = round(shapes_ten[p].x[k] * 1e3) / 1e3;
        (void)scheffe_clamp(&rounded[p]); /* .667 + .167 + .167 is not 1 */
    }
    ShapeTable table = shapes_table(values, SHAPES_TEN, 3);
    table.shares = rounded;
    const ShapeFit out = fit(&table, NULL, 0, &arena);
    assert_int_equal(out.kind, SHAPE_PEAK);
    assert_int_equal(out.n_terms, SCHEFFE_QUADRATIC);
    arena_release(&arena);
}

/* Property: a loss is fitted as its negative is: same kind, optimum, region and gain. */
static void losses_are_turned(void **state)
{
    (void)state;
    Arena arena = {0};
    double losses[SHAPES_CELLS];
    for (int i = 0; i < 3 * SHAPES_TEN; i++)
        losses[i] = -fixture_hill[i];
    const ShapeTable top1 = shapes_table(fixture_hill, SHAPES_TEN, 3);
    ShapeTable loss = shapes_table(losses, SHAPES_TEN, 3);
    loss.is_loss = true;
    const ShapeFit a = fit(&top1, NULL, 0, &arena), b = fit(&loss, NULL, 0, &arena);
    assert_int_equal(a.kind, b.kind);
    assert_true(a.gain.effect == b.gain.effect && a.gain.low == b.gain.low);
    assert_true(a.fitted[3] == -b.fitted[3] && a.blocks.means[3] == -b.blocks.means[3]);
    assert_int_equal(a.n_region, b.n_region);
    assert_true(a.margin == SHAPEFIT_MARGIN_POINTS && b.margin == SHAPEFIT_MARGIN_NATS);
    arena_release(&arena);
}

/* Property: the region holds the best point and only points within reach of it. */
static void region_is_around_the_optimum(void **state)
{
    (void)state;
    Arena arena = {0};
    const ShapeTable table = shapes_table(fixture_hill, SHAPES_TEN, 3);
    const ShapeFit out = fit(&table, NULL, 0, &arena);
    double nearest = 1.0;
    assert_true(out.n_region > 1 && out.n_region < SCHEFFE_N_LATTICE / 2);
    for (int i = 0; i < out.n_region; i++)
        nearest = fmin(nearest, fabs(out.region[i].x[0] - out.optimum.x[0]) +
                                    fabs(out.region[i].x[1] - out.optimum.x[1]));
    assert_true(nearest <= 1.0 / SCHEFFE_STEPS);
    arena_release(&arena);
}

/*
 * Property: where only depth + width against resolution matters, depth and width are exchanged at 1
 * % of blocks for 0.5 % of channels (d = s^a, w = s^(b/2)); a round hill is no ridge. The lattice
 * puts the axis of a region some degrees off: 0.1.
 */
static void a_ridge_is_an_exchange_rate(void **state)
{
    (void)state;
    Arena arena = {0};
    static const double ridge[] = {60, 60, 60, 0, 24, 24, 0}, hill[] = {60, 60, 60, 24, 24, 24, 0},
                        sd = 0.5;
    double values[SHAPES_CELLS];
    shapes_draw(values, SHAPES_TEN, 3, ridge, &sd, 1, 1);
    const ShapeTable table = shapes_table(values, SHAPES_TEN, 3);
    const ShapeFit out = fit(&table, NULL, 0, &arena);
    assert_true(out.has_ridge);
    near(out.exchange[0], 1.0, 0.0);
    near(out.exchange[1], -0.5, 0.1);
    near(out.exchange[2], 0.0, 0.1);
    shapes_draw(values, SHAPES_TEN, 3, hill, &sd, 1, 1);
    assert_false(fit(&table, NULL, 0, &arena).has_ridge);
    arena_release(&arena);
}

/* Property: a rule at a corner is as far below as the corner; one at the optimum is not told from
 * it. */
static void rules_are_measured(void **state)
{
    (void)state;
    Arena arena = {0};
    const ShapeTable table = shapes_table(fixture_hill, SHAPES_TEN, 3);
    ShapeRule rules[] = {{.name = "width", .shares = {{0, 1, 0}}}, {.name = "best"}};
    rules[1].shares = fit(&table, NULL, 0, &arena).optimum;
    const ShapeFit out = fit(&table, rules, 2, &arena);
    near(rules[0].below.effect, out.gain.effect, ROUNDINGS); /* width is the best corner */
    assert_true(rules[0].below.high >= out.gain.high && rules[0].below.low <= out.gain.effect);
    assert_true(rules[1].below.effect <= 0.0 && rules[1].below.low < 0.0);
    arena_release(&arena);
}

/* Property: seven shapes leave the cubic nothing to test: it is taken, with the quadratic's p. */
static void seven_shapes_have_one_test(void **state)
{
    (void)state;
    Arena arena = {0};
    static const double beta[] = {60, 60, 60, 0, 0, 0, 300}, sd = 0.5;
    double values[SHAPES_CELLS];
    shapes_draw(values, SHAPETABLE_MIN_SHAPES, 3, beta, &sd, 1, 1);
    const ShapeTable table = shapes_table(values, SHAPETABLE_MIN_SHAPES, 3);
    const ShapeFit out = fit(&table, NULL, 0, &arena);
    assert_int_equal(out.n_terms, SCHEFFE_CUBIC);
    assert_true(out.lack_of_fit_p < SHAPEFIT_LACK_OF_FIT_LEVEL);
    assert_int_equal(out.kind, SHAPE_PEAK);
    arena_release(&arena);
}

/* Property: what no polynomial fits is refused, without an optimum. */
static void a_spike_is_refused(void **state)
{
    (void)state;
    Arena arena = {0};
    static const double beta[] = {60, 60, 60, 0, 0, 0, 0}, sd = 0.5;
    double values[SHAPES_CELLS];
    shapes_draw(values, SHAPES_TEN, 3, beta, &sd, 1, 1);
    for (int s = 0; s < 3; s++)
        values[7 * 3 + s] += 20.0; /* one of the inner points */
    const ShapeTable table = shapes_table(values, SHAPES_TEN, 3);
    const ShapeFit out = fit(&table, NULL, 0, &arena);
    assert_int_equal(out.kind, SHAPE_REFUSED);
    assert_true(!out.has_optimum && out.n_region == 0);
    assert_true(out.lack_of_fit_p < SHAPEFIT_LACK_OF_FIT_LEVEL);
    arena_release(&arena);
}

/* Property: shapes along one edge say nothing of the triangle. */
static void an_edge_is_no_triangle(void **state)
{
    (void)state;
    Arena arena = {0};
    Err err = {0};
    ShapeFit out;
    Shares edge[SHAPETABLE_MIN_SHAPES];
    ShapeTable table = shapes_table(fixture_hill, SHAPETABLE_MIN_SHAPES, 3);
    for (int p = 0; p < SHAPETABLE_MIN_SHAPES; p++)
        edge[p] = (Shares){{p / 6.0, 1.0 - p / 6.0, 0.0}};
    table.shares = edge;
    assert_int_equal(shapefit_run(&out, &table, NULL, 0, &arena, &err), ERR_DATA);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(quadratic_is_that_of_scipy),
                                       cmocka_unit_test(cubic_is_that_of_scipy),
                                       cmocka_unit_test(planted_kinds_are_found),
                                       cmocka_unit_test(rounding_is_no_lack_of_fit),
                                       cmocka_unit_test(rounded_shares_are_no_lack_of_fit),
                                       cmocka_unit_test(losses_are_turned),
                                       cmocka_unit_test(region_is_around_the_optimum),
                                       cmocka_unit_test(a_ridge_is_an_exchange_rate),
                                       cmocka_unit_test(rules_are_measured),
                                       cmocka_unit_test(seven_shapes_have_one_test),
                                       cmocka_unit_test(a_spike_is_refused),
                                       cmocka_unit_test(an_edge_is_no_triangle)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
