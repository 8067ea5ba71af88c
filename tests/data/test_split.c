/* split: the rule, nestedness, disjointness, sizes that do not fit. */
#include "tests/data/datafixture.h"

#include "base/hash.h"
#include "base/sys.h"
#include "data/split.h"

#include <stdio.h>
#include <string.h>

static Split make(const Dataset *data, int64_t n_train, int64_t n_val, int64_t n_test)
{
    Err err = {0};
    Split split;
    const SplitSizes sizes = {{n_train, n_val, n_test}};
    assert_ok(split_init(&split, data, &sizes, &err), &err);
    return split;
}

static bool has(const Split *split, DataPart part, uint32_t index)
{
    for (uint32_t i = 0; i < split->count[part]; i++) {
        if (split->index[part][i] == index)
            return true;
    }
    return false;
}

/* Each list ascends strictly, stays inside its pool, and train shares nothing with validation. */
static void test_lists_are_sorted_and_disjoint(void **state)
{
    (void)state;
    fixture_cifar(60, 41, 30);
    Dataset *data = fixture_open_cifar();
    Split split = make(data, 70, 31, 12);
    for (int part = 0; part < N_PARTS; part++) {
        for (uint32_t i = 0; i < split.count[part]; i++) {
            assert_true(split.index[part][i] <
                        dataset_count(data, data_part_split(data, (DataPart)part)));
            if (i)
                assert_true(split.index[part][i - 1] < split.index[part][i]);
        }
    }
    for (uint32_t i = 0; i < split.count[PART_VAL]; i++)
        assert_false(has(&split, PART_TRAIN, split.index[PART_VAL][i]));
    assert_int_equal(split.count[PART_TRAIN] + split.count[PART_VAL], 101);
    split_release(&split);
    dataset_close(&data);
}

/* A smaller subset of any part lies inside a larger one, whatever the other sizes are. */
static void test_subsets_are_nested(void **state)
{
    (void)state;
    Dataset *data = fixture_open_polytex();
    Split small = make(data, 100, 50, 30), large = make(data, 1000, 200, 300);
    for (int part = 0; part < N_PARTS; part++) {
        for (uint32_t i = 0; i < small.count[part]; i++)
            assert_true(has(&large, part, small.index[part][i]));
    }
    assert_string_not_equal(small.digest, large.digest);
    split_release(&small);
    split_release(&large);
    dataset_close(&data);
}

/* The rule spelled out with a selection sort over the keys of the pixel bytes. */
static void test_follows_the_rule(void **state)
{
    (void)state;
    enum { N = 40, N_VAL = 9, N_TRAIN = 20 };
    fixture_cifar(N, 1, 5);
    Dataset *data = fixture_open_cifar();
    Split split = make(data, N_TRAIN, N_VAL, 5);
    for (uint32_t i = 0; i < N + 1; i++) {
        uint32_t rank = 0;
        const uint64_t key = dataset_key(data, DATA_TRAIN, i);
        for (uint32_t j = 0; j < N + 1; j++) {
            const uint64_t other = dataset_key(data, DATA_TRAIN, j);
            rank += other < key || (other == key && j < i);
        }
        assert_int_equal(has(&split, PART_VAL, i), rank < N_VAL);
        assert_int_equal(has(&split, PART_TRAIN, i), rank >= N + 1 - N_TRAIN);
    }
    split_release(&split);
    dataset_close(&data);
}

/* Keys: XXH3-64 of the 8 little-endian bytes of the index for polytex. */
static void test_polytex_keys(void **state)
{
    (void)state;
    Dataset *data = fixture_open_polytex();
    const uint8_t index[8] = {0x34, 0x12};
    assert_true(dataset_key(data, DATA_TRAIN, 0x1234) == hash_64(index, sizeof index));
    dataset_close(&data);
}

static void test_sizes_that_do_not_fit(void **state)
{
    (void)state;
    fixture_cifar(20, 20, 10);
    Dataset *data = fixture_open_cifar();
    const SplitSizes bad[] = {{{35, 6, 1}}, {{10, 10, 11}}, {{0, 10, 1}}, {{-7, 1, 1}}};
    const char *const says[] = {"data.train 35", "data.test 11", "data.train 0", "-7"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        Err err = {0};
        Split split;
        assert_error(split_init(&split, data, &bad[i], &err), ERR_USAGE, &err, says[i], NULL);
        assert_null(split.index[PART_TRAIN]);
    }
    dataset_close(&data);
}

/* Defaults: a tenth for validation, the rest for training, all for test. */
static void test_defaults(void **state)
{
    (void)state;
    fixture_cifar(30, 20, 10);
    Dataset *data = fixture_open_cifar();
    Split split = make(data, SPLIT_DEFAULT, SPLIT_DEFAULT, SPLIT_DEFAULT);
    assert_int_equal(split.count[PART_TRAIN], 45);
    assert_int_equal(split.count[PART_VAL], 5);
    assert_int_equal(split.count[PART_TEST], 10);
    split_release(&split);
    dataset_close(&data);
}

static void put_bmp(const char *folder, int i)
{
    static const uint8_t head[] = {'B', 'M', 0, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40,
                                   0,   0,   0, 1, 0, 0, 0, 1, 0, 0, 0,  1, 0, 24};
    uint8_t file[58] = {0};
    char path[64];
    memcpy(file, head, sizeof head);
    snprintf(path, sizeof path, "%s/%d.bmp", folder, i);
    fixture_write(path, file, sizeof file);
}

/* A set with validation of its own: all of it by default, and train keeps every image it has. */
static void test_own_validation(void **state)
{
    (void)state;
    static const char *const folders[] = {"own/train/a", "own/train/b", "own/test/a",
                                          "own/test/b",  "own/val/a",   "own/val/b"};
    Err err = {0};
    Dataset *data;
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        for (int k = 0; k < (i < 2 ? 10 : 3); k++)
            put_bmp(folders[i], k);
    }
    const DatasetSettings settings = {.name = "own", .path = fixture_path("own")};
    assert_ok(dataset_open(&data, &settings, &err), &err);
    assert_int_equal(data_part_split(data, PART_VAL), DATA_VAL);
    Split split = make(data, SPLIT_DEFAULT, SPLIT_DEFAULT, SPLIT_DEFAULT);
    assert_int_equal(split.count[PART_TRAIN], 20);
    assert_int_equal(split.count[PART_VAL], 6);
    assert_int_equal(split.count[PART_TEST], 6);
    split_release(&split);
    split = make(data, 20, 4, 2);
    assert_int_equal(split.count[PART_VAL], 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_true(split.index[PART_VAL][i] < 6);
    split_release(&split);
    const SplitSizes large = {{1, 7, 1}};
    assert_error(split_init(&split, data, &large, &err), ERR_USAGE, &err, "data.val 7",
                 "6 validation images");
    dataset_close(&data);
}

/* The largest class of each part, counted from its labels; of several the first. */
static void test_majority(void **state)
{
    (void)state;
    fixture_cifar(30, 20, 13); /* test: labels 0 to 9, then 0, 1, 2 once more */
    Err err = {0};
    SplitMajority majority;
    Dataset *data = fixture_open_cifar();
    Split split = make(data, 20, 0, 13);
    assert_ok(split_majority(&split, data, PART_TEST, &majority, &err), &err);
    assert_int_equal(majority.n_images, 2);
    assert_int_equal(majority.label, 0);
    assert_true(majority.share == 2.0 / 13);
    assert_ok(split_majority(&split, data, PART_VAL, &majority, &err), &err);
    assert_true(majority.n_images == 0 && majority.share == 0.0);
    split_release(&split);
    dataset_close(&data);
}

static bool is_same_part(const Split *a, const Split *b, DataPart part)
{
    return a->count[part] == b->count[part] &&
           memcmp(a->index[part], b->index[part], a->count[part] * sizeof *a->index[part]) == 0;
}

/*
 * A seed chooses training and validation anew, disjoint as before and by the rule in the header;
 * the test subset stays, and a seed chooses the same whatever was chosen before.
 */
static void test_seeds_vary_train_and_validation(void **state)
{
    (void)state;
    enum { N = 101, N_VAL = 31 };
    fixture_cifar(60, 41, 30);
    Err err = {0};
    Dataset *data = fixture_open_cifar();
    const Split plain = make(data, N - N_VAL, N_VAL, 12);
    Split split = make(data, N - N_VAL, N_VAL, 12), again = make(data, N - N_VAL, N_VAL, 12);
    assert_ok(split_vary(&split, data, 7, &err), &err);
    for (DataPart part = PART_TRAIN; part < N_PARTS; part++)
        assert_true(is_same_part(&split, &plain, part) == (part == PART_TEST));
    for (uint32_t i = 0; i < N_VAL; i++)
        assert_false(has(&split, PART_TRAIN, split.index[PART_VAL][i]));
    assert_string_not_equal(split.digest, plain.digest);
    assert_string_not_equal(split.contents, plain.contents);
    /* Validation is those whose hash of (key, seed) is among the smallest. */
    uint64_t hashes[N], last = 0;
    for (uint32_t i = 0; i < N; i++) {
        uint8_t bytes[16] = {0};
        for (int k = 0; k < 8; k++)
            bytes[k] = (uint8_t)(dataset_key(data, DATA_TRAIN, i) >> (8 * k));
        bytes[8] = 7;
        hashes[i] = hash_64(bytes, sizeof bytes);
    }
    for (uint32_t i = 0; i < N_VAL; i++)
        last = hashes[split.index[PART_VAL][i]] > last ? hashes[split.index[PART_VAL][i]] : last;
    for (uint32_t i = 0; i < N; i++)
        assert_true((hashes[i] <= last) == has(&split, PART_VAL, i));
    assert_ok(split_vary(&again, data, 8, &err), &err);
    assert_false(is_same_part(&again, &split, PART_TRAIN));
    assert_ok(split_vary(&again, data, 7, &err), &err);
    assert_string_equal(again.digest, split.digest);
    split_release(&again);
    split_release(&split);
    Split done = plain;
    split_release(&done);
    dataset_close(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_are_sorted_and_disjoint),
        cmocka_unit_test(test_subsets_are_nested),
        cmocka_unit_test(test_follows_the_rule),
        cmocka_unit_test(test_polytex_keys),
        cmocka_unit_test(test_sizes_that_do_not_fit),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_own_validation),
        cmocka_unit_test(test_majority),
        cmocka_unit_test(test_seeds_vary_train_and_validation),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
