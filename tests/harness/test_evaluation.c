/* tests/harness/test_evaluation.c: what is said of a confusion matrix. */
#include "harness/evaluation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { CLASSES = 3 };

/* Whoever always says the class of 95 of 100 images is right in 95 % and balanced at chance. */
static void majority_is_seen_through(void **state)
{
    (void)state;
    int64_t always[CLASSES][CLASSES] = {{0, 5, 0}, {0, 95, 0}, {0, 0, 0}};
    const Evaluation e = {.n = 100, .classes = CLASSES, .top1 = 95.0, .confusion = &always[0][0]};
    assert_int_equal(evaluation_majority(&e), 1);
    assert_true(evaluation_majority_share(&e) == 95.0);
    assert_true(evaluation_balanced(&e) == 50.0); /* two classes have images */
    assert_true(isnan(evaluation_class_top1(&e, 2)));
}

/* Of equally frequent classes the first; the mean is over classes, not images. */
static void classes_count_alike(void **state)
{
    (void)state;
    int64_t mixed[CLASSES][CLASSES] = {{1, 3, 0}, {0, 4, 0}, {0, 0, 2}};
    const Evaluation e = {.n = 10, .classes = CLASSES, .confusion = &mixed[0][0]};
    assert_int_equal(evaluation_majority(&e), 0);
    assert_true(evaluation_majority_share(&e) == 40.0);
    assert_true(evaluation_balanced(&e) == 75.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(majority_is_seen_through),
                                       cmocka_unit_test(classes_count_alike)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
