/* O2s and O4 on planted studies: what is said, of which budgets, and why nothing is. */
#include "tests/results/planted.h"
#include "tests/results/world.h"

#include "results/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const double hill[] = {60, 60, 60, 18, 18, 18, 0}, tilt[] = {60, 66, 60, 0, 0, 0, 0},
                    flat[] = {60, 60, 60, 0, 0, 0, 0},
                    ridge[] = {60, 60, 60, 0, 40, 40, 0}, /* level between depth and width */
    moved[] = {60, 66, 60, 0, 0, 24, 0};                  /* best between width and resolution */

/* The verdict of that id among all of a study, or NULL. */
static const Verdict *find(const StoreResults *results, const char *id, Arena *arena)
{
    Err err = {0};
    size_t n = 0;
    Verdict *verdicts = arena_zalloc(arena, VERDICT_MAX, sizeof *verdicts);
    if (verdicts == NULL || verdict_all(results, arena, verdicts, &n, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < n; i++)
        if (strcmp(verdicts[i].id, id) == 0)
            return &verdicts[i];
    return NULL;
}

static StoreResults two_budgets(const double *first, const double *second, Arena *arena)
{
    const Planted planted = {"profile", {first, second}, 2, SHAPES_TEN, 3, 0.1, 5};
    return planted_results(&planted, arena);
}

static void check(const double *first, const double *second, const char *id, VerdictOutcome wanted,
                  const char *words)
{
    Arena arena = {0};
    const StoreResults results = two_budgets(first, second, &arena);
    const Verdict *v = find(&results, id, &arena);
    assert_non_null(v);
    assert_string_equal(verdict_outcome_name(v->outcome), verdict_outcome_name(wanted));
    if (strstr(v->summary, words) == NULL)
        fail_msg("'%s' is not in: %s", words, v->summary);
    arena_release(&arena);
}

/* Property: every budget has to say so. */
static void blends_and_corners(void **state)
{
    (void)state;
    check(hill, hill, "O2s", VERDICT_CONFIRMED, "At 2 x: PEAK, best at depth 0.3");
    check(tilt, tilt, "O2s", VERDICT_REFUTED, "At 4 x: CORNER, best at depth 0.00, width 1.00");
    check(hill, tilt, "O2s", VERDICT_INCONCLUSIVE, "At 4 x: CORNER");
    check(ridge, ridge, "O2s", VERDICT_CONFIRMED, "; nothing is lost by 1 % more depth for 0.5");
    check(hill, flat, "O2s", VERDICT_INCONCLUSIVE, "At 4 x: FLAT; of test loss: FLAT");
}

/* Property: constants that hold do, those whose optimum moved by points do not, and a budget
 * without an optimum decides nothing. */
static void constants_hold_or_not(void **state)
{
    (void)state;
    check(hill, hill, "O4", VERDICT_CONFIRMED, "From 2 to 4 x the baseline the optimum goes from");
    check(hill, moved, "O4", VERDICT_REFUTED, "the old one loses");
    check(flat, hill, "O4", VERDICT_INCONCLUSIVE, "nothing is said: no optimum at 2 x: FLAT");
    check(hill, flat, "O4", VERDICT_INCONCLUSIVE, "nothing is said: no optimum at 4 x: FLAT");
}

/* Property: one budget has no O4; a study without shapes neither, nor O2s. */
static void there_where_it_can_be(void **state)
{
    (void)state;
    Arena arena = {0};
    const Planted one = {"profile", {hill}, 1, SHAPES_TEN, 3, 0.1, 5};
    StoreResults results = planted_results(&one, &arena);
    const Verdict *v = find(&results, "O2s", &arena);
    assert_non_null(v);
    assert_true(v->has_effect && v->n == 3 && v->n_contrasts == 1);
    assert_null(find(&results, "O4", &arena));
    assert_null(find(&results, "O1a", &arena));
    results.n_points = 0;
    assert_null(find(&results, "O2s", &arena));
    assert_non_null(find(&results, "O1a", &arena));
    arena_release(&arena);
}

/* Seed 1 of a shape of the first budget, or all of them, lost. */
static void lose(const StoreResults *results, int shape, int n_seeds, StoreStatus status)
{
    for (int s = 0; s < n_seeds; s++) {
        StoreSeed *seed = planted_seed(results, 0, shape, s);
        *seed = (StoreSeed){.seed = seed->seed,
                            .status = status,
                            .test_top1 = (double)NAN,
                            .test_loss = (double)NAN};
    }
}

/*
 * Property: a shape that diverged is named and wins nothing: neither the one nearest the optimum,
 * the centroid of this hill, nor any where a corner has nothing left. Elsewhere the rest goes on; a
 * trial that failed bars nothing.
 */
static void diverged_shapes_win_nothing(void **state)
{
    (void)state;
    static const struct {
        int shape, n_seeds;
        StoreStatus status;
        const char *why, *words;
    } cases[] = {
        {6, 1, STORE_TRIAL_DIVERGED, "diverged",
         "Diverged at 2 x: depth 0.33, width 0.33, resolution 0.33 (1 of 3 seeds); the one nearest "
         "the optimum"},
        {1, 3, STORE_TRIAL_DIVERGED, "diverged",
         "Diverged at 2 x: depth 0.00, width 1.00, resolution 0.00 (3 of 3 seeds); a corner has "
         "nothing left"},
        {7, 1, STORE_TRIAL_DIVERGED, "every budget agrees",
         "Diverged at 2 x: depth 0.67, width 0.17, resolution 0.17 (1 of 3 seeds); the rest goes "
         "on."},
        {6, 1, STORE_FAILED, "every budget agrees", "At 2 x: PEAK"},
        {6, 1, STORE_PENDING, "unfinished", "At 2 x: PEAK"}};
    static const char *const ids[] = {"O2s", "O4"};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        const StoreResults results = two_budgets(hill, hill, &arena);
        lose(&results, cases[i].shape, cases[i].n_seeds, cases[i].status);
        for (size_t k = 0; k < ARRAY_LEN(ids); k++) {
            const Verdict *v = find(&results, ids[k], &arena);
            assert_non_null(v);
            assert_string_equal(v->why, cases[i].why);
            assert_true((v->outcome == VERDICT_CONFIRMED) ==
                        (strcmp(cases[i].why, "every budget agrees") == 0));
            if (k == 0 && strstr(v->summary, cases[i].words) == NULL)
                fail_msg("'%s' is not in: %s", cases[i].words, v->summary);
            const char *named = strstr(v->summary, "Diverged at");
            assert_true((named != NULL) == (cases[i].status == STORE_TRIAL_DIVERGED));
            assert_true(named == NULL || strstr(named + 1, "Diverged at") == NULL);
        }
        arena_release(&arena);
    }
}

/* Property: a row over two budgets is as ripe as the less ripe, whichever comes first. */
static void budgets_are_ripe_together(void **state)
{
    (void)state;
    for (int known = 0; known < 2; known++) {
        Arena arena = {0};
        StoreResults results = two_budgets(hill, hill, &arena);
        results.study.classes = 10;
        results.study.n_val = 2000;
        results.revision.epochs = WORLD_EPOCHS;
        for (size_t i = 0; i < results.n_points; i++)
            results.points[i].epochs = WORLD_EPOCHS;
        for (int p = 0; p < SHAPES_TEN; p++)
            for (int s = 0; s < 3; s++) {
                planted_seed(&results, known, p, s)->curve = world_settled;
                planted_seed(&results, known, p, s)->n_epochs = WORLD_EPOCHS;
            }
        const Verdict *o2s = find(&results, "O2s", &arena), *o4 = find(&results, "O4", &arena);
        assert_int_equal(o2s->contrasts[known].ripeness, VERDICT_RIPE);
        assert_int_equal(o2s->contrasts[!known].ripeness, VERDICT_RIPENESS_UNKNOWN);
        assert_int_equal(o4->contrasts[0].ripeness, VERDICT_RIPENESS_UNKNOWN);
        arena_release(&arena);
    }
}

/* Room for points behind those that are there. */
static void make_room(StoreResults *results, size_t n, Arena *arena)
{
    StorePointResult *points = arena_zalloc(arena, results->n_points + n, sizeof *points);
    assert_non_null(points);
    memcpy(points, results->points, results->n_points * sizeof *points);
    results->points = points;
}

/* A strategy of a compare at a budget: built as a shape is, with accuracies and judges of its own.
 */
static void add_again(StoreResults *results, int budget, int shape, const char *series,
                      double shift, Arena *arena)
{
    enum { JUDGES = 4 };
    static const double spread[JUDGES] = {-0.3, 0.1, 0.4, -0.2};
    StorePointResult *point = &results->points[results->n_points++];
    StoreSeed *seeds = arena_zalloc(arena, JUDGES, sizeof *seeds);
    assert_non_null(seeds);
    *point = results->points[budget * SHAPES_TEN + shape];
    for (int s = 0; s < JUDGES; s++)
        seeds[s] = (StoreSeed){.seed = 2001 + s,
                               .status = STORE_TRIAL_DONE,
                               .val_top1 = 60,
                               .test_top1 = 60 + shift + spread[(s + shape) % JUDGES],
                               .val_loss = 1,
                               .test_loss = 1};
    point->point.part = "compare";
    point->point.trial_digest = arena_printf(arena, "again %d at %d", shape, budget);
    point->point.series = series;
    point->is_judged = true;
    point->seeds = seeds;
    point->n_seeds = JUDGES;
}

/*
 * Property: an optimum that was trained once more stands beside the fit, less the best corner and
 * less each other rule, with the judges' own effect; it changes no outcome, and such a compare
 * alone asks no O1a, O1b or O2. Where it is the corner's network that is said.
 */
static void optima_are_judged_anew(void **state)
{
    (void)state;
    Arena arena = {0};
    StoreResults results = two_budgets(hill, hill, &arena);
    make_room(&results, 8, &arena);
    add_again(&results, 0, 6, "optimum", 2.0, &arena);
    add_again(&results, 0, 1, "corner", 0.5, &arena);
    add_again(&results, 0, 7, "compound", 1.0, &arena);
    add_again(&results, 0, 3, "earlier optimum 0.5 0.5 0", 9.0, &arena);
    add_again(&results, 1, 1, "optimum", 1.0, &arena);
    add_again(&results, 1, 1, "corner", 1.0, &arena);
    const Verdict *v = find(&results, "O2s", &arena);
    assert_int_equal(v->outcome, VERDICT_CONFIRMED);
    assert_int_equal(v->n, 3);
    assert_int_equal(v->n_contrasts, 5);
    const VerdictContrast *corner = &v->contrasts[2], *compound = &v->contrasts[3];
    assert_string_equal(corner->name, "compare at 2 x, trained once more: best shape less best "
                                      "single dimension, width");
    assert_true(!corner->decides && corner->interval.n == 4 && corner->interval.low > 0);
    assert_true(fabs(corner->interval.mean - 1.5) < 1e-9);
    assert_non_null(strstr(corner->note, "the verdict is the fit's, which says +"));
    assert_string_equal(compound->name, "compare at 2 x, trained once more: best shape less "
                                        "compound");
    assert_true(fabs(compound->interval.mean - 1.0) < 1e-9);
    assert_string_equal(v->contrasts[4].note, "one network");
    assert_non_null(strstr(v->summary, "At 2 x, trained once more on seeds that did not choose it, "
                                       "the best shape (built as depth 0.33, width 0.33, "
                                       "resolution 0.33) less width alone: +1.50 points (90 % "
                                       "interval "));
    assert_non_null(strstr(v->summary, "; its shape was chosen on these test images."));
    assert_non_null(strstr(v->summary, "is the network of width alone."));
    assert_null(find(&results, "O2", &arena));
    assert_null(find(&results, "O1a", &arena));
    add_again(&results, 0, 0, "depth", 0.0, &arena);
    results.points[results.n_points - 1].point.part = "curves";
    assert_non_null(find(&results, "O1a", &arena));
    assert_null(find(&results, "O2", &arena)); /* curves ask for it no more than others */
    results.points[results.n_points - 1].point.part = "compare";
    assert_non_null(find(&results, "O2", &arena));
    arena_release(&arena);
}

/* Points of `compare` trained like `judges`, others like `shapes`. */
static void train(StoreResults *results, const double *shapes, const double *judges)
{
    results->study.classes = 10;
    results->study.n_val = 2000;
    results->revision.epochs = WORLD_EPOCHS;
    for (size_t i = 0; i < results->n_points; i++) {
        StorePointResult *point = &results->points[i];
        point->epochs = WORLD_EPOCHS;
        for (size_t s = 0; s < point->n_seeds; s++) {
            StoreSeed *seed = (StoreSeed *)&point->seeds[s];
            seed->curve = store_is_part(&point->point, "compare") ? judges : shapes;
            seed->n_epochs = WORLD_EPOCHS;
        }
    }
}

/*
 * Property: judges that are unripe are said to be where they stand, and ask for nothing: not of
 * O2s, whose own networks are ripe, and not of the verdict after it. Shapes that are unripe ask.
 */
static void unripe_judges_ask_for_nothing(void **state)
{
    (void)state;
    for (int is_shape = 0; is_shape < 2; is_shape++) {
        Arena arena = {0};
        StoreResults results = two_budgets(hill, hill, &arena);
        make_room(&results, 2, &arena);
        add_again(&results, 0, 6, "optimum", 2.0, &arena);
        add_again(&results, 0, 1, "corner", 0.5, &arena);
        train(&results, is_shape ? world_rising : world_settled,
              is_shape ? world_settled : world_rising);
        const Verdict *o2s = find(&results, "O2s", &arena), *o4 = find(&results, "O4", &arena);
        assert_int_equal(o2s->ripeness, is_shape ? VERDICT_UNRIPE : VERDICT_RIPE);
        assert_true((o2s->epochs_to_try > 0) == is_shape && (o4->epochs_to_try > 0) == is_shape);
        assert_true((strstr(o2s->summary, "Train longer") != NULL) == is_shape);
        assert_null(strstr(o2s->summary, "compare optimum"));
        assert_null(strstr(o4->summary, "compare optimum"));
        assert_true((strstr(o2s->summary, ", unripe; the fit says") != NULL) == !is_shape);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blends_and_corners),           cmocka_unit_test(constants_hold_or_not),
        cmocka_unit_test(diverged_shapes_win_nothing),  cmocka_unit_test(budgets_are_ripe_together),
        cmocka_unit_test(there_where_it_can_be),        cmocka_unit_test(optima_are_judged_anew),
        cmocka_unit_test(unripe_judges_ask_for_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
