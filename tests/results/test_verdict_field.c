/*
 * What a contrast may use: the seeds that its own parts list, networks of one number of epochs, and
 * noise and ripeness of these.
 */
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

enum { WIDTH, DEPTH, RESOLUTION, COMPOUND, N_STRATEGIES, TARGET = 2 * WORLD_BASELINE };

/* Compound is 3 points ahead of resolution, on two seeds. */
static void add_compare(World *w, const char *part)
{
    static const char *const names[] = {"width", "depth", "resolution", "compound"};
    static const double top1[][2] = {{50.1, 50.0}, {49.0, 49.2}, {51.0, 50.9}, {54.0, 54.1}};
    for (int i = 0; i < N_STRATEGIES; i++)
        world_add(w, part, names[i], TARGET, TARGET, top1[i], 2);
}

/* The network of a point once more, in the grid, on seeds of its own. */
static void choose(World *w, int point, const double *top1, int n)
{
    StorePointResult *p = world_add(w, "grid", "grid", TARGET, TARGET, top1, n);
    p->point.trial_digest = w->points[point].point.trial_digest;
    for (int s = 0; s < n; s++)
        w->seeds[p - w->points][s].seed = 11 + s;
}

static const Verdict *find(const Verdict *verdicts, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(verdicts[i].id, id) == 0)
            return &verdicts[i];
    fail_msg("no verdict %s", id);
    return NULL;
}

/* Property: that both networks stand in the grid as well adds no seed to their contrast, neither a
 * result nor a loss; all cells learn the noise. */
static void seeds_that_chose_judge_nothing(void **state)
{
    (void)state;
    static const double lucky[] = {60.0, 60.0, 60.0}, unlucky[] = {40.0, 40.0, 40.0};
    World w;
    Arena arena = {0};
    world_begin(&w);
    add_compare(&w, "compare");
    choose(&w, COMPOUND, unlucky, 3);
    choose(&w, RESOLUTION, lucky, 3);
    w.seeds[N_STRATEGIES][0].status = STORE_TRIAL_DIVERGED;
    w.seeds[N_STRATEGIES + 1][1].status = STORE_RUNNING;
    const Verdict v = world_judge(&w, verdict_o2, &arena);
    assert_int_equal(v.n_contrasts, 3);
    for (size_t i = 0; i < v.n_contrasts; i++) {
        const VerdictContrast *c = &v.contrasts[i];
        assert_int_equal(c->interval.n, 2);
        assert_int_equal(c->n_diverged + c->n_unfinished, 0);
        assert_false(c->bars_positive || c->bars_negative);
    }
    assert_true(fabs(v.contrasts[2].interval.mean - 3.1) < 1e-9); /* 54.05 - 50.95 */
    assert_int_equal(v.noise.n_seeds, 5);
    arena_release(&arena);
}

/* Gives points [begin, end) other epochs than the recipe's, and that curve. */
static void set_epochs(World *w, size_t begin, size_t end, const double *curve, int epochs)
{
    for (size_t i = begin; i < end; i++) {
        w->points[i].epochs = epochs;
        world_train(w, i, curve);
        for (size_t s = 0; s < w->points[i].n_seeds; s++)
            w->seeds[i][s].n_epochs = epochs;
    }
}

/* Property: a part with epochs of its own is judged, by the noise of networks trained as long, and
 * its remedy is its own key. */
static void epochs_of_its_own(void **state)
{
    (void)state;
    enum { EPOCHS = WORLD_EPOCHS - 4 };
    static const double noisy[] = {30.0, 60.0}, noisier[] = {60.0, 30.0};
    World w;
    Arena arena = {0};
    world_begin(&w);
    add_compare(&w, "compare");
    world_add(&w, "curves", "width", 1000, 0, noisy, 2);
    world_add(&w, "curves", "width", 2000, 0, noisier, 2);
    set_epochs(&w, 0, N_STRATEGIES, world_settled, EPOCHS);
    const Verdict v = world_judge(&w, verdict_o2, &arena);
    assert_string_equal(verdict_outcome_name(v.outcome), "CONFIRMED");
    assert_int_equal(v.ripeness, VERDICT_RIPE);
    assert_int_equal(v.noise.n_networks, N_STRATEGIES);
    assert_non_null(strstr(v.basis, "noise of 4 networks on 2 seeds at 12 epochs: sd 0."));
    set_epochs(&w, COMPOUND, N_STRATEGIES, world_rising, EPOCHS);
    const Verdict unripe = world_judge(&w, verdict_o2, &arena);
    assert_string_equal(unripe.why, "unripe");
    assert_int_equal(unripe.epochs_to_try, 2 * EPOCHS);
    assert_non_null(strstr(unripe.summary, "try `epochs: 24` of part 'compare' in another folder; "
                                           "the 8 trials trained here for 12 epochs each"));
    arena_release(&arena);
}

/* Property: networks of different numbers of epochs are not compared, and that is said. */
static void mixed_epochs(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    world_begin(&w);
    add_compare(&w, "compare");
    w.points[WIDTH].epochs = 2 * WORLD_EPOCHS;
    const Verdict v = world_judge(&w, verdict_o2, &arena);
    assert_false(v.contrasts[0].decides);
    assert_string_equal(v.contrasts[0].note, "trained for different numbers of epochs");
    assert_true(v.contrasts[1].decides);
    w.points[DEPTH].n_seeds = 0;
    assert_string_equal(world_judge(&w, verdict_o2, &arena).contrasts[1].note, "not trained");
    arena_release(&arena);
}

/* Property: shapes trained for epochs that are not the recipe's are judged by their curves, too. */
static void unripe_shapes(void **state)
{
    (void)state;
    static const double hill[] = {60, 60, 60, 18, 18, 18, 0};
    static const double curve[] = {10, 20, 30};
    const Planted planted = {"profile", {hill, hill}, 2, SHAPES_TEN, 3, 0.1, 5};
    for (int is_short = 0; is_short < 2; is_short++) {
        Arena arena = {0};
        Err err = {0};
        Verdict verdicts[VERDICT_MAX];
        size_t n = 0;
        StoreResults results = planted_results(&planted, &arena);
        results.study.classes = 10;
        results.study.n_val = 2000;
        results.revision.epochs = 20;
        for (size_t i = 0; i < results.n_points && is_short; i++) {
            results.points[i].epochs = (int64_t)ARRAY_LEN(curve);
            for (size_t s = 0; s < results.points[i].n_seeds; s++) {
                StoreSeed *seed = (StoreSeed *)(uintptr_t)&results.points[i].seeds[s];
                seed->curve = curve;
                seed->n_epochs = (int)ARRAY_LEN(curve);
            }
        }
        assert_int_equal(verdict_all(&results, &arena, verdicts, &n, &err), ERR_NONE);
        for (int k = 0; k < 2; k++) {
            const Verdict *v = find(verdicts, n, k == 0 ? "O2s" : "O4");
            assert_int_equal(v->outcome, is_short ? VERDICT_INCONCLUSIVE : VERDICT_CONFIRMED);
            if (is_short)
                assert_string_equal(v->why, "unripe");
        }
        arena_release(&arena);
    }
}

/* Property: an effect at the common rate is told in the verdict's own unit. */
static void units_at_the_common_rate(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    Err err = {0};
    Verdict verdicts[VERDICT_MAX];
    size_t n = 0;
    world_begin(&w);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < 3; i++) {
            const double top1[] = {40.0 + 6 * i - i * i, 40.1 + 6 * i - i * i};
            world_add(&w, k == 0 ? "curves" : "common:curves", "width", 1000 * (i + 1), 0, top1, 2);
        }
    assert_int_equal(verdict_all(&w.results, &arena, verdicts, &n, &err), ERR_NONE);
    const char *common = strstr(find(verdicts, n, "O1b")->summary, "at the recipe's for all it is");
    assert_non_null(common);
    assert_non_null(strstr(common, " points per 1x baseline MACs ("));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_that_chose_judge_nothing), cmocka_unit_test(epochs_of_its_own),
        cmocka_unit_test(mixed_epochs), cmocka_unit_test(unripe_shapes),
        cmocka_unit_test(units_at_the_common_rate)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
