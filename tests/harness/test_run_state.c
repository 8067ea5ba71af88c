/* tests/harness/test_run_state.c: what a run says of its trials and of what is still to come. */
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

/*
 * A trial is called by the point that asks for its seed, though another has the same network; one
 * whose seed no point asks for any more, by the first.
 */
static void trials_are_called_by_who_asks_for_them(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[curves: {width: [1], depth: [1], resolution: [1]}]");
    const RunState run = {.study = f.study, .plan = f.plan};
    const int64_t fresh = 11;
    const YamlInts own = {&fresh, 1};
    RunTrial trial = {.number = 7, .seed = 2, .network = 0};
    char label[PROGRESS_LABEL_MAX];
    f.plan->points[1].seeds = &own;
    run_state_label(&run, &trial, label);
    assert_string_equal(label, "fig3 width 1");
    trial.seed = fresh;
    run_state_label(&run, &trial, label);
    assert_string_equal(label, "fig3 depth 1");
    trial.seed = 99;
    run_state_label(&run, &trial, label);
    assert_string_equal(label, "fig3 width 1");
    trial.network = 1;
    run_state_label(&run, &trial, label);
    assert_string_equal(label, "trial 7");
    planfixture_drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(points_wait_with_their_own_seeds),
                                       cmocka_unit_test(trials_are_called_by_who_asks_for_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
