/* idx: headers, labels, names, the real MNIST where it is at hand. */
#include "tests/data/datafixture.h"
#include "tests/data/gzipfixture.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "data/dataset.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE = 5, N_TRAIN = 6, N_TEST = 3, HEADER = 16, LABEL_HEADER = 8 };

static char *data_root;

static void put_be(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static size_t make_images(uint8_t *file, uint32_t n)
{
    put_be(file, 0x803);
    put_be(file + 4, n);
    put_be(file + 8, SIDE);
    put_be(file + 12, SIDE + 1);
    for (size_t i = 0; i < n * SIDE * (SIDE + 1); i++)
        file[HEADER + i] = (uint8_t)(i * 7 + n);
    return HEADER + n * SIDE * (SIDE + 1);
}

static size_t make_labels(uint8_t *file, uint32_t n)
{
    put_be(file, 0x801);
    put_be(file + 4, n);
    for (size_t i = 0; i < n; i++)
        file[LABEL_HEADER + i] = (uint8_t)(9 - i);
    return LABEL_HEADER + n;
}

/* A whole small set, the test images packed, the train labels under their other name. */
static void make_set(void)
{
    uint8_t file[1024];
    size_t n_packed;
    Err err = {0};
    assert_ok(dir_remove_tree(NULL, fixture_path("mnist"), &err), &err);
    fixture_write("mnist/train-images-idx3-ubyte", file, make_images(file, N_TRAIN));
    fixture_write("mnist/train-labels.idx1-ubyte", file, make_labels(file, N_TRAIN));
    fixture_write("mnist/t10k-labels-idx1-ubyte", file, make_labels(file, N_TEST));
    uint8_t *packed = gzip_pack(file, make_images(file, N_TEST), &n_packed);
    assert_non_null(packed);
    fixture_write("mnist/t10k-images-idx3-ubyte.gz", packed, n_packed);
    free(packed);
}

static ErrCode try_open(Dataset **data, Err *err)
{
    const DatasetSettings settings = {.name = "mnist", .path = fixture_path("mnist")};
    *err = (Err){0};
    return dataset_open(data, &settings, err);
}

static void test_records(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    uint8_t file[1024], rgb[SIDE * (SIDE + 1) * 3];
    DataSize size;
    make_set();
    assert_ok(try_open(&data, &err), &err);
    assert_int_equal(dataset_count(data, DATA_TRAIN), N_TRAIN);
    assert_int_equal(dataset_count(data, DATA_TEST), N_TEST);
    assert_int_equal(dataset_label(data, DATA_TEST, 2), 7);
    make_images(file, N_TEST);
    const uint8_t *pixels = file + HEADER + 2 * SIDE * (SIDE + 1);
    assert_true(dataset_key(data, DATA_TEST, 2) == hash_64(pixels, SIDE * (SIDE + 1)));
    assert_ok(dataset_image_size(data, DATA_TEST, 2, &size, &err), &err);
    assert_true(size.height == SIDE && size.width == SIDE + 1);
    assert_ok(dataset_image_read(data, DATA_TEST, 2, size, rgb, &err), &err);
    for (int i = 0; i < SIDE * (SIDE + 1) * 3; i++)
        assert_int_equal(rgb[i], pixels[i / 3]);
    dataset_close(&data);
}

/* Each wrong number in a header, each cut and each surplus is an error that names the file. */
static void test_damaged_files(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    uint8_t file[1024];
    const char *name = "mnist/train-images-idx3-ubyte";
    static const struct {
        size_t at;
        uint32_t value;
        const char *says;
    } headers[] = {
        {0, 0x801, "begins with"},    {0, 0xD03, "begins with"},   {4, 0, "dimension 0"},
        {4, 0xFFFFFFFF, "dimension"}, {8, 0, "dimension 1"},       {12, 5000, "dimension 2"},
        {4, N_TRAIN + 1, "ends at"},  {4, N_TRAIN - 1, "surplus"}, {4, 1 << 20, "ends at"},
    };
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        make_set();
        const size_t n = make_images(file, N_TRAIN);
        put_be(file + headers[i].at, headers[i].value);
        fixture_write(name, file, n);
        assert_error(try_open(&data, &err), ERR_DATA, &err, fixture_path(name), headers[i].says);
        assert_null(data);
    }
    const size_t n = make_images(file, N_TRAIN);
    for (size_t cut = 0; cut < n; cut++) {
        fixture_write(name, file, cut);
        assert_error(try_open(&data, &err), ERR_DATA, &err, fixture_path(name), NULL);
    }
}

/* Terabytes declared in 16 bytes are refused without being allocated. */
static void test_huge_declaration(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    uint8_t file[HEADER];
    make_set();
    put_be(file, 0x803);
    put_be(file + 4, 1 << 24);
    put_be(file + 8, 4096);
    put_be(file + 12, 4096);
    fixture_write("mnist/train-images-idx3-ubyte", file, sizeof file);
    assert_error(try_open(&data, &err), ERR_DATA, &err, "train-images", "declares");
}

static void test_labels(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    uint8_t file[64];
    make_set();
    make_labels(file, N_TRAIN);
    file[LABEL_HEADER + 4] = 10;
    fixture_write("mnist/train-labels.idx1-ubyte", file, LABEL_HEADER + N_TRAIN);
    assert_error(try_open(&data, &err), ERR_DATA, &err, "train-labels", "label 10 for image 4");
    fixture_write("mnist/train-labels.idx1-ubyte", file, make_labels(file, N_TRAIN - 1));
    assert_error(try_open(&data, &err), ERR_DATA, &err, "6 images", "5 labels");
    make_set();
    assert_ok(file_remove(fixture_path("mnist/t10k-images-idx3-ubyte.gz"), &err), &err);
    assert_error(try_open(&data, &err), ERR_DATA, &err, "t10k-images-idx3-ubyte", "mnist'");
}

/* A set that is no row of its own: labels of any values, under any first part of the names. */
static void make_letters(void)
{
    uint8_t file[1024];
    Err err = {0};
    assert_ok(dir_remove_tree(NULL, fixture_path("letters"), &err), &err);
    fixture_write("letters/emnist-letters-train-images-idx3-ubyte", file,
                  make_images(file, N_TRAIN));
    fixture_write("letters/emnist-letters-test-images-idx3-ubyte", file, make_images(file, N_TEST));
    make_labels(file, N_TRAIN);
    memcpy(file + LABEL_HEADER, "\x01\x1a\x03\x01\xff\x03", N_TRAIN);
    fixture_write("letters/emnist-letters-train-labels-idx1-ubyte", file, LABEL_HEADER + N_TRAIN);
    make_labels(file, N_TEST);
    memcpy(file + LABEL_HEADER, "\x1a\x01\x03", N_TEST);
    fixture_write("letters/emnist-letters-test-labels-idx1-ubyte", file, LABEL_HEADER + N_TEST);
}

static ErrCode open_letters(Dataset **data, bool transpose, Err *err)
{
    const DatasetSettings settings = {
        .name = "idx", .path = fixture_path("letters"), .transpose = transpose};
    *err = (Err){0};
    return dataset_open(data, &settings, err);
}

/* Classes are the labels' values in order, named by them; transposing swaps rows and columns. */
static void test_any_set(void **state)
{
    (void)state;
    static const char *const names[] = {"1", "3", "26", "255"};
    static const int labels[N_TRAIN] = {0, 2, 1, 0, 3, 1};
    Err err;
    Dataset *data;
    DataSize size;
    uint8_t file[1024], rgb[SIDE * (SIDE + 1) * 3];
    char digest[DATA_DIGEST_CHARS];
    make_letters();
    assert_ok(open_letters(&data, false, &err), &err);
    assert_int_equal(dataset_n_classes(data), ARRAY_LEN(names));
    for (int c = 0; c < 4; c++)
        assert_string_equal(dataset_class_name(data, c), names[c]);
    for (uint32_t i = 0; i < N_TRAIN; i++)
        assert_int_equal(dataset_label(data, DATA_TRAIN, i), labels[i]);
    assert_int_equal(dataset_label(data, DATA_TEST, 0), 2);
    memcpy(digest, dataset_digest(data), sizeof digest);
    dataset_close(&data);

    assert_ok(open_letters(&data, true, &err), &err);
    assert_string_not_equal(dataset_digest(data), digest);
    assert_ok(dataset_image_size(data, DATA_TRAIN, 1, &size, &err), &err);
    assert_true(size.height == SIDE + 1 && size.width == SIDE);
    assert_ok(dataset_image_read(data, DATA_TRAIN, 1, size, rgb, &err), &err);
    make_images(file, N_TRAIN);
    const uint8_t *pixels = file + HEADER + SIDE * (SIDE + 1);
    for (int y = 0; y < size.height; y++) {
        for (int x = 0; x < size.width; x++)
            assert_int_equal(rgb[(y * SIDE + x) * 3 + 2], pixels[x * (SIDE + 1) + y]);
    }
    dataset_close(&data);
}

/* Two sets in one folder are told apart by nothing: both are named. A missing file is, too. */
static void test_any_set_is_one(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    uint8_t file[1024];
    make_letters();
    fixture_write("letters/emnist-mnist-train-images-idx3-ubyte", file, make_images(file, N_TRAIN));
    assert_error(open_letters(&data, false, &err), ERR_DATA, &err,
                 "'emnist-letters-train-images-idx3-ubyte' and 'emnist-mnist-train-images-idx3-",
                 "a folder of its own");
    make_letters();
    assert_ok(file_remove(fixture_path("letters/emnist-letters-test-labels-idx1-ubyte"), &err),
              &err);
    assert_error(open_letters(&data, false, &err), ERR_DATA, &err, "letters' has no file",
                 "-labels-idx1-ubyte");
}

static void test_real_set(void **state)
{
    (void)state;
    if (data_root == NULL) {
        print_message("SKIP: ISOFLOP_DATA is not set, so there is no MNIST to read\n");
        skip();
    }
    Err err = {0};
    Dataset *data;
    const DatasetSettings settings = {.name = "mnist", .root = data_root};
    assert_ok(dataset_open(&data, &settings, &err), &err);
    assert_int_equal(dataset_count(data, DATA_TRAIN), 60000);
    assert_int_equal(dataset_count(data, DATA_TEST), 10000);
    static const int first[] = {5, 0, 4, 1, 9}; /* of the published training set */
    for (uint32_t i = 0; i < ARRAY_LEN(first); i++)
        assert_int_equal(dataset_label(data, DATA_TRAIN, i), first[i]);
    dataset_close(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),          cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_huge_declaration), cmocka_unit_test(test_labels),
        cmocka_unit_test(test_any_set),          cmocka_unit_test(test_any_set_is_one),
        cmocka_unit_test(test_real_set),
    };
    const char *root = getenv("ISOFLOP_DATA");
    data_root = root != NULL ? mem_strdup(root) : NULL;
    const int failed = cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
    mem_free(data_root);
    return failed;
}
