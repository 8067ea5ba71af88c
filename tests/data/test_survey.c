/* survey: classes, sizes and duplicates of a small set. */
#include "tests/data/datafixture.h"

#include "base/sysfault.h"
#include "data/survey.h"

#include <errno.h>

static void test_counts(void **state)
{
    (void)state;
    Err err = {0};
    Survey survey;
    fixture_cifar(13, 9, 11); /* labels run through 0..9 from each file's first record */
    Dataset *data = fixture_open_cifar();
    assert_ok(survey_take(&survey, data, true, 2, NULL, NULL, &err), &err);
    uint32_t n_train = 0, n_test = 0;
    for (int c = 0; c < 10; c++) {
        n_train += survey.per_class[DATA_TRAIN][c];
        n_test += survey.per_class[DATA_TEST][c];
    }
    assert_int_equal(n_train, 22);
    assert_int_equal(n_test, 11);
    for (uint32_t i = 0; i < n_test; i++)
        survey.per_class[DATA_TEST][dataset_label(data, DATA_TEST, i)]--;
    for (int c = 0; c < 10; c++)
        assert_int_equal(survey.per_class[DATA_TEST][c], 0);
    assert_int_equal(survey.smallest.height, 32);
    assert_int_equal(survey.largest.width, 32);
    assert_true(survey.has_duplicates);
    survey_release(&survey);
    assert_ok(survey_take(&survey, data, false, 1, NULL, NULL, &err), &err);
    assert_false(survey.has_duplicates);
    survey_release(&survey);
    dataset_close(&data);
}

/*
 * Whichever allocation fails: one error, nothing kept (the leak checker of a sanitized build
 * looks).
 */
static void test_allocations_may_fail(void **state)
{
    (void)state;
    fixture_cifar(4, 4, 4);
    Dataset *data = fixture_open_cifar();
    bool has_fired = true;
    for (long k = 1; has_fired; k++) {
        Err err = {0};
        Survey survey;
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = survey_take(&survey, data, true, 1, NULL, NULL, &err);
        has_fired = sysfault_fired();
        sysfault_clear();
        assert_int_equal(code, has_fired ? ERR_MEMORY : ERR_NONE);
        survey_release(&survey);
        assert_true(k < 50);
    }
    dataset_close(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
