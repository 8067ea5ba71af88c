/* duplicates: planted ones are found, with the first index, for any number of threads. */
#include "tests/data/datafixture.h"

#include "data/duplicates.h"

static void test_planted_duplicates(void **state)
{
    (void)state;
    /* Records depend on their number alone: train holds 0..7 and 4..8, test 2..11. */
    fixture_cifar_file("cifar/data_batch_1.bin", 0, 8);
    fixture_cifar_file("cifar/data_batch_2.bin", 4, 5);
    fixture_cifar_file("cifar/test_batch.bin", 2, 10);
    Dataset *data = fixture_open_cifar();
    static const uint32_t train[] = {2, 3, 4, 5, 6, 7, 12}; /* number 8 stands at 8 + 4 */
    for (int threads = 1; threads <= 7; threads += 2) {
        Err err = {0};
        Duplicates found;
        assert_ok(duplicates_find(&found, data, threads, NULL, NULL, &err), &err);
        assert_int_equal(found.n_within_train, 4);
        assert_int_equal(found.n_pairs, ARRAY_LEN(train));
        for (uint32_t i = 0; i < found.n_pairs; i++) {
            assert_int_equal(found.pairs[i].test, i);
            assert_int_equal(found.pairs[i].train, train[i]);
        }
        duplicates_release(&found);
    }
    dataset_close(&data);
}

static void test_no_duplicates(void **state)
{
    (void)state;
    Err err = {0};
    Duplicates found;
    fixture_cifar(4, 4, 4);
    Dataset *sets[] = {fixture_open_cifar(), fixture_open_polytex()};
    for (int i = 0; i < 2; i++) {
        assert_ok(duplicates_find(&found, sets[i], 2, NULL, NULL, &err), &err);
        assert_int_equal(found.n_pairs + found.n_within_train, 0);
        duplicates_release(&found);
        dataset_close(&sets[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planted_duplicates),
        cmocka_unit_test(test_no_duplicates),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
