/* results/steptime: means and errors by numpy; facts come back as they went. */
#include "results/steptime.h"

#include "base/err.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { NETWORKS = 2, ROUNDS = 4 };

/*
 * t = np.array([[10, 11, 20, 10.5], [5, 5.4, 10.2, 5.1]])
 * np.exp(np.log(t).mean(1)); d = np.log(t[0] / t[1]); s = d.std(ddof=1)/2, s / 2**0.5
 */
static const double times[NETWORKS * ROUNDS] = {10, 11, 20, 10.5, 5, 5.4, 10.2, 5.1};

static void numbers_are_numpys(void **state)
{
    (void)state;
    StepTime out[NETWORKS];
    double work[ROUNDS];
    steptime_summarise(times, NETWORKS, ROUNDS, work, out);
    assert_true(fabs(out[0].ms - 12.328294348193777) < 1e-12);
    assert_true(fabs(out[1].ms - 6.121861895255611) < 1e-12 && out[0].n_rounds == ROUNDS);
    /* the third round was slow for both, and says nothing of either; together the two errors are
     * that of paired differences */
    assert_true(fabs(hypot(out[0].error, out[1].error) - 0.01072217825537744) < 1e-12);
    assert_true(fabs(out[0].error - 0.007581724953468333) < 1e-12);
    assert_true(fabs(out[1].error - out[0].error) < 1e-15);
}

static void one_network_is_relative_to_nothing(void **state)
{
    (void)state;
    StepTime out;
    double work[ROUNDS];
    steptime_summarise(times, 1, ROUNDS, work, &out);
    assert_true(out.error == 0.0);
}

static void facts_come_back(void **state)
{
    (void)state;
    const StepTime time = {12.5, 0.01, 10, "batch 64"};
    char name[STEPTIME_NAME_BYTES];
    StoreFact facts[] = {{.name = "grid/winner", .network = "abc", .value = {1, 1, 1}},
                         steptime_fact("abc", &time, name)};
    const StoreResults results = {.facts = facts, .n_facts = ARRAY_LEN(facts)};
    StepTime found;
    assert_string_equal(facts[1].name, "step/abc");
    assert_true(steptime_find(&results, "abc", &found));
    assert_true(found.ms == 12.5 && found.error == 0.01 && found.n_rounds == 10);
    assert_true(steptime_is_together(&found, &time));
    const StepTime other = {12.5, 0.01, 10, "batch 32"}, unknown = {12.5, 0.01, 10, NULL};
    assert_false(steptime_is_together(&found, &other));
    assert_false(steptime_is_together(&unknown, &unknown));
    assert_false(steptime_find(&results, "abd", &found));
    assert_false(steptime_find(&results, NULL, &found));
    assert_false(steptime_of(&facts[0], &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_numpys),
                                       cmocka_unit_test(one_network_is_relative_to_nothing),
                                       cmocka_unit_test(facts_come_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
