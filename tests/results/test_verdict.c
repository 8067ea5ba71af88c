/* Verdicts on made-up numbers: each way out, and everything that must not decide. */
#include "results/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { MAX_POINTS = 32, MAX_SEEDS = 8, BASELINE = 1000 };

/* Made-up results. */
typedef struct World {
    StoreResults results;
    StorePointResult points[MAX_POINTS];
    StoreSeed seeds[MAX_POINTS][MAX_SEEDS];
    char digests[MAX_POINTS][16];
} World;

static void begin(World *w)
{
    memset(w, 0, sizeof(*w));
    w->results.points = w->points;
    w->results.study.baseline = "net";
    w->results.study.data_name = "set";
    w->results.revision.baseline_macs = BASELINE;
}

/* A point with test accuracies top1[n]; validation is test + val_shift. */
static StorePointResult *add(World *w, const char *part, const char *series, int64_t macs,
                             int64_t target, const double *top1, int n, double val_shift)
{
    const size_t i = w->results.n_points++;
    snprintf(w->digests[i], sizeof(w->digests[i]), "digest%zu", i);
    w->points[i] = (StorePointResult){.point = {.part = part,
                                                .figure = "x",
                                                .series = series,
                                                .match = target ? "counted" : "none",
                                                .trial_digest = w->digests[i],
                                                .network = w->digests[i],
                                                .macs = macs,
                                                .target_macs = target,
                                                .status = target ? "fair" : "unmatched"},
                                      .seeds = w->seeds[i],
                                      .n_seeds = (size_t)n};
    for (int s = 0; s < n; s++)
        w->seeds[i][s] = (StoreSeed){.seed = s + 1,
                                     .status = STORE_TRIAL_DONE,
                                     .val_top1 = top1[s] + val_shift,
                                     .test_top1 = top1[s]};
    return &w->points[i];
}

/* A dimension with accuracies low, middle, high (plus a little spread by seed). */
static void add_dimension(World *w, const char *name, double low, double middle, double high, int n)
{
    static const double spread[MAX_SEEDS] = {0.1, -0.2, 0.0, 0.15, -0.05};
    const double levels[] = {low, middle, high};
    for (int i = 0; i < 3; i++) {
        double top1[MAX_SEEDS];
        for (int s = 0; s < n; s++)
            top1[s] = levels[i] + spread[(s + i) % 5];
        add(w, "curves", name, BASELINE * (i + 1), 0, top1, n, 0.0);
    }
}

static Verdict o1(World *w, Arena *arena)
{
    Verdict v;
    Err err = {0};
    assert_int_equal(verdict_o1(&w->results, arena, &v, &err), ERR_NONE);
    assert_non_null(v.summary);
    return v;
}

static Verdict o2(World *w, Arena *arena)
{
    Verdict v;
    Err err = {0};
    assert_int_equal(verdict_o2(&w->results, arena, &v, &err), ERR_NONE);
    assert_non_null(v.summary);
    return v;
}

/* Gains of 6 and then 2 points in every dimension, spread 0.15: clear with 5 seeds. */
static void test_o1_confirmed(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin(&w);
    add_dimension(&w, "width", 40, 46, 48, 5);
    add_dimension(&w, "depth", 40, 45, 46, 5);
    add_dimension(&w, "resolution", 40, 44, 45, 5);
    const Verdict v = o1(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_int_equal(v.n, 5);
    assert_true(fabs(v.effect.mean - 5.0) < 0.2); /* the smallest gain: resolution */
    arena_release(&arena);
}

/* Accuracy that falls with resolution refutes; gain that grows does, too. */
static void test_o1_refuted(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin(&w);
    add_dimension(&w, "width", 40, 46, 48, 5);
    add_dimension(&w, "depth", 40, 45, 46, 5);
    add_dimension(&w, "resolution", 40, 38, 35, 5);
    assert_int_equal(o1(&w, &arena).outcome, VERDICT_REFUTED);
    begin(&w);
    add_dimension(&w, "width", 40, 41, 48, 5);
    add_dimension(&w, "depth", 40, 45, 46, 5);
    add_dimension(&w, "resolution", 40, 44, 45, 5);
    assert_int_equal(o1(&w, &arena).outcome, VERDICT_REFUTED);
    arena_release(&arena);
}

/* Two seeds decide nothing however clear; a missing dimension, a missing size neither. */
static void test_o1_inconclusive(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin(&w);
    add_dimension(&w, "width", 40, 46, 48, 2);
    add_dimension(&w, "depth", 40, 45, 46, 2);
    add_dimension(&w, "resolution", 40, 44, 45, 2);
    const Verdict two = o1(&w, &arena);
    assert_int_equal(two.outcome, VERDICT_INCONCLUSIVE);
    assert_true(two.seeds_needed >= STATS_MIN_N);
    assert_non_null(strstr(two.summary, "Fewer than 3 seeds decide nothing"));
    begin(&w);
    add_dimension(&w, "width", 40, 46, 48, 5);
    add_dimension(&w, "depth", 40, 45, 46, 5);
    assert_int_equal(o1(&w, &arena).outcome, VERDICT_INCONCLUSIVE);
    begin(&w);
    const Verdict none = o1(&w, &arena);
    assert_int_equal(none.outcome, VERDICT_INCONCLUSIVE);
    assert_false(none.has_effect);
    assert_int_equal(none.n, 0);
    arena_release(&arena);
}

/* Four strategies at one target, compound `ahead` of resolution, the best single dimension. */
static void add_target(World *w, int64_t target, double ahead, int n)
{
    static const double noise[MAX_SEEDS] = {0.2, -0.1, 0.1, -0.3, 0.0};
    double width[MAX_SEEDS], depth[MAX_SEEDS], resolution[MAX_SEEDS], compound[MAX_SEEDS];
    for (int s = 0; s < n; s++) {
        width[s] = 50 + noise[s];
        depth[s] = 49 + noise[(s + 1) % 5];
        resolution[s] = 51 + noise[(s + 2) % 5];
        compound[s] = 51 + ahead + noise[(s + 3) % 5];
    }
    add(w, "compare", "width", target, target, width, n, 0.0);
    add(w, "compare", "depth", target, target, depth, n, 0.0);
    add(w, "compare", "resolution", target, target, resolution, n, 0.0);
    add(w, "compare", "compound", target, target, compound, n, 0.0);
}

static void test_o2_outcomes(void **state)
{
    (void)state;
    static const struct {
        double ahead;
        int n;
        VerdictOutcome outcome;
    } cases[] = {{2.0, 5, VERDICT_CONFIRMED},    {-2.0, 5, VERDICT_REFUTED},
                 {0.0, 5, VERDICT_INCONCLUSIVE}, {2.0, 2, VERDICT_INCONCLUSIVE},
                 {2.0, 3, VERDICT_CONFIRMED},    {2.0, 1, VERDICT_INCONCLUSIVE}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        World w;
        Arena arena = {0};
        begin(&w);
        add_target(&w, 2 * BASELINE, cases[i].ahead, cases[i].n);
        add_target(&w, 4 * BASELINE, cases[i].ahead, cases[i].n);
        const Verdict v = o2(&w, &arena);
        assert_int_equal(v.outcome, cases[i].outcome);
        assert_int_equal(v.n, cases[i].n);
        assert_int_equal(v.n_contrasts, 2);
        assert_true(fabs(v.effect.mean - cases[i].ahead) < 0.5);
        assert_non_null(strstr(v.contrasts[0].name, "compound against resolution at 2 x"));
        arena_release(&arena);
    }
}

/* The best single dimension is picked by validation, though another is better on test. */
static void test_o2_selects_on_validation(void **state)
{
    (void)state;
    static const double a[] = {50, 50, 50}, b[] = {55, 55, 55}, c[] = {52, 52.1, 51.9};
    World w;
    Arena arena = {0};
    begin(&w);
    add(&w, "compare", "width", 2000, 2000, a, 3, 10.0); /* validation 60 */
    add(&w, "compare", "depth", 2000, 2000, b, 3, 0.0);  /* validation 55 */
    add(&w, "compare", "compound", 2000, 2000, c, 3, 0.0);
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_non_null(strstr(v.contrasts[0].name, "against width"));
    assert_true(fabs(v.effect.mean - 2.0) < 1e-9);
    arena_release(&arena);
}

/* A seed that not all of them have does not pick the best single dimension. */
static void test_o2_selects_on_common_seeds(void **state)
{
    (void)state;
    static const double a[] = {50, 50, 50, 90}, b[] = {55, 55, 55}, c[] = {52, 52.1, 51.9};
    World w;
    Arena arena = {0};
    begin(&w);
    add(&w, "compare", "width", 2000, 2000, a, 4, 0.0);
    add(&w, "compare", "depth", 2000, 2000, b, 3, 0.0);
    add(&w, "compare", "compound", 2000, 2000, c, 3, 0.0);
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_REFUTED);
    assert_non_null(strstr(v.contrasts[0].name, "against depth"));
    arena_release(&arena);
}

/* Off its ray, unfair or nominal, a compound point decides nothing; such a single is left out. */
static void test_o2_silent_points(void **state)
{
    (void)state;
    static const char *const statuses[] = {"off-ray", "unfair", "unmatched"};
    World w;
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        begin(&w);
        add_target(&w, 2 * BASELINE, 3.0, 5);
        w.points[3].point.status = statuses[i];
        const Verdict v = o2(&w, &arena);
        assert_int_equal(v.outcome, VERDICT_INCONCLUSIVE);
        assert_false(v.has_effect);
        assert_false(v.contrasts[0].decides);
        assert_non_null(strstr(v.contrasts[0].note, statuses[i]));
    }
    begin(&w);
    add_target(&w, 2 * BASELINE, 3.0, 5);
    w.points[2].point.status = "off-ray"; /* resolution: width is the best that is left */
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_non_null(strstr(v.contrasts[0].name, "against width"));
    begin(&w);
    add_target(&w, 2 * BASELINE, 3.0, 5);
    for (int i = 0; i < 4; i++)
        w.points[i].point.match = "nominal";
    const Verdict nominal = o2(&w, &arena);
    assert_true(nominal.is_nominal);
    assert_int_equal(nominal.outcome, VERDICT_INCONCLUSIVE);
    arena_release(&arena);
}

/* Gives two points one network, as matching does: both are tied. */
static void tie(World *w, int a, int b)
{
    w->points[b].point.network = w->points[a].point.network;
    w->points[b].point.trial_digest = w->points[a].point.trial_digest;
    w->points[a].point.status = w->points[b].point.status = "tied";
}

/*
 * Only ties among what O2 names matter: a compound that is also dwr, a single dimension that is
 * also fast, and two single dimensions in one network change nothing; a compound that is also depth
 * says so and decides nothing.
 */
static void test_o2_ties(void **state)
{
    (void)state;
    static const double other[MAX_SEEDS] = {50, 50, 50, 50, 50};
    World w;
    Arena arena = {0};
    begin(&w);
    add_target(&w, 2 * BASELINE, 3.0, 5);
    const Verdict plain = o2(&w, &arena);
    add(&w, "compare", "dwr", 2000, 2000, other, 5, 0.0);
    add(&w, "compare", "fast", 2000, 2000, other, 5, 0.0);
    tie(&w, 3, 4); /* compound = dwr */
    tie(&w, 2, 5); /* resolution = fast */
    tie(&w, 0, 1); /* width = depth */
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_true(v.effect.mean == plain.effect.mean && v.effect.low == plain.effect.low);
    assert_string_equal(v.contrasts[0].name, plain.contrasts[0].name);
    begin(&w);
    add_target(&w, 2 * BASELINE, 3.0, 5);
    tie(&w, 1, 3); /* depth = compound */
    const Verdict silent = o2(&w, &arena);
    assert_int_equal(silent.outcome, VERDICT_INCONCLUSIVE);
    assert_false(silent.has_effect || silent.contrasts[0].decides);
    assert_string_equal(silent.contrasts[0].note, "compound and depth are one network here");
    assert_null(strstr(silent.summary, "add `"));
    arena_release(&arena);
}

static void set_nominal(World *w, int point, double depth, double width, double resolution)
{
    const double nominal[] = {depth, width, resolution};
    memcpy(w->points[point].point.nominal, nominal, sizeof(nominal));
}

/* A winner that scales depth alone is no balance: the verdict says so, and what to add. */
static void test_o2_one_dimensional_winner(void **state)
{
    (void)state;
    static const double two[MAX_SEEDS] = {50, 51};
    StoreFact winner = {.name = "grid/winner", .value = {2, 1, 1}};
    World w;
    Arena arena = {0};
    begin(&w);
    add_target(&w, 2 * BASELINE, 3.0, 5);
    set_nominal(&w, 3, 2, 1, 1);
    w.results.facts = &winner;
    w.results.n_facts = 1;
    const Verdict alone = o2(&w, &arena); /* depth's network is another one, by a trim */
    assert_false(alone.has_effect);
    assert_non_null(strstr(alone.summary, "the grid's winner scales depth alone, so compound "
                                          "balances nothing; add `{compound"));
    tie(&w, 1, 3);
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_INCONCLUSIVE);
    assert_false(v.has_effect);
    assert_non_null(strstr(v.summary,
                           "No target decides: the grid's winner scales depth alone, so compound "
                           "and depth are one network; add `{compound: [1.2, 1.1, 1.15]}` to the "
                           "strategies of part 'compare' to have balance compared."));
    winner = (StoreFact){.name = "grid/winner", .value = {1.9, 1, 1.05}};
    set_nominal(&w, 3, 1.9, 1, 1.05);
    assert_non_null(strstr(o2(&w, &arena).summary, "compound and depth are one network here; add"));
    /* Matching gave the winner two pixels more: its constants have a gamma, the grid's point none.
     */
    begin(&w);
    add_target(&w, 2 * BASELINE, 3.0, 5);
    add(&w, "grid", "grid", 2000, 2 * BASELINE, two, 2, 0.0);
    set_nominal(&w, 3, 4, 1, 1.0625 * 1.0625);
    set_nominal(&w, 4, 2, 1, 1);
    winner = (StoreFact){
        .name = "grid/winner", .network = w.points[4].point.network, .value = {2, 1, 1.0625}};
    w.results.facts = &winner;
    w.results.n_facts = 1;
    const Verdict trimmed = o2(&w, &arena);
    assert_false(trimmed.has_effect);
    assert_non_null(strstr(trimmed.summary, "the grid's winner scales depth alone"));
    set_nominal(&w, 4, 2, 1, 1.05);
    assert_true(o2(&w, &arena).has_effect);
    arena_release(&arena);
}

/* Of several grids' winners that one speaks whose constants the compound has. */
static void test_o2_winner_of_a_second_grid(void **state)
{
    (void)state;
    StoreFact winners[] = {{.name = "grid/winner", .value = {1.2, 1.1, 1.15}},
                           {.name = "grid-2/winner", .value = {2, 1, 1}}};
    World w;
    Arena arena = {0};
    begin(&w);
    add_target(&w, 2 * BASELINE, 3.0, 5);
    w.results.facts = winners;
    w.results.n_facts = ARRAY_LEN(winners);
    set_nominal(&w, 3, 2, 1, 1);
    const Verdict second = o2(&w, &arena);
    assert_false(second.has_effect);
    assert_non_null(strstr(second.summary, "the grid's winner scales depth alone"));
    set_nominal(&w, 3, 1.2 * 1.2, 1.1 * 1.1, 1.15 * 1.15);
    assert_true(o2(&w, &arena).has_effect);
    arena_release(&arena);
}

/*
 * Two compounds have a line each at every target and one over all. The first decides, if it has
 * balance to compare; the other is told beside it. If it has none, the second decides.
 */
static void test_o2_two_compounds(void **state)
{
    (void)state;
    static const double second[MAX_SEEDS] = {49.1, 49, 48.9, 49.2, 48.8};
    World w;
    Arena arena = {0};
    begin(&w);
    add_target(&w, 2 * BASELINE, 3.0, 5);
    add_target(&w, 4 * BASELINE, 3.0, 5);
    add(&w, "compare", "compound 1.2 1.1 1.15", 2000, 2 * BASELINE, second, 5, 0.0);
    add(&w, "compare", "compound 1.2 1.1 1.15", 4000, 4 * BASELINE, second, 5, 0.0);
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_string_equal(v.effect_name, "compound minus the best single dimension");
    assert_int_equal(v.n_contrasts, 6);
    assert_string_equal(v.contrasts[0].name,
                        "compound against resolution at 2 x the baseline's MACs");
    assert_string_equal(v.contrasts[2].name,
                        "compound against the best single dimension, mean of 2 targets");
    assert_string_equal(v.contrasts[4].name,
                        "compound 1.2 1.1 1.15 against resolution at 4 x the baseline's MACs");
    assert_int_equal(v.contrasts[5].outcome, VERDICT_REFUTED);
    assert_string_equal(v.contrasts[5].note, "a line of its own, the verdict is about compound");
    assert_non_null(strstr(v.summary, "By itself compound 1.2 1.1 1.15: -1.98 points"));
    set_nominal(&w, 3, 2, 1, 1);
    set_nominal(&w, 7, 4, 1, 1);
    const Verdict other = o2(&w, &arena);
    assert_int_equal(other.outcome, VERDICT_REFUTED);
    assert_string_equal(other.effect_name, "compound 1.2 1.1 1.15 minus the best single dimension");
    assert_non_null(strstr(other.summary, "Compound 1.2 1.1 1.15 minus the best single dimension"));
    assert_non_null(strstr(other.summary, "Nothing is said of compound: compound scales depth "
                                          "alone"));
    assert_null(strstr(other.summary, "add `"));
    arena_release(&arena);
}

/* A diverged compound seed is left out and counted; an unfinished single stops the target. */
static void test_o2_diverged_and_unfinished(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin(&w);
    add_target(&w, 2 * BASELINE, 3.0, 5);
    w.seeds[3][0].status = STORE_TRIAL_DIVERGED;
    w.seeds[3][0].test_top1 = (double)NAN;
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.n, 4);
    assert_int_equal(v.contrasts[0].n_diverged, 1);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    w.seeds[0][2].status = STORE_RUNNING;
    const Verdict unfinished = o2(&w, &arena);
    assert_int_equal(unfinished.outcome, VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(unfinished.contrasts[0].note, "unfinished"));
    arena_release(&arena);
}

/* DEMO goes with the data set; every text says it is an observation. */
static void test_stamps(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin(&w);
    add_target(&w, 2 * BASELINE, 3.0, 5);
    assert_false(o2(&w, &arena).is_demo);
    w.results.study.is_demo = true;
    const Verdict v = o2(&w, &arena);
    assert_true(v.is_demo && o1(&w, &arena).is_demo);
    assert_non_null(strstr(v.summary, "An observation about net on set"));
    assert_string_equal(verdict_outcome_name(VERDICT_REFUTED), "REFUTED");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_o1_confirmed),
                                       cmocka_unit_test(test_o1_refuted),
                                       cmocka_unit_test(test_o1_inconclusive),
                                       cmocka_unit_test(test_o2_outcomes),
                                       cmocka_unit_test(test_o2_selects_on_validation),
                                       cmocka_unit_test(test_o2_selects_on_common_seeds),
                                       cmocka_unit_test(test_o2_silent_points),
                                       cmocka_unit_test(test_o2_ties),
                                       cmocka_unit_test(test_o2_one_dimensional_winner),
                                       cmocka_unit_test(test_o2_winner_of_a_second_grid),
                                       cmocka_unit_test(test_o2_two_compounds),
                                       cmocka_unit_test(test_o2_diverged_and_unfinished),
                                       cmocka_unit_test(test_stamps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
