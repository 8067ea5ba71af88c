/* What a plan's claims are, with which noise, and which design sees more of them. */
#include "tests/harness/planfixture.h"

#include "base/sys.h"
#include "harness/plan_design.h"
#include "harness/plan_noise.h"
#include "harness/plan_power.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

static PlanPower power_of_plan(const Plan *plan)
{
    PlanPower power;
    Err err = {0};
    if (plan_power_find(&power, plan, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return power;
}

static const PlanClaim *find(const PlanPower *power, const char *id)
{
    for (size_t i = 0; i < power->n_claims; i++)
        if (strcmp(power->claims[i].id, id) == 0)
            return &power->claims[i];
    fail_msg("no claim '%s'", id);
    return NULL;
}

static const char all_parts[] =
    "\n  - curves: {width: [1, 1.4, 2], depth: [1, 2, 3], resolution: [1, 1.3, 1.7]}"
    "\n  - lines: {bases: [[1, 1], [2, 1.3]], width: [1, 1.4, 1.8]}"
    "\n  - compare: {strategies: [width, depth, resolution, {compound: [1.2, 1.1, 1.15]}], macs: "
    "[2, 4]}"
    "\n  - grid: {step: 0.1}";

/* Property: each part makes its claim, with the contrasts it needs and all networks trained alike.
 */
static void parts_make_claims(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make(all_parts);
    const PlanPower power = power_of_plan(f.plan);
    static const struct {
        const char *id;
        int n_contrasts;
        double squares;
    } rows[] = {{"O1a", 3, 2}, {"O3", 1, 0}, {"O2", 6, 2}, {"O2s", 3, 0}};
    assert_int_equal(power.n_claims, ARRAY_LEN(rows));
    const int n_choosing = find(&power, "O1a")->design.n_networks;
    assert_true(n_choosing > 8 && n_choosing <= (int)f.plan->n_networks);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const PlanClaim *claim = find(&power, rows[i].id);
        assert_int_equal(claim->design.n_contrasts, rows[i].n_contrasts);
        /* compare has seeds of its own, which judge: its eight networks are trained with them */
        assert_int_equal(claim->design.n_networks, strcmp(rows[i].id, "O2") == 0 ? 8 : n_choosing);
        assert_int_equal(claim->design.n_seeds, 2);
        assert_true(claim->design.sd == POWER_DEFAULT_SD);
        if (rows[i].squares > 0)
            assert_true(claim->design.squares == rows[i].squares);
        else
            assert_true(claim->design.squares > 0);
        assert_true(claim->detectable > 0);
        assert_true(claim->detectable <= power.weakest->detectable);
        const PowerDesign other = claim->design;
        assert_true(claim->detectable == power_detectable(&other, 0.80));
    }
    planfixture_drop(&f);
}

/*
 * Property: the interaction's variance is that of two slopes by least squares, over the built
 * widths 1, 1.4 and 2 or so of both lines: numpy: 1 / ((x - x.mean())**2).sum(), x = log2(width).
 */
static void slopes_have_their_variance(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make(
        "[lines: {bases: [[1, 1], [1, 1.3], [2, 1], [2, 1.3]], width: [1, 1.4, 2]}]");
    const PlanPower power = power_of_plan(f.plan);
    double squares = 0;
    for (size_t line = 0; line < 4; line += 3) {
        double x[3], mean = 0, about = 0;
        for (size_t i = 0; i < 3; i++) {
            x[i] = log2(f.plan->points[line * 3 + i].built.width);
            mean += x[i] / 3;
        }
        for (size_t i = 0; i < 3; i++)
            about += (x[i] - mean) * (x[i] - mean);
        squares += 1 / about;
    }
    assert_true(fabs(find(&power, "O3")->design.squares - squares) <= 1e-12 * squares);
    assert_int_equal(power.remedies[power.n_remedies - 1].kind, PLAN_FEWER_NETWORKS);
    planfixture_drop(&f);
}

/* Property: parts that compare nothing of the kind make no claim. */
static void some_parts_make_none(void **state)
{
    (void)state;
    static const char *const parts[] = {"[compare: {strategies: [width, depth], macs: [2]}]",
                                        "[grid: {step: 0.1, match: nominal}]",
                                        "[curves: {width: [1], depth: [1], resolution: [1]}]",
                                        "[lines: {bases: [[1, 1]], width: [1, 2]}]"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        PlanFixture f = planfixture_make(parts[i]);
        const PlanPower power = power_of_plan(f.plan);
        assert_int_equal(power.n_claims, 0);
        assert_null(power.weakest);
        Text text = {0};
        plan_power_text(f.plan, &power, &text);
        assert_int_equal(text.n_bytes, 0);
        planfixture_drop(&f);
    }
}

/*
 * Property: the fixture's hundred images are unripe: longer training stands first; sizes between
 * the ends pay for more seeds, which show less.
 */
static void remedies_cost_no_more(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make(
        "[curves: {width: [1, 1.4, 1.7, 2], depth: [1, 2, 3, 4], resolution: [1, 1.3, 1.5, 1.7]}]");
    const PlanPower power = power_of_plan(f.plan);
    assert_int_equal(power.n_remedies, 2);
    const PlanRemedy *epochs = &power.remedies[0], *networks = &power.remedies[1];
    assert_int_equal(epochs->kind, PLAN_MORE_EPOCHS);
    assert_true(epochs->epochs * epochs->n_seeds <= f.study->recipe.epochs * 2);
    assert_int_equal(networks->kind, PLAN_FEWER_NETWORKS);
    assert_int_equal(networks->n_networks, power.weakest->design.n_networks - 6);
    assert_true(networks->n_seeds > 2);
    assert_true(networks->detectable < power.weakest->detectable);
    planfixture_drop(&f);
}

/* --- pilots --- */

enum { NETWORKS = 3, SEEDS = 2 };

/* A store's results: networks of the grid, each with two seeds done. */
typedef struct Pilot {
    StoreSeed seeds[NETWORKS][SEEDS];
    StorePointResult points[NETWORKS + 3];
    StoreResults results;
} Pilot;

static void make_pilot(Pilot *p, const char *data_name)
{
    static const char *const digests[NETWORKS] = {"a", "b", "c"};
    static const double top1[NETWORKS][SEEDS] = {{50, 52}, {60, 61}, {55, 60}};
    memset(p, 0, sizeof *p);
    for (int n = 0; n < NETWORKS; n++) {
        for (int s = 0; s < SEEDS; s++)
            p->seeds[n][s] =
                (StoreSeed){.seed = s + 1, .status = STORE_TRIAL_DONE, .test_top1 = top1[n][s]};
        p->points[n] = (StorePointResult){.point = {.part = "grid", .trial_digest = digests[n]},
                                          .epochs = 20,
                                          .seeds = p->seeds[n],
                                          .n_seeds = SEEDS};
    }
    p->points[NETWORKS] = p->points[0]; /* an alias counts once */
    p->results =
        (StoreResults){.study = {.data_name = data_name, .n_train = 100, .n_val = 50, .n_test = 50},
                       .points = p->points,
                       .n_points = NETWORKS + 1};
}

/*
 * Property: the noise is the residual deviation of the block model: residuals of differences 2, 1,
 * 5 between two seeds: their mean is 8/3, sum of squares ((2/3)^2 + (5/3)^2 + (7/3)^2) / 2 = 13/3
 * over (3 - 1)(2 - 1) degrees of freedom.
 */
static void noise_is_the_pilots(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[curves: {width: [1, 2]}]");
    Pilot pilot;
    Err err = {0};
    make_pilot(&pilot, "polytex");
    assert_int_equal(plan_noise_take(f.plan, "runs/pilot", &pilot.results, f.study, &err),
                     ERR_NONE);
    assert_true(fabs(f.plan->noise.sd - sqrt(13.0 / 6.0)) <= 1e-12);
    assert_true(f.plan->noise.df == 2);
    assert_int_equal(f.plan->noise.remarks.n_bytes, 0);
    const PlanPower power = power_of_plan(f.plan);
    assert_true(power.weakest->design.sd == f.plan->noise.sd);
    Text text = {0};
    plan_power_text(f.plan, &power, &text);
    assert_non_null(
        strstr(text_string(&text), "1.47 points a trial, that of 'runs/pilot' (2 degrees"));
    text_release(&text);
    planfixture_drop(&f);
}

/*
 * Property: a network that two parts train with other seeds is one row with the seeds of both; what
 * a tune tries and what stands beside it at the common rate is no noise of the study's recipe.
 */
static void parts_of_a_pilot_are_merged(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[curves: {width: [1, 2]}]");
    Pilot pilot;
    StoreSeed wild[2][SEEDS] = {{{.seed = 1, .status = STORE_TRIAL_DONE, .test_top1 = 1},
                                 {.seed = 2, .status = STORE_TRIAL_DONE, .test_top1 = 99}},
                                {{.seed = 1, .status = STORE_TRIAL_DONE, .test_top1 = 99},
                                 {.seed = 2, .status = STORE_TRIAL_DONE, .test_top1 = 1}}};
    Err err = {0};
    make_pilot(&pilot, "polytex");
    pilot.points[0].n_seeds = 1; /* its other seed is another part's */
    pilot.points[NETWORKS].point.part = "retrain";
    pilot.points[NETWORKS].seeds++;
    pilot.points[NETWORKS].n_seeds = 1;
    pilot.points[NETWORKS + 1] = pilot.points[NETWORKS + 2] =
        (StorePointResult){.point = {.part = "tune-2", .trial_digest = "d"},
                           .epochs = 20,
                           .seeds = wild[0],
                           .n_seeds = SEEDS};
    pilot.points[NETWORKS + 2].point.part = "common:grid";
    pilot.points[NETWORKS + 2].point.trial_digest = "e";
    pilot.points[NETWORKS + 2].seeds = wild[1];
    pilot.results.n_points = NETWORKS + 3;
    assert_int_equal(plan_noise_take(f.plan, "p", &pilot.results, f.study, &err), ERR_NONE);
    assert_true(f.plan->noise.df == 2);
    assert_true(fabs(f.plan->noise.sd - sqrt(13.0 / 6.0)) <= 1e-12);
    planfixture_drop(&f);
}

/* Property: a recipe has the keys that it uses: equal keys are held together, others are named. */
static void recipes_are_compared_by_key(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[curves: {width: [1, 2]}]\nrecipe: {optimizer: rmsprop}");
    PlanFixture other = planfixture_make("[curves: {width: [1, 2]}]\nrecipe: {optimizer: sgd, "
                                         "schedule: exponential, label_smoothing: 0}");
    Pilot pilot;
    Err err = {0};
    make_pilot(&pilot, "polytex");
    assert_int_equal(plan_noise_take(f.plan, "p", &pilot.results, other.study, &err), ERR_NONE);
    assert_string_equal(
        text_string(&f.plan->noise.remarks),
        "its recipe has optimizer: sgd, this study optimizer: rmsprop: the noise may be another\n"
        "its recipe has schedule: exponential, this study schedule: cosine: the noise may be "
        "another\n"
        "only its recipe has decay_rate: 0.97: the noise may be another\n"
        "only its recipe has decay_epochs: 2.4: the noise may be another\n"
        "its recipe has label_smoothing: 0, this study label_smoothing: 0.1: the noise may be "
        "another\n"
        "only this study's recipe has rms_decay: 0.9: the noise may be another\n"
        "only this study's recipe has rms_epsilon: 0.001: the noise may be another\n");
    planfixture_drop(&other);
    planfixture_drop(&f);
}

/* Property: another data set, or no noise, is refused; another recipe is taken and named. */
static void pilots_are_held_against_the_study(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[curves: {width: [1, 2]}]");
    PlanFixture other = planfixture_make("[curves: {width: [1, 2]}]\nrecipe: {epochs: 7, lr: 0.5}");
    Pilot pilot;
    Err err = {0};
    make_pilot(&pilot, "cifar-10");
    assert_int_equal(plan_noise_take(f.plan, "p", &pilot.results, f.study, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "trained on 'cifar-10', this study is about 'polytex'"));
    err = (Err){0};
    make_pilot(&pilot, "polytex");
    for (int n = 0; n < NETWORKS; n++)
        pilot.seeds[n][1].status = STORE_FAILED;
    assert_int_equal(plan_noise_take(f.plan, "p", &pilot.results, f.study, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "shows no noise"));
    err = (Err){0};
    make_pilot(&pilot, "polytex");
    pilot.results.study.n_train = 99;
    assert_int_equal(plan_noise_take(f.plan, "p", &pilot.results, other.study, &err), ERR_NONE);
    const char *remarks = text_string(&f.plan->noise.remarks);
    assert_non_null(strstr(remarks, "it has 99 training"));
    assert_non_null(strstr(remarks, "its recipe has epochs: 7, this study epochs: 20"));
    assert_non_null(strstr(remarks, "its recipe has lr: 0.5, this study lr: 0.02"));
    planfixture_drop(&other);
    planfixture_drop(&f);
}

/*
 * Property: a profile claims its optimum's gain at each budget, by the variance of its shapes as
 * built; more shapes have less of it.
 */
static void profiles_claim_their_optimum(void **state)
{
    (void)state;
    double before = (double)INFINITY;
    static const char *const parts[] = {"[profile: {budgets: [2, 4], shapes: 7}]",
                                        "[profile: {budgets: [2, 4], shapes: 15}]"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        PlanFixture f = planfixture_make(parts[i]);
        const PlanPower power = power_of_plan(f.plan);
        const PlanClaim *claim = find(&power, "O2s");
        assert_int_equal(power.n_claims, 1);
        assert_int_equal(claim->design.n_contrasts, 6);
        assert_true(claim->design.is_fit);
        assert_true(claim->design.squares < before);
        before = claim->design.squares;
        planfixture_drop(&f);
    }
}

/* Property: networks that a profile trains, too, pool their noise on the seeds that judge. */
static void shared_networks_count_where_they_judge(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make(
        "[profile: {budgets: [2]}, compare: {strategies: [width, depth, resolution, {compound: "
        "[1.2, 1.1, 1.15]}], macs: [2]}]");
    const PlanPower power = power_of_plan(f.plan);
    assert_int_equal(find(&power, "O2")->design.n_networks, 4);
    assert_int_equal(find(&power, "O2s")->design.n_networks, 10);
    planfixture_drop(&f);
}

/* Property: what is trained once more claims its gain at each budget, as a contrast of judge seeds;
 * beside single dimensions the part's claim is O2. */
static void optima_claim_their_gain(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make(
        "[profile: {budgets: [2, 4]}, compare: {strategies: [optimum, corner, {compound: [1.2, "
        "1.1, "
        "1.15]}], macs: [2, 4]}, compare: {strategies: [optimum, width, depth, {compound: [1.2, "
        "1.1, 1.15]}], macs: [2]}]");
    const PlanPower power = power_of_plan(f.plan);
    assert_int_equal(power.n_claims, 3);
    const PowerDesign *d = &power.claims[1].design;
    assert_string_equal(power.claims[1].id, "O2s");
    assert_true(d->n_contrasts == 2 && d->squares == 2 && !d->is_fit);
    assert_int_equal(d->n_networks, 9); /* six of its own, and three that the other adds */
    assert_string_equal(power.claims[2].id, "O2");
    planfixture_drop(&f);
}

/* --- designs --- */

/* The quickstart's plan, with a law of one second for so many multiply-adds. */
static PlanFixture timed_quickstart(const char *const *sets, size_t n_sets)
{
    PlanFixture f = {0};
    Err err = {0};
    if (study_load(&f.study, "quickstart", sets, n_sets, &err) != ERR_NONE ||
        plan_create(&f.plan, f.study, NULL, 1, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    f.plan->n_jobs = 2;
    f.plan->times.law = (TimeLaw){1e-9, 0, TIMELAW_UNSEEN};
    f.plan->times.seconds_per_mac = 1e-9;
    f.plan->times.n = 1;
    assert_int_equal(plan_predict(f.plan, CPU_GENERIC, &err), ERR_NONE);
    return f;
}

/*
 * Property: the proposed changes make a plan of that time, which fits; more hours see smaller
 * effects; with too few hours it is said what the cheapest takes.
 */
static void designs_fit(void **state)
{
    (void)state;
    static const char *const sets[] = {
        "data.train=400", "data.val=100", "data.test=100",
        "parts=[{curves: {width: [1, 1.4, 2], depth: [1, 2, 3], resolution: [1, 1.3, 1.7]}}]"};
    PlanFixture f = timed_quickstart(sets, ARRAY_LEN(sets));
    double before = (double)INFINITY;
    for (double hours = 0.25; hours <= 4; hours *= 4) {
        const PlanWish wish = {"quickstart", sets, ARRAY_LEN(sets), NULL, hours * 3600};
        PlanDesigns designs;
        Err err = {0};
        if (plan_design_find(&designs, f.plan, &wish, &err) != ERR_NONE)
            fail_msg("%s", err.msg);
        const PlanDesign *best = &designs.items[0];
        assert_true(best->fits);
        assert_true(best->predicted_s <= wish.seconds);
        assert_true(best->detectable <= before);
        before = best->detectable;
        const char *all[PLAN_DESIGN_SETS];
        size_t n = 0;
        for (size_t i = 0; i < ARRAY_LEN(sets); i++)
            all[n++] = sets[i];
        for (size_t i = 0; i < best->n_sets; i++)
            all[n++] = best->sets[i];
        PlanFixture made = timed_quickstart(all, n);
        assert_int_equal(made.study->seeds.n, best->n_seeds);
        assert_int_equal(made.study->recipe.epochs, best->epochs);
        assert_int_equal(made.plan->n_networks, best->n_networks);
        const PlanRange seconds = plan_total_seconds(made.plan, 2);
        assert_true(fabs(seconds.high - best->seconds.high) <= 1e-9 * seconds.high);
        planfixture_drop(&made);
        plan_design_release(&designs);
    }
    const PlanWish none = {"quickstart", sets, ARRAY_LEN(sets), NULL, 1};
    PlanDesigns designs;
    Err err = {0};
    assert_int_equal(plan_design_find(&designs, f.plan, &none, &err), ERR_NONE);
    assert_false(designs.items[0].fits);
    assert_int_equal(designs.items[0].n_seeds, 2);
    plan_design_release(&designs);
    planfixture_drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(parts_make_claims),
                                       cmocka_unit_test(slopes_have_their_variance),
                                       cmocka_unit_test(some_parts_make_none),
                                       cmocka_unit_test(remedies_cost_no_more),
                                       cmocka_unit_test(profiles_claim_their_optimum),
                                       cmocka_unit_test(optima_claim_their_gain),
                                       cmocka_unit_test(shared_networks_count_where_they_judge),
                                       cmocka_unit_test(noise_is_the_pilots),
                                       cmocka_unit_test(parts_of_a_pilot_are_merged),
                                       cmocka_unit_test(recipes_are_compared_by_key),
                                       cmocka_unit_test(pilots_are_held_against_the_study),
                                       cmocka_unit_test(designs_fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
