/* tests/harness/test_plan_tune.c: candidates, what waits for their rate, and what is trained at it.
 */
#include "tests/harness/planfixture.h"

#include "harness/plan_outcomes.h"
#include "harness/plan_tune.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

static size_t count_waiting(const Plan *plan)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_points; i++)
        n += plan->points[i].waits_for_rate;
    return n;
}

static const PlanNetwork *network_of(const Plan *plan, size_t point)
{
    return &plan->networks[plan->points[point].network];
}

/* One rate for all: three trainings of the baseline come first, then all points at that rate. */
static void the_baseline_serves_all(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[curves: {width: [1, 2], depth: [], resolution: []}, "
                                     "tune: {lr: [0.5, 1, 2], seeds: [1, 2]}]");
    Plan *plan = f.plan;
    Err err = {0};
    assert_int_equal(plan->n_tunings, 1);
    assert_int_equal(plan->n_trials, 3 * 2);
    assert_int_equal(count_waiting(plan), 2);
    assert_int_equal(plan->n_after_grid, 2 * 2);
    assert_true(plan_is_waiting(plan) && plan_tune_is_open(plan));
    assert_true(isnan(plan_tune_factor(plan)));
    /* The first curve's point is the baseline at the recipe's own rate. */
    assert_int_equal(plan->points[0].network, plan->tunings[0].network);
    assert_string_not_equal(plan->networks[plan->tunings[0].candidates[0]].trial_digest,
                            network_of(plan, 0)->trial_digest);
    plan->tunings[0].factor = 2;
    assert_int_equal(plan_take_rates(plan, &err), ERR_NONE);
    assert_false(plan_is_waiting(plan));
    assert_int_equal(plan->n_after_grid, 0);
    for (size_t i = 0; i < 2; i++)
        assert_true(network_of(plan, i)->factor == 2);
    assert_int_equal(plan->points[0].network, plan->tunings[0].candidates[2]);
    assert_int_equal(plan->n_trials, 3 * 2 + 2); /* the baseline's at twice the rate are there */
    planfixture_drop(&f);
}

/* A rate each: candidates of every network, then it at its own rate and at the recipe's. */
static void each_has_its_own(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[tune: {lr: [1, 3], on: each, seeds: [9]}, curves: {width: "
                                     "[1, 2], depth: [1], resolution: []}]");
    Plan *plan = f.plan;
    Err err = {0};
    assert_int_equal(plan->n_tunings, 2); /* depth 1 is width 1 */
    assert_int_equal(plan->n_trials, 2 * 2);
    assert_int_equal(count_waiting(plan), 3);
    assert_int_equal(plan->n_after_grid, 3 * 2 * 2);
    plan->tunings[0].factor = 3;
    assert_int_equal(plan_take_rates(plan, &err), ERR_NONE);
    assert_true(plan_tune_is_open(plan));
    assert_int_equal(count_waiting(plan), 1);
    plan->tunings[1].factor = 1;
    assert_int_equal(plan_take_rates(plan, &err), ERR_NONE);
    assert_int_equal(count_waiting(plan), 0);
    assert_int_equal(plan->n_trials,
                     2 * 2 + 2 * 2 + 2); /* both rates, and one that is the recipe's */
    assert_true(network_of(plan, 0)->factor == 3 && network_of(plan, 1)->factor == 1);
    assert_int_equal(plan->points[0].network, plan->points[2].network);
    assert_ptr_equal(plan_tune_of(plan, plan->points[0].network), &plan->tunings[0]);
    assert_int_equal(plan->points[0].seeds->n, 2);
    planfixture_drop(&f);
}

/* Without the part nothing waits, and digests are those of the recipe. */
static void without_it_there_is_none(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[curves: {width: [1], depth: [], resolution: []}]");
    assert_int_equal(f.plan->n_tunings, 0);
    assert_true(plan_tune_factor(f.plan) == 1);
    assert_null(plan_tune_of(f.plan, f.plan->points[0].network));
    assert_int_equal(f.plan->n_trials, 2);
    planfixture_drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_baseline_serves_all),
                                       cmocka_unit_test(each_has_its_own),
                                       cmocka_unit_test(without_it_there_is_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
