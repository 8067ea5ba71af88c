/* results/profiles: planted surfaces are found from a study's points, whatever trials lack. */
#include "tests/results/planted.h"

#include "results/profiles.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const double hill[] = {60, 60, 60, 18, 18, 18, 0}, edge[] = {60, 60, 50, 16, 0, 0, 0},
                    tilt[] = {60, 66, 60, 0, 0, 0, 0}, flat[] = {60, 60, 60, 0, 0, 0, 0};

static Profile *find(const StoreResults *results, size_t n_wanted, Arena *arena)
{
    Err err = {0};
    Profile *profiles;
    size_t n = 0;
    if (profiles_find(results, arena, &profiles, &n, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    assert_int_equal(n, n_wanted);
    return profiles;
}

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.9g is not within %g of %.9g", got, tolerance, wanted);
}

/*
 * Property: planted kinds are named at noise that is small beside them, from top-1 and from loss,
 * and the optimum is the planted one: that of percent, which logits near 60 % keep to 0.02 of a
 * share at these heights; noise of 0.1 on a mean of 0.06 moves the top of a hill of 2 by less than
 * that.
 */
static void planted_kinds_are_found(void **state)
{
    (void)state;
    static const struct {
        const double *beta;
        ShapeKind kind, other; /* other: what chance may make of it, too */
        double optimum[3];
    } cases[] = {{hill, SHAPE_PEAK, SHAPE_PEAK, {1 / 3.0, 1 / 3.0, 1 / 3.0}},
                 {edge, SHAPE_BLEND, SHAPE_BLEND, {0.5, 0.5, 0.0}},
                 {tilt, SHAPE_CORNER, SHAPE_CORNER, {0, 1, 0}},
                 {flat, SHAPE_FLAT, SHAPE_FLAT, {0}}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        const Planted planted = {"profile", {cases[i].beta}, 1, SHAPES_TEN, 3, 0.1, 7 + i};
        const StoreResults results = planted_results(&planted, &arena);
        const Profile *p = find(&results, 1, &arena);
        assert_null(p->why_not);
        assert_string_equal(shapefit_kind_name(p->top1.kind), shapefit_kind_name(cases[i].kind));
        assert_string_equal(shapefit_kind_name(p->loss.kind), shapefit_kind_name(cases[i].kind));
        for (int k = 0; k < 3 && p->top1.has_optimum; k++)
            near(p->top1.optimum.x[k], cases[i].optimum[k], 0.04);
        arena_release(&arena);
    }
}

/*
 * Property: gains are in points: on a hill of 6 points that of the optimum over its corners, within
 * four deviations of a difference of two fitted heights (noise .1/sqrt(3), two of them: 0.33), and
 * so is what the fit says at a point. The optimum's multipliers are those of the budget: a third of
 * 2 each.
 */
static void effects_are_in_points(void **state)
{
    (void)state;
    Arena arena = {0};
    const Planted planted = {"profile", {hill}, 1, SHAPES_TEN, 3, 0.1, 3};
    const StoreResults results = planted_results(&planted, &arena);
    const Profile *p = find(&results, 1, &arena);
    near(p->gain.effect, 6.0, 0.33);
    assert_true(p->gain.low > 5.0 && p->gain.high < 7.0);
    near(profiles_top1(p, &shapes_ten[6]), 66.0 + p->shapes[6].top1 - 66.0, 0.33);
    near(p->rules[1].below.effect, 6.0, 0.33); /* width alone */
    assert_string_equal(p->rules[3].name, "tan-le");
    assert_true(p->rules[3].below.effect < 0.5);
    near(p->multipliers[0], pow(2.0, 1 / 3.0), 0.05);
    near(p->multipliers[1], pow(2.0, 1 / 6.0), 0.05);
    near(p->multipliers[2], pow(2.0, 1 / 6.0), 0.05);
    arena_release(&arena);
}

/* Property: points that end in one network are one shape; what was decided anew is none. */
static void networks_count_once(void **state)
{
    (void)state;
    Arena arena = {0};
    const Planted planted = {"profile", {hill}, 1, SHAPES_TEN, 3, 0.1, 3};
    const StoreResults results = planted_results(&planted, &arena);
    results.points[9].point.trial_digest = results.points[6].point.trial_digest;
    results.points[8].point.series = "earlier 0.1 0.8 0.1";
    results.points[7].point.trial_digest = NULL; /* unfair */
    const Profile *p = find(&results, 1, &arena);
    assert_int_equal(p->n_shapes, 7);
    assert_null(p->why_not);
    arena_release(&arena);
}

/*
 * Property: a diverged trial is a missing cell: its shape goes on with the rest, its network is not
 * drawn to chance by it, and the fit still finds the hill.
 */
static void missing_cells_are_borne(void **state)
{
    (void)state;
    Arena arena = {0};
    const Planted planted = {"profile", {hill}, 1, SHAPES_TEN, 3, 0.1, 3};
    const StoreResults results = planted_results(&planted, &arena);
    StoreSeed *diverged = planted_seed(&results, 0, 6, 1), *waits = planted_seed(&results, 0, 2, 0);
    *diverged = (StoreSeed){.seed = diverged->seed,
                            .status = STORE_TRIAL_DIVERGED,
                            .test_top1 = (double)NAN,
                            .test_loss = (double)NAN};
    *waits = (StoreSeed){.seed = waits->seed, .status = STORE_PENDING};
    const Profile *p = find(&results, 1, &arena);
    assert_int_equal(p->shapes[6].n, 2);
    assert_int_equal(p->shapes[6].n_diverged, 1);
    assert_int_equal(p->shapes[2].n_unfinished, 1);
    assert_true(p->n_low == 2 && p->n_high == 3 && p->n_seeds == 3);
    assert_int_equal(p->top1.kind, SHAPE_PEAK);
    near(p->top1.blocks.df, 10 * 3 - 2 - 10 - 2, 0.0);
    near(p->gain.effect, 6.0, 0.4);
    arena_release(&arena);
}

/*
 * Property: a failed trial is lost, not one to come: nothing waits for it. Remarks name what became
 * of each seed, once.
 */
static void failed_trials_are_lost(void **state)
{
    (void)state;
    Arena arena = {0};
    Text note = {0};
    const Planted planted = {"profile", {hill}, 1, SHAPES_TEN, 5, 0.1, 3};
    const StoreResults results = planted_results(&planted, &arena);
    static const StoreStatus statuses[] = {STORE_FAILED, STORE_RUNNING, STORE_TRIAL_DIVERGED};
    for (int s = 0; s < (int)ARRAY_LEN(statuses); s++)
        planted_seed(&results, 0, 2, s)->status = statuses[s];
    planted_seed(&results, 0, 2, 4)->test_loss = (double)NAN;
    const Profile *p = find(&results, 1, &arena);
    assert_int_equal(p->shapes[2].n_failed, 1);
    assert_int_equal(p->shapes[2].n_unfinished, 1);
    profiles_note(&p->shapes[2], &note);
    assert_string_equal(text_string(&note), "1 diverged, 1 failed, 1 not finished, 1 without loss");
    text_release(&note);
    arena_release(&arena);
}

/*
 * Property: trials that were imported with test top-1 alone are fitted as if they had a loss, too;
 * of loss there is a fit with all cells or with none, and words where there is none.
 */
static void top1_alone_is_enough(void **state)
{
    (void)state;
    static const int n_without[] = {0, 1, SHAPES_TEN * 3};
    static const char *const words[] = {
        "of test loss: PEAK", "of test loss there is no fit: 1 of its 30 results has no loss",
        "of test loss there is no fit: 30 of its 30 results have no loss"};
    ShapeEffect gain = {0};
    for (size_t i = 0; i < ARRAY_LEN(n_without); i++) {
        Arena arena = {0};
        Text text = {0};
        const Planted planted = {"profile", {hill}, 1, SHAPES_TEN, 3, 0.1, 3};
        const StoreResults results = planted_results(&planted, &arena);
        for (int k = 0; k < n_without[i]; k++)
            planted_seed(&results, 0, k / 3, k % 3)->test_loss = (double)NAN;
        const Profile *p = find(&results, 1, &arena);
        assert_null(p->why_not);
        assert_int_equal(p->top1.kind, SHAPE_PEAK);
        assert_true((p->loss_why_not == NULL) == (i == 0));
        assert_true(isnan(p->shapes[0].loss) == (i > 0));
        profiles_loss_kind(p, &text);
        assert_string_equal(text_string(&text), words[i]);
        if (i == 0)
            gain = p->gain;
        near(p->gain.effect, gain.effect, 0.0); /* the same cells */
        text_release(&text);
        arena_release(&arena);
    }
}

/* Property: what cannot be fitted says why, in words. */
static void obstacles_are_told(void **state)
{
    (void)state;
    static const struct {
        int n_shapes, n_seeds, n_without;
        const char *why;
    } cases[] = {{6, 3, 0, "its points end in 6 different networks, at least 7 are needed"},
                 {10, 1, 0, "one seed: noise shows in two or more"},
                 {10, 3, 4, "6 of its 10 shapes have a result, at least 7 are needed"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        const Planted planted = {"profile", {hill}, 1, cases[i].n_shapes, cases[i].n_seeds, 0.1, 3};
        const StoreResults results = planted_results(&planted, &arena);
        for (int p = 0; p < cases[i].n_without; p++)
            for (int s = 0; s < cases[i].n_seeds; s++)
                planted_seed(&results, 0, p, s)->status = STORE_PENDING;
        assert_string_equal(find(&results, 1, &arena)->why_not, cases[i].why);
        arena_release(&arena);
    }
}

/* Property: of grids those matched by counted cost with seven networks; others are no profile. */
static void grids_count(void **state)
{
    (void)state;
    for (int n_shapes = 6; n_shapes <= 7; n_shapes++) {
        Arena arena = {0};
        const Planted planted = {"grid-2", {hill}, 1, n_shapes, 3, 0.1, 3};
        const StoreResults results = planted_results(&planted, &arena);
        (void)find(&results, n_shapes == 7, &arena);
        for (int p = 0; p < n_shapes; p++)
            results.points[p].point.match = "nominal";
        (void)find(&results, 0, &arena);
        arena_release(&arena);
    }
}

/* Property: budgets come in order, and the later is asked what the earlier's optimum loses. */
static void budgets_follow_each_other(void **state)
{
    (void)state;
    Arena arena = {0};
    const Planted planted = {"profile", {tilt, hill}, 2, SHAPES_TEN, 3, 0.1, 3};
    const StoreResults results = planted_results(&planted, &arena);
    for (int p = 0; p < SHAPES_TEN; p++) { /* the plan has the larger first */
        const StorePointResult swapped = results.points[p];
        results.points[p] = results.points[SHAPES_TEN + p];
        results.points[SHAPES_TEN + p] = swapped;
    }
    const Profile *p = find(&results, 2, &arena);
    assert_true(p[0].budget == 2.0 && p[0].before == 0.0 && p[0].n_rules == SHAPERULES_N);
    assert_true(p[1].budget == 4.0 && p[1].before == 2.0);
    assert_int_equal(p[1].n_rules, SHAPERULES_N + 1);
    near(p[1].rules[SHAPERULES_N].below.effect, 6.0,
         0.33); /* width alone is a corner of the hill */
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_kinds_are_found),  cmocka_unit_test(effects_are_in_points),
        cmocka_unit_test(networks_count_once),      cmocka_unit_test(missing_cells_are_borne),
        cmocka_unit_test(failed_trials_are_lost),   cmocka_unit_test(top1_alone_is_enough),
        cmocka_unit_test(obstacles_are_told),       cmocka_unit_test(grids_count),
        cmocka_unit_test(budgets_follow_each_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
