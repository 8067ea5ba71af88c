/* Trials from here and from elsewhere: whose contrasts they are in, and who says so. */
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

enum { WIDTH, DEPTH, RESOLUTION, COMPOUND, OTHER, SEEDS = 3, TARGET = 2 * WORLD_BASELINE };

static const char place[] = "a difference may be one of the two places";

/* What is said of a study; memory is the arena's. */
typedef struct Said {
    Verdict verdicts[VERDICT_MAX];
    size_t n;
} Said;

static void judge(const StoreResults *results, Arena *arena, Said *said)
{
    Err err = {0};
    assert_int_equal(verdict_all(results, arena, said->verdicts, &said->n, &err), ERR_NONE);
}

static const Verdict *find(const Said *said, const char *id)
{
    const Verdict *v = verdict_find(said->verdicts, said->n, id);
    assert_non_null(v);
    return v;
}

/* Four strategies at a target, and a size of a curve that none of them is compared with. */
static void begin(World *w)
{
    static const char *const names[] = {"width", "depth", "resolution", "compound"};
    static const double top1[][SEEDS] = {
        {50.1, 50.0, 50.3}, {49.0, 49.2, 49.1}, {51.0, 50.9, 51.2}, {54.0, 54.1, 54.3}};
    world_begin(w);
    for (int i = 0; i < OTHER; i++)
        world_add(w, "compare", names[i], TARGET, TARGET, top1[i], SEEDS);
    world_add(w, "curves", "width", WORLD_BASELINE, 0, top1[WIDTH], SEEDS);
    world_add(w, "curves", "width", TARGET, 0, top1[COMPOUND], SEEDS);
}

static void check(const World *w, const char *id, bool is_mixed, const char *words)
{
    Arena arena = {0};
    Said said;
    judge(&w->results, &arena, &said);
    const Verdict *v = find(&said, id);
    assert_int_equal(v->is_mixed, is_mixed);
    assert_int_equal(strstr(v->summary, place) != NULL, is_mixed);
    if (words != NULL && strstr(v->summary, words) == NULL)
        fail_msg("'%s' is not in: %s", words, v->summary);
    if (words == NULL)
        assert_null(strstr(v->summary, "import"));
    arena_release(&arena);
}

/* Property: a contrast with trials of both is named, with how many; those without are not. */
static void one_contrast_mixes(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    Said said;
    begin(&w);
    w.seeds[DEPTH][1].is_imported = true;
    check(&w, "O2", true,
          ", in compound minus depth at 2 x the baseline's MACs (1 of 6 imported).");
    check(&w, "O1a", false, NULL);
    judge(&w.results, &arena, &said);
    const Verdict *v = find(&said, "O2");
    assert_int_equal(v->n_contrasts, 3);
    for (size_t i = 0; i < 3; i++) {
        const VerdictOrigin *origin = &v->contrasts[i].origin;
        assert_int_equal(origin->n_trials, 6);
        assert_int_equal(origin->n_imported, i == DEPTH);
    }
    w.seeds[COMPOUND][0].is_imported = true; /* that is in all three */
    check(&w, "O2", true, "compound minus width at 2 x the baseline's MACs (1 of 6 imported), ");
    check(&w, "O2", true, "compound minus depth at 2 x the baseline's MACs (2 of 6 imported), ");
    arena_release(&arena);
}

/* Property: who compares nothing of both says nothing, whatever else the study has. */
static void others_say_nothing(void **state)
{
    (void)state;
    World w;
    begin(&w);
    for (int s = 0; s < SEEDS; s++)
        w.seeds[OTHER][s].is_imported = true;
    check(&w, "O2", false, NULL);
    check(&w, "O1a", true, "width: gain (3 of 6 imported)");
    check(&w, "O1b", false, NULL); /* two sizes have no two slopes */
}

/* Property: a trial of a seed that a contrast is not over is in none of it. */
static void seeds_left_out(void **state)
{
    (void)state;
    World w;
    begin(&w);
    w.seeds[DEPTH][1].is_imported = true;
    w.seeds[COMPOUND][1].status = STORE_TRIAL_DIVERGED;
    check(&w, "O2", false, NULL);
    w.seeds[COMPOUND][1].status = STORE_PENDING;
    check(&w, "O2", false, NULL);
    w.seeds[COMPOUND][1].status = STORE_TRIAL_DONE;
    w.seeds[COMPOUND][1].test_top1 = (double)NAN; /* imported without */
    check(&w, "O2", false, NULL);
}

/* Property: that all were trained elsewhere is another sentence, and no mixture. */
static void all_from_elsewhere(void **state)
{
    (void)state;
    World w;
    begin(&w);
    for (int i = WIDTH; i < OTHER; i++)
        for (int s = 0; s < SEEDS; s++)
            w.seeds[i][s].is_imported = true;
    check(&w, "O2", false, "All its trials were trained elsewhere (import).");
    check(&w, "O1a", false, NULL);
}

/* Property: what each network has at its own learning rate and at the recipe's is told apart. */
static void at_a_common_rate(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    Said said;
    begin(&w);
    for (int i = WIDTH; i < OTHER; i++) {
        StorePointResult *p = world_add(&w, "common:compare", w.points[i].point.series, TARGET,
                                        TARGET, (const double[]){50, 51, 52 + i}, SEEDS);
        w.seeds[p - w.points][0].is_imported = i == DEPTH;
    }
    judge(&w.results, &arena, &said);
    const Verdict *v = find(&said, "O2");
    assert_false(v->is_mixed);
    assert_null(strstr(v->summary, place));
    assert_non_null(strstr(v->summary, ", of trials from here and elsewhere (import)."));
    arena_release(&arena);
}

/* Property: a fit of shapes rests on all trials of its budget, and on none of another. */
static void shapes_by_budget(void **state)
{
    (void)state;
    static const double hill[] = {60, 60, 60, 18, 18, 18, 0};
    const Planted planted = {"profile", {hill, hill}, 2, SHAPES_TEN, SEEDS, 0.1, 5};
    Arena arena = {0};
    Said said;
    const StoreResults results = planted_results(&planted, &arena);
    planted_seed(&results, 1, 4, 2)->is_imported = true;
    judge(&results, &arena, &said);
    const Verdict *o2s = find(&said, "O2s"), *o4 = find(&said, "O4");
    assert_true(o2s->is_mixed && o4->is_mixed);
    assert_int_equal(o2s->contrasts[0].origin.n_imported, 0);
    assert_int_equal(o2s->contrasts[1].origin.n_imported, 1);
    assert_int_equal(o2s->contrasts[1].origin.n_trials, 10 * SEEDS);
    assert_int_equal(o4->contrasts[0].origin.n_trials, 2 * 10 * SEEDS);
    assert_non_null(strstr(o2s->summary, "profile at 4 x: best shape less best single dimension (1 "
                                         "of 30 imported)"));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_contrast_mixes), cmocka_unit_test(others_say_nothing),
        cmocka_unit_test(seeds_left_out),     cmocka_unit_test(all_from_elsewhere),
        cmocka_unit_test(at_a_common_rate),   cmocka_unit_test(shapes_by_budget)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
