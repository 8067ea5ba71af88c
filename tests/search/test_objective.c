/* The objective's three forms. */
#include "search/objective.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const Objective soft = {OBJECTIVE_SOFT, -0.07, 100.0, 0.05};
static const Objective hard = {OBJECTIVE_HARD, -0.07, 100.0, 0.05};
static const Objective band = {OBJECTIVE_BAND, -0.07, 100.0, 0.05};

static bool is_near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fabs(b); /* fm_pow is good to a few ulp at these exponents */
}

static void scores(void **state)
{
    (void)state;
    assert_true(is_near(objective_score(&soft, 80.0, 100.0), 80.0));
    assert_true(is_near(objective_score(&soft, 80.0, 200.0), 80.0 * pow(2.0, -0.07)));
    assert_true(is_near(objective_score(&soft, 80.0, 50.0), 80.0 * pow(2.0, 0.07)));
    assert_true(objective_score(&hard, 80.0, 60.0) == 80.0);
    assert_true(objective_score(&hard, 80.0, 100.0) == 80.0);
    assert_true(is_near(objective_score(&hard, 80.0, 160.0), 50.0));
    assert_true(objective_score(&band, 80.0, 96.0) == 80.0);
    assert_true(isnan(objective_score(&band, 80.0, 94.0)));
    assert_true(isnan(objective_score(&band, 80.0, 106.0)));
    assert_true(isnan(objective_score(&soft, (double)NAN, 100.0)));
}

/*
 * T only rescales soft scores: over many pseudo-random pairs the better one is the same for every
 * T. A score that used T otherwise would differ.
 */
static void soft_targets_never_change_an_order(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int round = 0; round < 2000; round++) {
        double accuracy[2], macs[2];
        for (int i = 0; i < 2; i++) {
            seed = seed * 1103515245u + 12345u;
            accuracy[i] = 50.0 + (seed >> 16) % 3000 / 100.0;
            macs[i] = 1e6 + (seed >> 8) % 1000000;
        }
        Objective other = soft;
        other.target_macs = 1e4 * (1 + round);
        const bool is_first = objective_score(&soft, accuracy[0], macs[0]) >
                              objective_score(&soft, accuracy[1], macs[1]);
        assert_int_equal(is_first, objective_score(&other, accuracy[0], macs[0]) >
                                       objective_score(&other, accuracy[1], macs[1]));
    }
}

static void names_follow_the_forms(void **state)
{
    (void)state;
    assert_string_equal(objective_form_names[OBJECTIVE_SOFT], "soft");
    assert_string_equal(objective_form_names[OBJECTIVE_HARD], "hard");
    assert_string_equal(objective_form_names[OBJECTIVE_BAND], "band");
    assert_null(objective_form_names[OBJECTIVE_BAND + 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores),
        cmocka_unit_test(soft_targets_never_change_an_order),
        cmocka_unit_test(names_follow_the_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
