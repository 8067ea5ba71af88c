/* Verdicts on made-up numbers: each way out, and everything that must not decide. */
#include "tests/results/world.h"

#include "results/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* A dimension with accuracies low, middle, high (plus a little spread by seed). */
static void add_dimension(World *w, const char *name, double low, double middle, double high, int n)
{
    static const double spread[WORLD_SEEDS] = {0.1, -0.2, 0.0, 0.15, -0.05};
    const double levels[] = {low, middle, high};
    for (int i = 0; i < 3; i++) {
        double top1[WORLD_SEEDS];
        for (int s = 0; s < n; s++)
            top1[s] = levels[i] + spread[(s + i) % 5];
        world_add(w, "curves", name, WORLD_BASELINE * (i + 1), 0, top1, n);
    }
}

static Verdict o1a(const World *w, Arena *arena)
{
    const Verdict v = world_judge(w, verdict_o1a, arena);
    assert_non_null(v.summary);
    return v;
}

static Verdict o1b(const World *w, Arena *arena)
{
    const Verdict v = world_judge(w, verdict_o1b, arena);
    assert_non_null(v.summary);
    return v;
}

static Verdict o2(const World *w, Arena *arena)
{
    const Verdict v = world_judge(w, verdict_o2, arena);
    assert_non_null(v.summary);
    return v;
}

/* Three dimensions that gain much and then little, but for resolution. */
static void begin_dimensions(World *w, double middle, double high, int n)
{
    world_begin(w);
    add_dimension(w, "width", 40, 46, 48, n);
    add_dimension(w, "depth", 40, 45, 46, n);
    add_dimension(w, "resolution", 40, middle, high, n);
}

/* Gains of 6 and then 2 points in every dimension, spread 0.15: clear with 5 seeds, and with 2. */
static void test_o1_confirmed(void **state)
{
    (void)state;
    for (int n = 2; n <= 5; n += 3) {
        World w;
        Arena arena = {0};
        begin_dimensions(&w, 44, 45, n);
        const Verdict a = o1a(&w, &arena), b = o1b(&w, &arena);
        assert_int_equal(a.outcome, VERDICT_CONFIRMED);
        assert_int_equal(b.outcome, VERDICT_CONFIRMED);
        assert_int_equal(a.n, n);
        assert_true(fabs(a.effect.mean - 5.0) < 0.3); /* the smallest gain: resolution */
        assert_true(fabs(b.effect.mean + 3.0) < 0.4); /* 4 points a baseline, then 1 */
        assert_true(a.has_noise && a.noise.n_networks == 9 && a.noise.df == 8 * (n - 1));
        arena_release(&arena);
    }
}

/* Accuracy that falls with resolution refutes O1a; gain that grows refutes O1b. */
static void test_o1_refuted(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin_dimensions(&w, 38, 35, 5);
    assert_int_equal(o1a(&w, &arena).outcome, VERDICT_REFUTED);
    begin_dimensions(&w, 41, 47, 5);
    assert_int_equal(o1a(&w, &arena).outcome, VERDICT_CONFIRMED);
    assert_int_equal(o1b(&w, &arena).outcome, VERDICT_REFUTED);
    arena_release(&arena);
}

/* One seed decides nothing however clear; a missing dimension, a missing size neither. */
static void test_o1_inconclusive(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin_dimensions(&w, 44, 45, 1);
    const Verdict one = o1a(&w, &arena);
    assert_int_equal(one.outcome, VERDICT_INCONCLUSIVE);
    assert_string_equal(one.why, "one seed");
    assert_non_null(strstr(one.summary, "One seed shows no noise"));
    world_begin(&w);
    add_dimension(&w, "width", 40, 46, 48, 5);
    add_dimension(&w, "depth", 40, 45, 46, 5);
    const Verdict two = o1a(&w, &arena);
    assert_int_equal(two.outcome, VERDICT_INCONCLUSIVE);
    assert_string_equal(two.why, "incomplete");
    world_begin(&w);
    const Verdict none = o1a(&w, &arena);
    assert_int_equal(none.outcome, VERDICT_INCONCLUSIVE);
    assert_string_equal(none.why, "nothing to compare");
    assert_false(none.has_effect);
    assert_int_equal(none.n, 0);
    arena_release(&arena);
}

/* Two of three sizes cost the same: there is a gain, but no two slopes, and no NaN in either. */
static void test_o1_equal_costs(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin_dimensions(&w, 44, 45, 3);
    w.points[7].point.macs = w.points[6].point.macs;
    assert_int_equal(o1a(&w, &arena).outcome, VERDICT_CONFIRMED);
    const Verdict b = o1b(&w, &arena);
    assert_string_equal(b.why, "incomplete");
    assert_string_equal(b.contrasts[2].note, "2 of at least 3 sizes of different cost");
    assert_false(b.contrasts[2].decides);
    w.points[8].point.macs = w.points[6].point.macs;
    assert_string_equal(o1a(&w, &arena).contrasts[2].note,
                        "1 of at least 2 sizes of different cost");
    for (size_t i = 0; i < b.n_contrasts; i++)
        assert_true(b.contrasts[i].interval.n == 0 || !isnan(b.contrasts[i].interval.high));
    arena_release(&arena);
}

/* Slopes use all sizes: of five, the middle one belongs to both halves. */
static void test_o1b_uses_all_sizes(void **state)
{
    (void)state;
    static const double levels[] = {40, 44, 46, 47, 49};
    World w;
    Arena arena = {0};
    world_begin(&w);
    for (int i = 0; i < 5; i++) {
        const double top1[] = {levels[i], levels[i] + 0.1 * (i % 2)};
        world_add(&w, "curves", "width", WORLD_BASELINE * (i + 1), 0, top1, 2);
    }
    const Verdict v = o1b(&w, &arena);
    /* of seed 1 (49 - 46)/2 - (46 - 40)/2 = -1.5, of seed 2 the same: the middle of a half has no
     * weight */
    assert_true(fabs(v.contrasts[0].interval.mean + 1.5) < 1e-9);
    assert_false(v.contrasts[3].decides); /* per ln MACs */
    assert_int_equal(v.contrasts[3].interval.n, 2);
    arena_release(&arena);
}

/* A network that still learns, guesses or was trained for few epochs decides nothing. */
static void test_unripe(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin_dimensions(&w, 44, 45, 3);
    for (size_t i = 0; i < w.results.n_points; i++)
        world_train(&w, i, world_settled);
    const Verdict ripe = o1a(&w, &arena);
    assert_int_equal(ripe.outcome, VERDICT_CONFIRMED);
    assert_int_equal(ripe.ripeness, VERDICT_RIPE);
    world_train(&w, 8, world_rising);
    const Verdict v = o1a(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_INCONCLUSIVE);
    assert_int_equal(v.ripeness, VERDICT_UNRIPE);
    assert_string_equal(v.why, "unripe");
    assert_int_equal(v.epochs_to_try, 32);
    assert_non_null(strstr(v.summary, "Unripe: curves resolution 0 (still rises; trials 65, 66, "
                                      "67). Train longer: try recipe.epochs=32"));
    assert_non_null(strstr(v.summary, "the 27 trials trained here for 16 epochs each then take"));
    assert_null(strstr(v.summary, "seeds would tell"));
    begin_dimensions(&w, 38, 35, 5); /* what is ripe may still contradict */
    world_train(&w, 1, world_rising);
    assert_int_equal(o1a(&w, &arena).outcome, VERDICT_REFUTED);
    w.results.revision.epochs = 7;
    for (size_t i = 0; i < w.results.n_points; i++)
        w.points[i].epochs = 7;
    assert_string_equal(o1a(&w, &arena).why, "unripe");
    arena_release(&arena);
}

/* A trial that is still to come keeps from an outcome, one that failed does not. */
static void test_unfinished(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin_dimensions(&w, 44, 45, 5);
    w.seeds[0][2].status = STORE_RUNNING;
    assert_string_equal(o1a(&w, &arena).why, "unfinished");
    w.seeds[0][2].status = STORE_FAILED;
    const Verdict v = o1a(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_int_equal(v.n, 4);
    arena_release(&arena);
}

/* Four strategies at one target, compound `ahead` of resolution, the best single dimension. */
static void add_target(World *w, int64_t target, double ahead, int n)
{
    static const double noise[WORLD_SEEDS] = {0.2, -0.1, 0.1, -0.3, 0.0};
    double width[WORLD_SEEDS], depth[WORLD_SEEDS], resolution[WORLD_SEEDS], compound[WORLD_SEEDS];
    for (int s = 0; s < n; s++) {
        width[s] = 50 + noise[s];
        depth[s] = 49 + noise[(s + 1) % 5];
        resolution[s] = 51 + noise[(s + 2) % 5];
        compound[s] = 51 + ahead + noise[(s + 3) % 5];
    }
    world_add(w, "compare", "width", target, target, width, n);
    world_add(w, "compare", "depth", target, target, depth, n);
    world_add(w, "compare", "resolution", target, target, resolution, n);
    world_add(w, "compare", "compound", target, target, compound, n);
}

static void test_o2_outcomes(void **state)
{
    (void)state;
    static const struct {
        double ahead;
        int n;
        VerdictOutcome outcome;
    } cases[] = {{2.0, 5, VERDICT_CONFIRMED},    {-2.0, 5, VERDICT_REFUTED},
                 {0.0, 5, VERDICT_INCONCLUSIVE}, {2.0, 2, VERDICT_CONFIRMED},
                 {2.0, 3, VERDICT_CONFIRMED},    {2.0, 1, VERDICT_INCONCLUSIVE}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        World w;
        Arena arena = {0};
        world_begin(&w);
        add_target(&w, 2 * WORLD_BASELINE, cases[i].ahead, cases[i].n);
        add_target(&w, 4 * WORLD_BASELINE, cases[i].ahead, cases[i].n);
        const Verdict v = o2(&w, &arena);
        assert_int_equal(v.outcome, cases[i].outcome);
        assert_int_equal(v.n, cases[i].n);
        assert_int_equal(v.n_contrasts, 6);
        assert_true(fabs(v.effect.mean - cases[i].ahead) < 0.5);
        assert_non_null(strstr(v.contrasts[2].name, "compound minus resolution at 2 x"));
        arena_release(&arena);
    }
}

/* The baseline that a comparison trains beside its strategies is no target and no rival. */
static void test_o2_with_baseline(void **state)
{
    (void)state;
    static const double baseline[] = {40, 40.1, 39.9, 40, 40.2};
    World w;
    Arena arena = {0};
    world_begin(&w);
    world_add(&w, "compare", "baseline", WORLD_BASELINE, 0, baseline, 5);
    add_target(&w, 2 * WORLD_BASELINE, 2.0, 5);
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_int_equal(v.n_contrasts, 3);
    assert_null(strstr(v.summary, "further target"));
    arena_release(&arena);
}

/* Every target counts: what one confirms the other keeps open. */
static void test_o2_needs_every_target(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 2.0, 5);
    add_target(&w, 4 * WORLD_BASELINE, 0.0, 5);
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_INCONCLUSIVE);
    assert_string_equal(v.why, "noise");
    assert_int_equal(v.contrasts[2].outcome, VERDICT_CONFIRMED);
    assert_int_equal(v.contrasts[5].outcome, VERDICT_INCONCLUSIVE);
    arena_release(&arena);
}

/* A single dimension that the study does not compare cannot be said to be beaten. */
static void test_o2_incomplete(void **state)
{
    (void)state;
    static const double a[] = {50, 50.1, 50}, c[] = {52, 52.1, 51.9};
    World w;
    Arena arena = {0};
    world_begin(&w);
    world_add(&w, "compare", "width", 2000, 2000, a, 3);
    world_add(&w, "compare", "compound", 2000, 2000, c, 3);
    const Verdict v = o2(&w, &arena);
    assert_string_equal(v.why, "incomplete");
    assert_int_equal(v.contrasts[0].outcome, VERDICT_CONFIRMED);
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
        world_begin(&w);
        add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
        w.points[3].point.status = statuses[i];
        const Verdict v = o2(&w, &arena);
        assert_int_equal(v.outcome, VERDICT_INCONCLUSIVE);
        assert_false(v.has_effect);
        assert_false(v.contrasts[0].decides);
        assert_non_null(strstr(v.contrasts[0].note, statuses[i]));
    }
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
    w.points[2].point.status = "off-ray"; /* resolution: width and depth are left */
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_int_equal(v.n_contrasts, 2);
    assert_non_null(strstr(v.summary, "cannot be built at that cost: 1 single dimension."));
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
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
    static const double other[WORLD_SEEDS] = {50, 50, 50, 50, 50};
    World w;
    Arena arena = {0};
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
    const Verdict plain = o2(&w, &arena);
    world_add(&w, "compare", "dwr", 2000, 2000, other, 5);
    world_add(&w, "compare", "fast", 2000, 2000, other, 5);
    tie(&w, 3, 4); /* compound = dwr */
    tie(&w, 2, 5); /* resolution = fast */
    tie(&w, 0, 1); /* width = depth */
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_true(fabs(v.effect.mean - plain.effect.mean) < 1e-12);
    assert_int_equal(v.n_contrasts, 2);
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
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
    static const double two[WORLD_SEEDS] = {50, 51};
    StoreFact winner = {.name = "grid/winner", .value = {2, 1, 1}};
    World w;
    Arena arena = {0};
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
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
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
    world_add(&w, "grid", "grid", 2000, 2 * WORLD_BASELINE, two, 2);
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
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
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
    static const double second[WORLD_SEEDS] = {49.1, 49, 48.9, 49.2, 48.8};
    World w;
    Arena arena = {0};
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
    add_target(&w, 4 * WORLD_BASELINE, 3.0, 5);
    world_add(&w, "compare", "compound 1.2 1.1 1.15", 2000, 2 * WORLD_BASELINE, second, 5);
    world_add(&w, "compare", "compound 1.2 1.1 1.15", 4000, 4 * WORLD_BASELINE, second, 5);
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_string_equal(v.effect_name, "compound minus the single dimension that comes closest");
    assert_int_equal(v.n_contrasts, 12);
    assert_string_equal(v.contrasts[0].name, "compound minus width at 2 x the baseline's MACs");
    assert_string_equal(v.contrasts[11].name,
                        "compound 1.2 1.1 1.15 minus resolution at 4 x the baseline's MACs");
    assert_int_equal(v.contrasts[11].outcome, VERDICT_REFUTED);
    assert_string_equal(v.contrasts[11].note, "REFUTED by itself, the verdict is about compound");
    assert_non_null(strstr(v.summary, "By itself compound 1.2 1.1 1.15: -1.98 points"));
    set_nominal(&w, 3, 2, 1, 1);
    set_nominal(&w, 7, 4, 1, 1);
    const Verdict other = o2(&w, &arena);
    assert_int_equal(other.outcome, VERDICT_REFUTED);
    assert_non_null(strstr(other.summary, "Compound 1.2 1.1 1.15 minus the single dimension"));
    assert_non_null(strstr(other.summary, "Nothing is said of compound: compound scales depth "
                                          "alone"));
    assert_null(strstr(other.summary, "add `"));
    arena_release(&arena);
}

/* A diverged seed is left out and counted; who lost it wins nothing by it, but others may. */
static void test_o2_diverged(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
    w.seeds[3][0].status = STORE_TRIAL_DIVERGED;
    w.seeds[3][0].test_top1 = (double)NAN;
    const Verdict v = o2(&w, &arena);
    assert_int_equal(v.n, 4);
    assert_int_equal(v.contrasts[0].n_diverged, 1);
    assert_int_equal(v.outcome, VERDICT_INCONCLUSIVE);
    assert_string_equal(v.why, "diverged");
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
    w.seeds[0][0].status = STORE_TRIAL_DIVERGED; /* width lost a seed, and loses all the same */
    w.seeds[0][0].test_top1 = (double)NAN;
    assert_int_equal(o2(&w, &arena).outcome, VERDICT_CONFIRMED);
    arena_release(&arena);
}

/* --- O3 --- */

/* Lines of figure 4: the widths' gain in points is `small` at the baseline, `large` at the other
 * end. */
static void add_lines(World *w, double small, double large, double level, int n)
{
    static const double bases[][2] = {{1, 1}, {1, 1.3}, {2, 1}, {2, 1.3}};
    static const double widths[] = {1, 1.4, 2}, spread[] = {0.1, -0.1, 0.05, 0.0, -0.05};
    static const char *const names[] = {"d=1 r=1", "d=1 r=1.3", "d=2 r=1", "d=2 r=1.3"};
    for (int line = 0; line < 4; line++)
        for (int i = 0; i < 3; i++) {
            double top1[WORLD_SEEDS];
            for (int s = 0; s < n; s++)
                top1[s] = (line == 3 ? level : 40) + (line == 3 ? large : small) * log2(widths[i]) +
                          spread[(s + i + line) % 5];
            StorePoint *p = &world_add(w, "lines", names[line], 1000, 0, top1, n)->point;
            p->nominal[0] = bases[line][0];
            p->nominal[1] = p->built[1] = widths[i];
            p->nominal[2] = bases[line][1];
        }
}

static Verdict o3(const World *w, Arena *arena)
{
    return world_judge(w, verdict_o3, arena);
}

static void test_o3_outcomes(void **state)
{
    (void)state;
    static const struct {
        double small, large, level;
        VerdictOutcome outcome;
        const char *why;
    } cases[] = {{2, 5, 50, VERDICT_CONFIRMED, "every contrast agrees"},
                 {5, 2, 50, VERDICT_REFUTED, "every contrast contradicts"},
                 {3, 3, 50, VERDICT_INCONCLUSIVE, "noise"},
                 /* near the ceiling fewer points a doubling, and more logits */
                 {6, 1.5, 96, VERDICT_INCONCLUSIVE, "points and logits do not agree"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        World w;
        Arena arena = {0};
        world_begin(&w);
        add_lines(&w, cases[i].small, cases[i].large, cases[i].level, 3);
        const Verdict v = o3(&w, &arena);
        assert_int_equal(v.outcome, cases[i].outcome);
        assert_string_equal(v.why, cases[i].why);
        assert_true(fabs(v.effect.mean - (cases[i].large - cases[i].small)) < 0.3);
        assert_int_equal(v.n_contrasts, 4);
        assert_false(v.contrasts[2].decides);
        arena_release(&arena);
    }
}

/* Lines that vary one of depth and resolution show no interaction with both. */
static void test_o3_needs_both_ends(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    world_begin(&w);
    add_lines(&w, 2, 5, 50, 3);
    w.results.n_points = 9;
    const Verdict v = o3(&w, &arena);
    assert_string_equal(v.why, "nothing to compare");
    assert_non_null(strstr(v.summary, "Nothing is said: no line has both"));
    arena_release(&arena);
}

/* DEMO goes with the data set; every text says it is an observation. */
static void test_stamps(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    world_begin(&w);
    add_target(&w, 2 * WORLD_BASELINE, 3.0, 5);
    assert_false(o2(&w, &arena).is_demo);
    w.results.study.is_demo = true;
    const Verdict v = o2(&w, &arena);
    assert_true(v.is_demo && o1a(&w, &arena).is_demo);
    assert_non_null(strstr(v.summary, "An observation about net on set"));
    assert_string_equal(verdict_outcome_name(VERDICT_REFUTED), "REFUTED");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_o1_confirmed),
                                       cmocka_unit_test(test_o1_refuted),
                                       cmocka_unit_test(test_o1_inconclusive),
                                       cmocka_unit_test(test_o1_equal_costs),
                                       cmocka_unit_test(test_o1b_uses_all_sizes),
                                       cmocka_unit_test(test_unripe),
                                       cmocka_unit_test(test_unfinished),
                                       cmocka_unit_test(test_o2_outcomes),
                                       cmocka_unit_test(test_o2_with_baseline),
                                       cmocka_unit_test(test_o2_needs_every_target),
                                       cmocka_unit_test(test_o2_incomplete),
                                       cmocka_unit_test(test_o2_silent_points),
                                       cmocka_unit_test(test_o2_ties),
                                       cmocka_unit_test(test_o2_one_dimensional_winner),
                                       cmocka_unit_test(test_o2_winner_of_a_second_grid),
                                       cmocka_unit_test(test_o2_two_compounds),
                                       cmocka_unit_test(test_o2_diverged),
                                       cmocka_unit_test(test_o3_outcomes),
                                       cmocka_unit_test(test_o3_needs_both_ends),
                                       cmocka_unit_test(test_stamps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
