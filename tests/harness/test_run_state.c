/* tests/harness/test_run_state.c: what a run says is still to come. */
#include "tests/harness/planfixture.h"

#include "harness/run_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Trials to come before anything is trained, of what `only` names. */
static size_t to_come(const PlanFixture *f, const char *only)
{
    const RunSettings settings = {.only = only};
    const RunState run = {.study = f->study, .plan = f->plan, .settings = &settings};
    const RunProgress p = run_state_progress(&run);
    assert_int_equal(p.n_trials, p.n_to_come);
    return p.n_to_come;
}

/*
 * Each waiting point counts with its own seeds: a retrain's four (two found, random's best, the
 * baseline) with three fresh ones, the two of a compare with the study's two.
 */
static void points_wait_with_their_own_seeds(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make(
        "[search: {id: nas, space: cube-108, strategy: local, budget: {trainings: 4}}, "
        "retrain: {id: base, from: nas, top: 2, seeds: 3}, "
        "compare: {baseline: base, strategies: [depth, width], macs: [2]}]");
    assert_int_equal(to_come(&f, "base"), 4 * 3);
    assert_int_equal(to_come(&f, "compare"), 2 * 2);
    assert_true(to_come(&f, NULL) == 4 * 3 + 2 * 2 + to_come(&f, "nas"));
    planfixture_drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(points_wait_with_their_own_seeds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
