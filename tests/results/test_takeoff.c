/* Take-off of made-up studies: who counts, when, in which group, and what smoothing does. */
#include "tests/results/world.h"

#include "results/takeoff.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { SEEDS = 3, BATCH = 16, TRAIN = 600, STEPS = 37 /* 600 / 16, whole batches */ };

static const double top1[SEEDS] = {50.0, 51.0, 52.0};

/* Losses of one trial: above the threshold of ten classes, 1.80, before epoch `at`; 0: always. */
static void train(World *w, size_t point, int seed, int at, double losses[WORLD_EPOCHS])
{
    for (int e = 0; e < WORLD_EPOCHS; e++)
        losses[e] = at > 0 && e + 1 >= at ? 1.79 : 1.81;
    w->seeds[point][seed].losses = losses;
    w->seeds[point][seed].n_epochs = WORLD_EPOCHS;
}

typedef struct Study {
    World w;
    double losses[WORLD_POINTS][SEEDS][WORLD_EPOCHS];
} Study;

static void begin(Study *s)
{
    world_begin(&s->w);
    s->w.results.study.n_train = TRAIN;
    s->w.results.revision.yaml = "recipe: {batch: 16, label_smoothing: 0}\n";
}

/* A network whose seeds take off in the epochs at[SEEDS]. */
static StorePointResult *add(Study *s, const char *part, const char *series, const int at[SEEDS])
{
    const size_t i = s->w.results.n_points;
    StorePointResult *p =
        world_add(&s->w, part, series, WORLD_BASELINE, WORLD_BASELINE, top1, SEEDS);
    for (int k = 0; k < SEEDS; k++)
        train(&s->w, i, k, at[k], s->losses[i][k]);
    return p;
}

static Takeoff find(const Study *s, Arena *arena)
{
    Takeoff out;
    Err err = {0};
    assert_int_equal(takeoff_find(&s->w.results, arena, &out, &err), ERR_NONE);
    return out;
}

/* Each case by itself, on a study of width (epochs 1, 2, 4) and depth (3, 5, never). */
static void begin_two(Study *s)
{
    static const int width[] = {1, 2, 4}, depth[] = {3, 5, 0};
    begin(s);
    add(s, "compare", "width", width);
    add(s, "compare", "depth", depth);
}

/* Property: times are epochs, a median the second of three, and late is after the second of 16. */
static void medians_and_counts(void **state)
{
    (void)state;
    static Study s;
    Arena arena = {0};
    begin_two(&s);
    const Takeoff t = find(&s, &arena);
    assert_true(fabs(t.threshold - (2.302585092994046 - 0.5)) < 1e-12); /* ln 10 */
    assert_int_equal(t.steps, STEPS);
    assert_true(t.can_be_seen && t.is_short);
    assert_int_equal(t.n, 6);
    assert_int_equal(t.n_late, 3); /* of 4, 3, 5; an eighth of 16 epochs is 2 */
    assert_int_equal(t.n_never, 1);
    assert_int_equal(t.n_parts, 1);
    const TakeoffPart *p = &t.parts[0];
    assert_int_equal(p->n_groups, 2);
    assert_false(p->is_by_network);
    assert_false(p->shuffles_networks); /* each series is one */
    assert_string_equal(p->groups[0].name, "width");
    assert_true(p->groups[0].median_epochs == 2.0 && p->groups[1].median_epochs == 5.0);
    assert_int_equal(p->groups[0].n_censored + 10 * p->groups[1].n_censored, 10);
    assert_int_equal(p->n_tested, 2);
    assert_int_equal(p->test.df, 1);
    /* scipy: logrank([1, 2, 4], CensoredData([3, 5], right=[16])): statistic ** 2 */
    assert_true(fabs(p->test.chi2 - 2.5566532880518684) < 1e-9);
    arena_release(&arena);
}

/* Property: a loss that is not a number is no take-off; a diverged trial that had not taken off is
 * at risk to the end of its planned run, so that half of those left are not half of all. */
static void diverged_trials(void **state)
{
    (void)state;
    static Study s;
    Arena arena = {0};
    begin_two(&s);
    for (int e = 0; e < WORLD_EPOCHS; e++)
        s.losses[0][0][e] = (double)NAN;
    s.w.seeds[0][1].status = STORE_TRIAL_DIVERGED; /* took off in its second epoch */
    s.w.seeds[0][1].n_epochs = 3;
    s.w.seeds[0][2].status = STORE_TRIAL_DIVERGED; /* would have in its fourth */
    s.w.seeds[0][2].n_epochs = 3;
    s.w.seeds[1][0].status = STORE_TRIAL_DIVERGED; /* in its first epoch: no curve at all */
    s.w.seeds[1][0].losses = NULL;
    s.w.seeds[1][0].n_epochs = 0;
    const Takeoff t = find(&s, &arena);
    const TakeoffGroup *width = &t.parts[0].groups[0], *depth = &t.parts[0].groups[1];
    assert_int_equal(width->n, 3);
    assert_int_equal(width->n_censored, 2);
    assert_true(isnan(width->median_epochs));
    assert_int_equal(depth->n, 3);
    assert_int_equal(depth->n_censored, 2);
    assert_true(isnan(depth->median_epochs));
    /* by scipy: logrank(CensoredData([2], right=[16] * 2), CensoredData([5], right=[16] * 2)) */
    assert_true(fabs(t.parts[0].test.chi2 - 0.020408163265306114) < 1e-9);
    assert_int_equal(t.n_never, 4);
    arena_release(&arena);
}

/* Property: trials that are not finished, or from elsewhere, are in no number. */
static void others_are_left_out(void **state)
{
    (void)state;
    static Study s;
    Arena arena = {0};
    begin_two(&s);
    s.w.seeds[0][2].status = STORE_RUNNING;
    s.w.seeds[1][2].is_imported = true;
    s.w.seeds[1][2].losses = NULL;
    const Takeoff t = find(&s, &arena);
    assert_int_equal(t.n, 4);
    assert_int_equal(t.parts[0].groups[0].n, 2);
    assert_int_equal(t.parts[0].groups[1].n, 2);
    assert_int_equal(t.parts[0].n_elsewhere, 1);
    arena_release(&arena);
}

/* Property: a network of two series is in the numbers of both and in no test; aliases within one
 * count once; a part of one series is grouped by its networks; trials are counted once in all. */
static void shared_networks(void **state)
{
    (void)state;
    static const int early[] = {1, 1, 2}, late[] = {6, 7, 8};
    static Study s;
    Arena arena = {0};
    begin(&s);
    add(&s, "curves", "width", early);
    add(&s, "curves", "depth", late);
    for (int k = 0; k < 3; k++) { /* the first network as depth's first, twice, and in the grid */
        StorePointResult *p = add(&s, k < 2 ? "curves" : "grid", k < 2 ? "depth" : "grid", early);
        p->point.trial_digest = s.w.points[0].point.trial_digest;
        for (int i = 0; i < SEEDS; i++)
            s.w.seeds[p - s.w.points][i].trial = s.w.seeds[0][i].trial;
    }
    StorePointResult *other = add(&s, "grid", "grid", late);
    for (int i = 0; i < 3; i++)
        other->point.nominal[i] = 1.0 + 0.1 * i;
    const Takeoff t = find(&s, &arena);
    assert_int_equal(t.n, 9);
    assert_int_equal(t.n_parts, 2);
    const TakeoffPart *curves = &t.parts[0], *grid = &t.parts[1];
    assert_int_equal(curves->groups[0].n, 3);
    assert_int_equal(curves->groups[0].n_shared, 3);
    assert_int_equal(curves->groups[1].n, 6);
    assert_int_equal(curves->n_tested, 1);
    assert_true(grid->is_by_network);
    assert_int_equal(grid->n_groups, 2);
    assert_string_equal(grid->groups[1].name, "1 × 1.1 × 1.2");
    assert_int_equal(grid->n_tested, 2);
    arena_release(&arena);
}

/*
 * Property: where series have several networks, these are shuffled: of 20 ways to deal two series
 * to six networks, 2 part them as far, within three errors of 2000 deals; trials within seeds would
 * be parted as far in one of 4000.
 */
static void networks_are_shuffled(void **state)
{
    (void)state;
    const double error = sqrt(0.1 * 0.9 / SURVIVAL_DRAWS);
    static Study s;
    Arena arena = {0};
    begin(&s);
    for (int k = 0; k < 6; k++) {
        const int at = 2 * k + 2, all[] = {at, at, at};
        add(&s, "curves", k < 3 ? "width" : "depth", all);
    }
    const Takeoff t = find(&s, &arena);
    assert_true(t.parts[0].shuffles_networks);
    assert_int_equal(t.parts[0].n_tested, 2);
    assert_true(fabs(t.parts[0].test.p_shuffled - 0.1) <= 3.0 * error + 1.0 / SURVIVAL_DRAWS);
    for (size_t i = 0; i < s.w.results.n_points; i++)
        s.w.points[i].point.series = "grid";
    const Takeoff grid = find(&s, &arena);
    assert_true(grid.parts[0].is_by_network && !grid.parts[0].shuffles_networks);
    assert_true(grid.parts[0].test.p_shuffled < 0.01);
    arena_release(&arena);
}

/* Property: runs whose trials all took off in the first epoch, or eighth, are not short. */
static void long_runs(void **state)
{
    (void)state;
    static const int at[] = {1, 2, 2}; /* of 16 epochs */
    static Study s;
    Arena arena = {0};
    begin(&s);
    add(&s, "compare", "width", at);
    assert_false(find(&s, &arena).is_short);
    s.w.points[0].epochs = 15;
    assert_true(find(&s, &arena).is_short);
    s.w.results.n_points = 0;
    assert_false(find(&s, &arena).is_short);
    arena_release(&arena);
}

/*
 * Property: smoothing leaves the threshold and raises what the loss can fall to: by numpy
 * -(q*np.log(q)).sum() with q = np.full(K, e/K); q[0] += 1 - e. Two classes at 0.1 cannot be seen.
 */
static void smoothing_raises_the_floor(void **state)
{
    (void)state;
    static Study s;
    Arena arena = {0};
    begin_two(&s);
    s.w.results.revision.yaml = "recipe: {batch: 1000, label_smoothing: 0.1}\n";
    const Takeoff ten = find(&s, &arena);
    assert_true(fabs(ten.threshold - 1.802585092994046) < 1e-12);
    assert_true(fabs(ten.least_loss - 0.5002880350577578) < 1e-12);
    assert_true(ten.can_be_seen && ten.is_short);
    assert_int_equal(ten.steps, 1); /* a batch larger than the split is all of it */
    s.w.results.study.classes = 2;
    const Takeoff two = find(&s, &arena);
    assert_true(fabs(two.least_loss - 0.19851524334587235) < 1e-12);
    assert_false(two.can_be_seen);
    assert_int_equal(two.n_parts, 0);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians_and_counts),        cmocka_unit_test(diverged_trials),
        cmocka_unit_test(others_are_left_out),       cmocka_unit_test(shared_networks),
        cmocka_unit_test(networks_are_shuffled),     cmocka_unit_test(long_runs),
        cmocka_unit_test(smoothing_raises_the_floor)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
