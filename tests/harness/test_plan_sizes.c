/* The points of a part `sizes`: totals that are held, epochs that are whole. */
#include "tests/harness/planfixture.h"

#include "harness/plan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/*
 * Property: what is matched is the total, so 3 MACs images epochs of every network is within the
 * fairness tolerance of it; sizes rise and epochs fall; no size is lost where epochs differ.
 */
static void totals_are_held(void **state)
{
    (void)state;
    static const double totals[] = {2e10, 8e10};
    PlanFixture f = planfixture_make("[sizes: {train_macs: [2.0e10, 8.0e10], sizes: 4, range: 8}]");
    const Plan *plan = f.plan;
    size_t n = 0;
    assert_int_equal(planfixture_count(plan, MATCH_UNFAIR), 0);
    for (size_t i = 0; i < plan->n_points; i++) {
        const PlanPoint *point = &plan->points[i];
        const double total = totals[strcmp(point->series, "2e+10 MACs") != 0];
        const int64_t epochs = plan->networks[point->network].epochs;
        const double spent = 3.0 * (double)(point->macs * plan->n_train * epochs);
        assert_true(fabs(spent / total - 1.0) <= f.study->fairness.tolerance);
        assert_int_equal(epochs, point->epochs);
        if (i > 0 && strcmp(point->series, plan->points[i - 1].series) == 0) {
            assert_true(point->macs > plan->points[i - 1].macs);
            assert_true(epochs < plan->points[i - 1].epochs);
        }
        n += total == totals[1];
    }
    assert_int_equal(n, 4);
    planfixture_drop(&f);
}

/* Property: without a grid the rule has the published constants; a grid's come after it. */
static void the_rule_is_compound(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[sizes: {train_macs: [8.0e10], sizes: 3, range: 4}]");
    const StudyStrategy *rule = f.study->parts[0].strategies;
    assert_string_equal(rule->name, "compound");
    assert_true(rule->constants[0] == 1.2 && rule->constants[2] == 1.15);
    planfixture_drop(&f);
    f = planfixture_make("[grid: {step: 0.2}, sizes: {train_macs: [8.0e10], sizes: 3, range: 4}]");
    assert_int_equal(planfixture_count(f.plan, MATCH_AFTER_GRID), 3);
    planfixture_drop(&f);
    f = planfixture_make("[sizes: {train_macs: [8.0e10], sizes: 3, range: 4, strategy: width}]");
    assert_true(f.plan->points[2].built.depth == 1.0 && f.plan->points[2].built.width > 1.5);
    planfixture_drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(totals_are_held),
                                       cmocka_unit_test(the_rule_is_compound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
