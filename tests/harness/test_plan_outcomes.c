/* tests/harness/test_plan_outcomes.c: parts that take from one another, epochs and genes of points.
 */
#include "tests/harness/planfixture.h"

#include "base/json.h"
#include "base/sys.h"
#include "harness/plan_inputs.h"
#include "harness/plan_outcomes.h"
#include "harness/plan_past.h"
#include "harness/plan_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

static void set_outcome(Plan *plan, int part, const PlanOutcome *outcome, PlanState state)
{
    Err err = {0};
    if (plan_set_outcome(plan, part, outcome, state, "nothing came of it", &err) != ERR_NONE)
        fail_msg("%s", err.msg);
}

static const PlanPoint *find_series(const Plan *plan, const char *series)
{
    for (size_t i = 0; i < plan->n_points; i++)
        if (strcmp(plan->points[i].series, series) == 0)
            return &plan->points[i];
    return NULL;
}

/*
 * A provisional outcome is built and shown, but nothing is trained on it; settled as it was it gets
 * its trials; settled otherwise the old point stays visible under a name of its own, untrained.
 */
static void outcomes_are_settled(void **state)
{
    (void)state;
    const PlanOutcome first = {.has_constants = true, .constants = {1.2, 1.1, 1.15}};
    const PlanOutcome second = {.has_constants = true, .constants = {1.1, 1.2, 1.1}};
    Err err = {0};
    for (int is_other = 0; is_other < 2; is_other++) {
        PlanFixture f = planfixture_make(
            "[grid: {step: 1}, compare: {strategies: [compound, dwr], macs: [2]}]");
        const size_t n_before = f.plan->n_trials;
        set_outcome(f.plan, 0, &first, PLAN_PROVISIONAL);
        const int network = find_series(f.plan, "compound")->network;
        assert_false(plan_is_waiting(f.plan));
        assert_false(f.plan->networks[network].has_trials);
        assert_int_equal(f.plan->n_trials, n_before);
        set_outcome(f.plan, 0, is_other ? &second : &first, PLAN_SETTLED);
        assert_int_equal(plan_add_past(f.plan, 0, &first, 1, &err), ERR_NONE);
        assert_int_equal(plan_add_past(f.plan, 0, &first, 1, &err), ERR_NONE); /* shown once */
        const PlanPoint *now = find_series(f.plan, "compound");
        const PlanPoint *past = find_series(f.plan, "earlier compound 1.2 1.1 1.15");
        assert_int_equal(f.plan->n_trials, n_before + 2);
        assert_true(f.plan->networks[now->network].has_trials);
        assert_int_equal(f.plan->n_points, is_other ? 4 : 3);
        if (is_other) {
            assert_true(past->is_past && past->network == network && now->network != network);
            assert_false(f.plan->networks[network].has_trials);
        } else {
            assert_null(past);
            assert_int_equal(now->network, network);
        }
        planfixture_drop(&f);
    }
}

/*
 * A family with constants of its own is there at once: counted members of the network's own
 * rounding, whose numbers are those of `isoflop family`; phi 0 is the baseline itself. One that
 * takes a grid's follows it, and a member that cannot be built says so and is not trained.
 */
static void families_are_counted(void **state)
{
    (void)state;
    static const int64_t macs[] = {PROXY_MACS, 1396908, 2416224};
    const PlanOutcome winner = {.has_constants = true, .constants = {1.2, 1.1, 1.15}};
    PlanFixture f = planfixture_make("[family: {constants: [1.2, 1.1, 1.15], phi: [0, 1, 2]},"
                                     " grid: {step: 1}, family: {phi: [2, 60]}]");
    Plan *plan = f.plan;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(plan->points[i].macs, macs[i]);
        assert_int_equal(plan->points[i].status, MATCH_UNMATCHED);
        assert_true(plan->points[i].x == (double)i);
        assert_string_equal(plan->points[i].series, "proxy-b0 1.2 1.1 1.15");
    }
    const PlanPoint *late = &plan->points[plan->n_points - 2];
    assert_int_equal(late[0].status, MATCH_AFTER_GRID);
    assert_string_equal(late[0].series, "proxy-b0 grid");
    set_outcome(plan, 1, &winner, PLAN_SETTLED);
    late = &plan->points[plan->n_points - 2];
    assert_int_equal(late[0].network, plan->points[2].network);
    assert_int_equal(late[1].status, MATCH_UNFAIR);
    assert_int_equal(late[1].network, PLAN_NONE);
    assert_non_null(strstr(late[1].reason, "larger than networks may be"));
    assert_false(plan_is_waiting(plan));
    planfixture_drop(&f);
}

/*
 * What waits costs as much as its target over the least and the most that its baseline may come to:
 * those are the networks of the grid that decides it, and one once it is decided. Of the family
 * each unit of phi doubles that, as the grid's target says.
 */
static void what_waits_has_a_range(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[grid: {id: coarse, step: 0.2, match: nominal},"
                                     " grid: {id: fine, baseline: coarse, step: 1},"
                                     " compare: {baseline: fine, strategies: [width], macs: [4]},"
                                     " family: {baseline: coarse, constants: fine, phi: [0, 1]}]");
    Plan *plan = f.plan;
    enum { COARSE, FINE, COMPARE, FAMILY };
    double low = (double)INFINITY, high = 0;
    for (size_t i = 0; i < plan->n_points; i++)
        if (plan->points[i].part == COARSE) {
            low = fmin(low, (double)plan->points[i].macs);
            high = fmax(high, (double)plan->points[i].macs);
        }
    const PlanPoint *last = &plan->points[plan->n_points - 1];
    assert_true(low < high);
    assert_true(plan->parts[FINE].baseline_range.low == low &&
                plan->parts[FINE].baseline_range.high == high);
    assert_true(plan->parts[COMPARE].baseline_range.low == 2 * low);
    assert_true(plan_range_macs(plan, find_series(plan, "width")).high == 8 * high);
    assert_true(plan_range_macs(plan, &last[-1]).low == low);
    assert_true(plan_range_macs(plan, last).high == 2 * high);
    assert_true(plan_waiting_macs(plan).low < plan_waiting_macs(plan).high);
    const PlanOutcome winner = {.has_network = true, .network = plan->baseline};
    set_outcome(plan, COARSE, &winner, PLAN_SETTLED);
    assert_true(plan->parts[FINE].baseline_range.low == PROXY_MACS &&
                plan->parts[FINE].baseline_range.high == PROXY_MACS);
    last = &plan->points[plan->n_points - 1];
    assert_true(plan_range_macs(plan, last).low == plan_range_macs(plan, last).high);
    planfixture_drop(&f);
}

/* An outcome that is empty leaves its points waiting, and they say why. */
static void empty_outcomes_are_said(void **state)
{
    (void)state;
    const PlanOutcome none = {0};
    PlanFixture f =
        planfixture_make("[grid: {step: 1}, compare: {strategies: [compound], macs: [2]}]");
    set_outcome(f.plan, 0, &none, PLAN_SETTLED);
    assert_true(plan_is_waiting(f.plan));
    assert_string_equal(find_series(f.plan, "compound")->reason, "nothing came of it");
    planfixture_drop(&f);
}

/*
 * Parts form a graph: curves and a second grid scale the first one's winner, and compare takes the
 * second one's constants. Each resolves when what it takes is there, against its own baseline.
 */
static void parts_take_from_one_another(void **state)
{
    (void)state;
    PlanFixture f =
        planfixture_make("[compare: {strategies: [compound], macs: [2], from: fine},"
                         " curves: {baseline: coarse, width: [1], depth: [2], resolution: [1]},"
                         " grid: {id: fine, baseline: coarse, step: 1},"
                         " grid: {id: coarse, step: 1},"
                         " curves: {baseline: mobilenet-v2-cifar, width: [1], depth: [],"
                         " resolution: []}]");
    Plan *plan = f.plan;
    PlanOutcome winner = {.has_constants = true, .has_network = true, .constants = {2, 1, 1}};
    enum { COMPARE, CURVES, FINE, COARSE, OWN };
    assert_true(plan->parts[COARSE].is_taken && plan->parts[FINE].is_taken);
    assert_false(plan->parts[CURVES].is_taken);
    assert_true(plan->parts[OWN].has_baseline);
    assert_int_not_equal(plan->parts[OWN].baseline_macs, plan->baseline_macs);
    assert_true(plan->points[plan->n_points - 1].ratio == 1);
    /* the coarse grid's point and the own baseline wait for nothing */
    assert_int_equal(planfixture_count(plan, MATCH_AFTER_GRID), plan->n_points - 2);
    for (size_t i = 0; i < plan->n_points; i++)
        if (plan->points[i].part == COARSE) {
            Err err = {0};
            const PlanNetwork *network = &plan->networks[plan->points[i].network];
            assert_int_equal(
                spec_parse(&winner.network, "winner", network->spec, strlen(network->spec), &err),
                ERR_NONE);
            snprintf(winner.digest, sizeof winner.digest, "%s", network->network.digest);
        }
    set_outcome(plan, COARSE, &winner, PLAN_SETTLED);
    assert_int_equal(planfixture_count(plan, MATCH_AFTER_GRID),
                     1); /* the compound waits for the fine grid */
    assert_true(plan->parts[FINE].baseline_macs > plan->baseline_macs * 3 / 2);
    for (size_t i = 0; i < plan->n_points; i++)
        if (plan->points[i].part == FINE)
            assert_true(fabs(plan->points[i].ratio - 1) <= 0.05 &&
                        plan->points[i].target_macs == plan->parts[FINE].target_macs);
    winner.has_network = false;
    set_outcome(plan, FINE, &winner, PLAN_SETTLED);
    assert_false(plan_is_waiting(plan));
    assert_int_equal(plan->n_trials, 2 * plan->n_networks);
    planfixture_drop(&f);
}

/*
 * Epochs of its own make another trial of the same network, with its own digest and cost; the
 * recipe's own number makes the same. A warm-up that does not fit is refused.
 */
static void epochs_belong_to_the_trial(void **state)
{
    (void)state;
    PlanFixture f =
        planfixture_make("[curves: {width: [1], depth: [], resolution: []},"
                         " curves: {width: [1], depth: [], resolution: [], epochs: 4},"
                         " curves: {width: [1], depth: [], resolution: [], epochs: 20}]");
    const PlanNetwork *networks = f.plan->networks;
    assert_int_equal(f.plan->n_networks, 2);
    assert_int_equal(f.plan->n_trials, 4);
    assert_int_equal(networks[0].epochs, 20);
    assert_int_equal(networks[1].epochs, 4);
    assert_string_equal(networks[0].network.digest, networks[1].network.digest);
    assert_string_not_equal(networks[0].trial_digest, networks[1].trial_digest);
    /* 100 training, 50 validation and 50 test images */
    assert_true(plan_trial_macs(f.plan, 0) == (20 * 350 + 100) * (double)PROXY_MACS);
    assert_true(plan_trial_macs(f.plan, 1) == (4 * 350 + 100) * (double)PROXY_MACS);
    planfixture_drop(&f);
    const char *const text = "study: s\nrecipe: {warmup_epochs: 3}\n"
                             "parts: [curves: {epochs: 2}]\n";
    Study *study = NULL;
    Plan *plan = NULL;
    Err err = {0};
    assert_int_equal(study_parse(&study, "s", text, strlen(text), NULL, 0, &err), ERR_NONE);
    assert_int_equal(plan_create(&plan, study, NULL, 1, &err), ERR_USAGE);
    assert_string_equal(err.msg,
                        "part 'curves': 'recipe.warmup_epochs' is 3, more than all 2 epochs");
    study_destroy(&study);
}

/* A point that genes describe has no multipliers, and both reports say its genes instead. */
static void genes_stand_for_multipliers(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[curves: {width: [1], depth: [], resolution: []}]");
    PlanPoint *point = &f.plan->points[0];
    point->nominal = point->built = (Scale){(double)NAN, (double)NAN, (double)NAN};
    point->genes = "0120";
    const PlanRange no_time = {(double)NAN, (double)NAN};
    Text json = {0}, text = {0};
    Err err = {0};
    json_t *root = NULL;
    assert_int_equal(plan_json(f.plan, no_time, &json, NULL, &err), ERR_NONE);
    plan_text(f.plan, no_time, &text);
    assert_int_equal(json_parse(&root, "plan", json.data, json.n_bytes, &err), ERR_NONE);
    const json_t *first = json_array_get(json_object_get(root, "points"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "genes")), "0120");
    for (size_t i = 0; i < STUDY_DIMENSIONS; i++)
        assert_true(json_is_null(json_array_get(json_object_get(first, "nominal"), i)));
    assert_non_null(strstr(text_string(&text), " 0120 "));
    json_decref(root);
    text_release(&json);
    text_release(&text);
    planfixture_drop(&f);
}

/*
 * What a profile found is built at each budget, matched, and trained with judge seeds; where the
 * optimum is the corner they are tied, and where there is none the point says why. A later optimum
 * leaves the earlier one visible.
 */
static void optima_are_built(void **state)
{
    (void)state;
    static const PlanShape first[] = {{2, STUDY_OPTIMUM, true, {0.2, 0.5, 0.3}, ""},
                                      {2, STUDY_CORNER, true, {0, 1, 0}, ""},
                                      {4, STUDY_OPTIMUM, false, {0, 0, 0}, "level at 4 x"},
                                      {4, STUDY_CORNER, false, {0, 0, 0}, "level at 4 x"}};
    static const PlanShape second[] = {{2, STUDY_OPTIMUM, true, {0, 1, 0}, ""},
                                       {2, STUDY_CORNER, true, {0, 1, 0}, ""},
                                       {4, STUDY_OPTIMUM, true, {0.4, 0.3, 0.3}, ""},
                                       {4, STUDY_CORNER, true, {1, 0, 0}, ""}};
    const PlanOutcome outcomes[] = {{.shapes = first, .n_shapes = ARRAY_LEN(first)},
                                    {.shapes = second, .n_shapes = ARRAY_LEN(second)}};
    Err err = {0};
    PlanFixture f = planfixture_make("[profile: {budgets: [2, 4], shapes: 7},"
                                     " compare: {strategies: [optimum, corner], macs: [2, 4]}]");
    Plan *plan = f.plan;
    const size_t n_before = plan->n_trials, at = plan->n_points - 4;
    assert_true(plan->parts[0].is_taken && plan_is_waiting(plan));
    for (size_t i = at; i < plan->n_points; i++) {
        assert_int_equal(plan->points[i].status, MATCH_AFTER_GRID);
        assert_int_equal(plan_source(plan, &plan->points[i]), 0);
    }
    set_outcome(plan, 0, &outcomes[0], PLAN_SETTLED);
    const PlanPoint *points = plan->points + at;
    assert_string_equal(points[0].series, "optimum");
    assert_int_equal(points[0].status, MATCH_FAIR);
    assert_true(fabs(points[0].ratio - 1) <= f.study->fairness.tolerance);
    assert_true(log(points[0].nominal.depth) > 0.1 && points[0].nominal.resolution > 1);
    assert_true(points[1].built.depth == 1 && points[1].built.resolution == 1);
    assert_int_equal(plan->n_trials, n_before + 2 * f.study->judge_seeds.n);
    assert_int_equal(plan->trials[n_before].seed, 2001);
    assert_int_equal(points[2].status, MATCH_AFTER_GRID);
    assert_string_equal(points[3].reason, "level at 4 x");
    set_outcome(plan, 0, &outcomes[1], PLAN_SETTLED);
    assert_int_equal(plan_add_past(plan, 0, &outcomes[0], 1, &err), ERR_NONE);
    points = plan->points + at;
    assert_int_equal(points[0].status, MATCH_TIED);
    assert_int_equal(points[0].network, points[1].network);
    assert_int_equal(points[2].status, MATCH_FAIR);
    const PlanPoint *past = find_series(plan, "earlier optimum 0.2 0.5 0.3");
    assert_true(past != NULL && past->is_past && past->x == 2);
    assert_int_equal(plan->n_points, at + 5);
    planfixture_drop(&f);
}

/* What another profile found keeps its name when it is an earlier one. */
static void earlier_optima_keep_their_names(void **state)
{
    (void)state;
    static const PlanShape first[] = {{2, STUDY_OPTIMUM, true, {0.2, 0.5, 0.3}, ""}};
    static const PlanShape second[] = {{2, STUDY_OPTIMUM, true, {0.4, 0.3, 0.3}, ""}};
    const PlanOutcome past = {.shapes = first, .n_shapes = 1},
                      now = {.shapes = second, .n_shapes = 1};
    Err err = {0};
    PlanFixture f =
        planfixture_make("[profile: {budgets: [2], shapes: 7}, profile: {budgets: [2], shapes: 7}, "
                         "compare: {from: profile-2, strategies: [optimum], macs: [2]}]");
    set_outcome(f.plan, 1, &now, PLAN_SETTLED);
    assert_int_equal(plan_add_past(f.plan, 1, &past, 1, &err), ERR_NONE);
    assert_non_null(find_series(f.plan, "earlier optimum profile-2 0.2 0.5 0.3"));
    planfixture_drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_are_settled),
        cmocka_unit_test(families_are_counted),
        cmocka_unit_test(what_waits_has_a_range),
        cmocka_unit_test(empty_outcomes_are_said),
        cmocka_unit_test(parts_take_from_one_another),
        cmocka_unit_test(epochs_belong_to_the_trial),
        cmocka_unit_test(genes_stand_for_multipliers),
        cmocka_unit_test(optima_are_built),
        cmocka_unit_test(earlier_optima_keep_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
