// survey: classes, sizes and duplicates of a small set.
#include "data/survey.h"
#include "tests/data/datafixture.h"

static void test_counts(void **state)
{
    (void)state;
    Err err = {0};
    Survey survey;
    fixture_cifar(13, 9, 11); // labels run through 0..9 from each file's first record
    Dataset *data = fixture_open_cifar();
    assert_ok(survey_take(&survey, data, true, 2, &err), &err);
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
    assert_ok(survey_take(&survey, data, false, 1, &err), &err);
    assert_false(survey.has_duplicates);
    survey_release(&survey);
    dataset_close(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_counts)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
