/* The estimate of what is left: it follows the pace of what ran, and the longest trial. */
#include "harness/progress.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/*
 * Property: work left over those that share it, at the pace so far: twice as slow is twice as long.
 * All numbers are powers of two or small integers, so equality is exact.
 */
static void estimate_follows_the_pace(void **state)
{
    (void)state;
    const ProgressLeft left = {.work = 64, .longest = 8, .n_trials = 16};
    assert_true(progress_eta(&left, 1, (ProgressPace){.work = 8, .seconds = 8}) == 64);
    assert_true(progress_eta(&left, 4, (ProgressPace){.work = 8, .seconds = 8}) == 16);
    assert_true(progress_eta(&left, 4, (ProgressPace){.work = 8, .seconds = 16}) == 32);
}

/* Property: a trial runs on one process: the last one is not shared out among idle ones. */
static void longest_trial_bounds_it(void **state)
{
    (void)state;
    const ProgressPace pace = {.work = 1, .seconds = 1};
    const ProgressLeft one = {.work = 10, .longest = 10, .n_trials = 1};
    const ProgressLeft uneven = {.work = 12, .longest = 10, .n_trials = 3};
    assert_true(progress_eta(&one, 8, pace) == 10);
    assert_true(progress_eta(&uneven, 8, pace) == 10);
}

/* Property: nothing left is 0 seconds, and without a pace it is not known. */
static void ends_and_beginnings(void **state)
{
    (void)state;
    const ProgressLeft none = {0}, some = {.work = 1, .longest = 1, .n_trials = 1};
    assert_true(progress_eta(&none, 2, (ProgressPace){0}) == 0);
    assert_true(isnan(progress_eta(&some, 2, (ProgressPace){0})));
    assert_true(isfinite(progress_eta(&some, 0, (ProgressPace){1, 1})));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(estimate_follows_the_pace),
                                       cmocka_unit_test(longest_trial_bounds_it),
                                       cmocka_unit_test(ends_and_beginnings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
