/* cifar: records, damaged files by name, and the real set where it is at hand. */
#include "tests/data/datafixture.h"
#include "tests/data/gzipfixture.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "data/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *data_root; /* ISOFLOP_DATA as it was before the fixture cleared it */

static ErrCode try_open(Dataset **data, const char *name, const char *path, Err *err)
{
    const DatasetSettings settings = {.name = name, .path = path};
    return dataset_open(data, &settings, err);
}

/* Planes become interleaved pixels; labels and keys are those of the bytes in the file. */
static void test_records(void **state)
{
    (void)state;
    fixture_cifar(5, 7, 3);
    Dataset *data = fixture_open_cifar();
    Err err = {0};
    char *bytes;
    size_t n_bytes;
    assert_ok(file_read(fixture_path("cifar/data_batch_2.bin"), 1 << 20, &bytes, &n_bytes, &err),
              &err);
    const uint8_t *record = (const uint8_t *)bytes + 4 * CIFAR_RECORD_BYTES; /* index 5 + 4 */
    uint8_t rgb[3072];
    assert_int_equal(dataset_count(data, DATA_TRAIN), 12);
    assert_int_equal(dataset_count(data, DATA_TEST), 3);
    assert_int_equal(dataset_label(data, DATA_TRAIN, 9), 9);
    assert_int_equal(dataset_label(data, DATA_TEST, 2), (12 + 2) % 10);
    assert_true(dataset_key(data, DATA_TRAIN, 9) == hash_64(record + 1, 3072));
    assert_ok(dataset_image_read(data, DATA_TRAIN, 9, (DataSize){32, 32}, rgb, &err), &err);
    for (int i = 0; i < 1024; i++) {
        for (int c = 0; c < 3; c++)
            assert_int_equal(rgb[i * 3 + c], record[1 + c * 1024 + i]);
    }
    char text[256];
    dataset_describe(data, DATA_TRAIN, 9, text, sizeof text);
    assert_non_null(strstr(text, "data_batch_2.bin record 4"));
    mem_free(bytes);
    dataset_close(&data);
}

/* Any change of a file changes the digest; its place does not. */
static void test_digest_is_of_the_content(void **state)
{
    (void)state;
    char first[DATA_DIGEST_CHARS];
    fixture_cifar(4, 4, 2);
    Dataset *data = fixture_open_cifar();
    memcpy(first, dataset_digest(data), sizeof first);
    dataset_close(&data);
    data = fixture_open_cifar();
    assert_string_equal(first, dataset_digest(data));
    dataset_close(&data);
    fixture_cifar_file("cifar/test_batch.bin", 9, 2);
    data = fixture_open_cifar();
    assert_string_not_equal(first, dataset_digest(data));
    dataset_close(&data);
}

/* Files packed with gzip are the same set: same records, same digest; a plain twin goes first. */
static void test_packed_files(void **state)
{
    (void)state;
    static const char *const names[] = {"data_batch_2.bin", "test_batch.bin", "batches.meta.txt"};
    static const char classes[] = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";
    char digest[DATA_DIGEST_CHARS], plain[64], packed[64];
    Err err = {0};
    fixture_cifar(4, 4, 2);
    fixture_write("cifar/batches.meta.txt", classes, sizeof classes - 1);
    Dataset *data = fixture_open_cifar();
    memcpy(digest, dataset_digest(data), sizeof digest);
    dataset_close(&data);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char *bytes;
        size_t n_bytes, n_packed;
        snprintf(plain, sizeof plain, "cifar/%s", names[i]);
        snprintf(packed, sizeof packed, "cifar/%s.gz", names[i]);
        assert_ok(file_read(fixture_path(plain), 1 << 20, &bytes, &n_bytes, &err), &err);
        uint8_t *gzip = gzip_pack(bytes, n_bytes, &n_packed);
        fixture_write(packed, gzip, n_packed);
        mem_free(bytes);
        free(gzip);
        for (int has_plain = 1; has_plain >= 0; has_plain--) {
            data = fixture_open_cifar();
            assert_int_equal(dataset_count(data, DATA_TRAIN), 8);
            assert_int_equal(dataset_label(data, DATA_TRAIN, 7), 7);
            assert_string_equal(dataset_class_name(data, 9), "j");
            assert_string_equal(dataset_digest(data), digest);
            dataset_close(&data);
            if (has_plain > 0)
                assert_ok(file_remove(fixture_path(plain), &err), &err);
        }
    }
    fixture_write("cifar/test_batch.bin.gz", "\x1f\x8b not really", 14);
    assert_error(try_open(&data, "cifar-10", fixture_path("cifar"), &err), ERR_DATA, &err,
                 "test_batch.bin.gz", "gzip");
    err = (Err){0};
    assert_ok(dir_remove_tree(NULL, fixture_path("cifar"), &err), &err);
}

/* Each kind of damage is one error that names the file as given and says what is wrong. */
static void test_damaged_files(void **state)
{
    (void)state;
    static uint8_t bytes[2 * CIFAR_RECORD_BYTES + 1];
    Err err = {0};
    Dataset *data;
    const char *member = "cifar/data_batch_1.bin";
    fixture_cifar(4, 4, 2);
    static const size_t sizes[] = {
        0, 1, 3072, 3074, 2 * CIFAR_RECORD_BYTES - 1, 2 * CIFAR_RECORD_BYTES + 1};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        char said[32];
        fixture_write(member, bytes, sizes[i]);
        snprintf(said, sizeof said, "has %zu bytes", sizes[i]);
        err = (Err){0};
        assert_error(try_open(&data, "cifar-10", fixture_path("cifar"), &err), ERR_DATA, &err,
                     fixture_path(member), said);
        assert_null(data);
    }
    bytes[CIFAR_RECORD_BYTES] = 10;
    fixture_write(member, bytes, 2 * CIFAR_RECORD_BYTES);
    err = (Err){0};
    assert_error(try_open(&data, "cifar-10", fixture_path("cifar"), &err), ERR_DATA, &err,
                 fixture_path(member), "label 10 at byte 3073");
}

static void test_missing_files(void **state)
{
    (void)state;
    Err err = {0};
    Dataset *data;
    fixture_cifar(2, 2, 2);
    assert_ok(file_remove(fixture_path("cifar/test_batch.bin"), &err), &err);
    assert_error(try_open(&data, "cifar-10", fixture_path("cifar"), &err), ERR_DATA, &err,
                 "test_batch.bin", "cifar'");
    fixture_cifar(2, 2, 2);
    err = (Err){0};
    assert_ok(file_remove(fixture_path("cifar/data_batch_1.bin"), &err), &err);
    assert_ok(try_open(&data, "cifar-10", fixture_path("cifar"), &err),
              &err); /* a subset is fine */
    assert_int_equal(dataset_count(data, DATA_TRAIN), 2);
    dataset_close(&data);
    assert_ok(file_remove(fixture_path("cifar/data_batch_2.bin"), &err), &err);
    assert_error(try_open(&data, "cifar-10", fixture_path("cifar"), &err), ERR_DATA, &err,
                 "data_batch_", NULL);
    /* A folder in the place of a batch is not read. */
    err = (Err){0};
    assert_ok(file_make_dirs(fixture_path("cifar/data_batch_3.bin"), &err), &err);
    assert_error(try_open(&data, "cifar-10", fixture_path("cifar"), &err), ERR_DATA, &err,
                 "data_batch_3.bin", NULL);
    err = (Err){0};
    assert_ok(dir_remove_tree(NULL, fixture_path("cifar"), &err), &err);
}

/* Names come from batches.meta.txt; a short or binary one is refused. */
static void test_class_names(void **state)
{
    (void)state;
    Err err = {0};
    Dataset *data;
    fixture_cifar(2, 2, 2);
    data = fixture_open_cifar();
    assert_string_equal(dataset_class_name(data, 7), "class 7");
    dataset_close(&data);
    const char good[] = "a\r\nb\nc\nd\ne\nf\ng\nhorse\ni\nj\n\n";
    fixture_write("cifar/batches.meta.txt", good, sizeof good - 1);
    data = fixture_open_cifar();
    assert_string_equal(dataset_class_name(data, 0), "a");
    assert_string_equal(dataset_class_name(data, 7), "horse");
    dataset_close(&data);
    fixture_write("cifar/batches.meta.txt", good, 8);
    assert_error(try_open(&data, "cifar-10", fixture_path("cifar"), &err), ERR_DATA, &err,
                 "batches.meta.txt", "10");
    err = (Err){0};
    fixture_write("cifar/batches.meta.txt", "a\n\xff\n", 4);
    assert_error(try_open(&data, "cifar-10", fixture_path("cifar"), &err), ERR_DATA, &err,
                 "batches.meta.txt", "UTF-8");
    err = (Err){0};
    assert_ok(dir_remove_tree(NULL, fixture_path("cifar"), &err), &err);
}

/* CIFAR-100 has a coarse label in front, which is not the label. */
static void test_cifar_100(void **state)
{
    (void)state;
    static uint8_t record[3074 * 2];
    Err err = {0};
    Dataset *data;
    record[0] = 19;
    record[1] = 77;
    fixture_write("c100/train.bin", record, sizeof record);
    fixture_write("c100/test.bin", record, 3074);
    assert_ok(try_open(&data, "cifar-100", fixture_path("c100"), &err), &err);
    assert_int_equal(dataset_n_classes(data), 100);
    assert_int_equal(dataset_n_notes(data), 2); /* 98 of them are empty, one more is not tested */
    assert_non_null(strstr(dataset_note(data, 0), "98 of 100 classes have no training image: "
                                                  "'class 1', 'class 2', 'class 3', 'class 4', "
                                                  "'class 5' and 93 more; data.classes: present"));
    assert_string_equal(dataset_note(data, 1), "1 of 100 classes have no test image: 'class 0'");
    assert_int_equal(dataset_label(data, DATA_TRAIN, 0), 77);
    assert_int_equal(dataset_label(data, DATA_TRAIN, 1), 0);
    dataset_close(&data);
    const DatasetSettings present = {
        .name = "cifar-100", .path = fixture_path("c100"), .classes = DATA_CLASSES_PRESENT};
    assert_ok(dataset_open(&data, &present, &err), &err);
    assert_int_equal(dataset_n_classes(data), 2);
    assert_string_equal(dataset_class_name(data, 1), "class 77");
    assert_int_equal(dataset_label(data, DATA_TRAIN, 0), 1);
    assert_int_equal(dataset_label(data, DATA_TRAIN, 1), 0);
    assert_int_equal(dataset_label(data, DATA_TEST, 0), 1);
    dataset_close(&data);
    record[1] = 100;
    fixture_write("c100/test.bin", record, 3074);
    assert_error(try_open(&data, "cifar-100", fixture_path("c100"), &err), ERR_DATA, &err,
                 "label 100", "test.bin");
}

/* The published records: classes are balanced within the files at hand and names are the usual. */
static void test_real_set(void **state)
{
    (void)state;
    if (data_root == NULL) {
        print_message("SKIP: ISOFLOP_DATA is not set, so there is no CIFAR-10 to read\n");
        skip();
    }
    Err err = {0};
    Dataset *data;
    uint32_t histogram[10] = {0};
    const DatasetSettings settings = {.name = "cifar-10", .root = data_root};
    assert_ok(dataset_open(&data, &settings, &err), &err);
    assert_int_equal(dataset_count(data, DATA_TEST), 10000);
    assert_true(dataset_count(data, DATA_TRAIN) % 10000 == 0);
    for (uint32_t i = 0; i < 10000; i++)
        histogram[dataset_label(data, DATA_TEST, i)]++;
    for (int c = 0; c < 10; c++)
        assert_int_equal(histogram[c], 1000);
    assert_string_equal(dataset_class_name(data, 0), "airplane");
    dataset_close(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),       cmocka_unit_test(test_digest_is_of_the_content),
        cmocka_unit_test(test_packed_files),  cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_missing_files), cmocka_unit_test(test_class_names),
        cmocka_unit_test(test_cifar_100),     cmocka_unit_test(test_real_set),
    };
    const char *root = getenv("ISOFLOP_DATA");
    data_root = root != NULL ? mem_strdup(root) : NULL;
    const int failed = cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
    mem_free(data_root);
    return failed;
}
