/* dataset: the table, and where a set is looked for. */
#include "tests/data/datafixture.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "data/dataset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ErrCode try_open(Dataset **data, const char *name, const char *path, const char *root,
                        Err *err)
{
    const DatasetSettings settings = {.name = name, .path = path, .root = root};
    *err = (Err){0};
    return dataset_open(data, &settings, err);
}

/* Every row can be shown and opened, has a name of its own, and says where the set comes from. */
static void test_table(void **state)
{
    (void)state;
    size_t n;
    const DatasetKind *kinds = dataset_kinds(&n);
    assert_true(n >= 3);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(dataset_kind_find(kinds[i].name), &kinds[i]);
        assert_true(kinds[i].published && kinds[i].format && kinds[i].open);
    }
    assert_null(dataset_kind_find("cifar"));
}

/*
 * path, then --data-root, then ISOFLOP_DATA; a root may hold the usual folder or one of the name.
 */
static void test_lookup_order(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    fixture_cifar_file("env/cifar-10-batches-bin/data_batch_1.bin", 0, 1);
    fixture_cifar_file("env/cifar-10-batches-bin/test_batch.bin", 1, 1);
    fixture_cifar_file("root/cifar-10/data_batch_1.bin", 0, 2);
    fixture_cifar_file("root/cifar-10/test_batch.bin", 2, 1);
    fixture_cifar_file("path/data_batch_1.bin", 0, 3);
    fixture_cifar_file("path/test_batch.bin", 3, 1);
    setenv("ISOFLOP_DATA", fixture_path("env"), 1);
    const struct {
        const char *path, *root;
        uint32_t n_train;
    } cases[] = {{fixture_path("path"), fixture_path("root"), 3},
                 {NULL, fixture_path("root"), 2},
                 {NULL, NULL, 1}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_ok(try_open(&data, "cifar-10", cases[i].path, cases[i].root, &err), &err);
        assert_int_equal(dataset_count(data, DATA_TRAIN), cases[i].n_train);
        dataset_close(&data);
    }
    unsetenv("ISOFLOP_DATA");
}

/* One error says where it looked and where the set is published. */
static void test_not_found(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    assert_error(try_open(&data, "cifar-10", NULL, NULL, &err), ERR_MISSING, &err, "ISOFLOP_DATA",
                 "kriz/cifar.html");
    assert_error(try_open(&data, "cifar-10", NULL, fixture_path("none"), &err), ERR_MISSING, &err,
                 fixture_path("none/cifar-10-batches-bin"), "kriz/cifar.html");
    assert_error(try_open(&data, "cifar-10", fixture_path("gone"), NULL, &err), ERR_MISSING, &err,
                 fixture_path("gone"), "kriz/cifar.html");
    assert_error(try_open(&data, "cifer-10", NULL, fixture_path("none"), &err), ERR_MISSING, &err,
                 "'cifer-10'", "did you mean 'cifar-10'");
    assert_null(data);
}

/* A path that exists is never "no data set": what it is and why it does not do is said. */
static void test_existing_paths(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    fixture_write("plain", "x", 1);
    assert_error(try_open(&data, "mine", fixture_path("plain"), NULL, &err), ERR_DATA, &err,
                 "plain' is a file, not an image folder", NULL);
    assert_error(try_open(&data, fixture_path("plain"), NULL, NULL, &err), ERR_DATA, &err,
                 "plain' is a file", NULL);
    assert_ok(file_make_dirs(fixture_path("empty"), &err), &err);
    assert_error(try_open(&data, "mnist", fixture_path("empty"), NULL, &err), ERR_DATA, &err,
                 "empty' has no file", "train-images-idx3-ubyte");
    assert_error(try_open(&data, "mine", fixture_path("empty"), NULL, &err), ERR_DATA, &err,
                 "empty' has 0 class folders", NULL);
    assert_int_equal(symlink("loop", fixture_path("loop")), 0);
    assert_error(try_open(&data, "mine", fixture_path("loop"), NULL, &err), ERR_IO, &err, "inspect",
                 "loop'");
}

/* A path names its set: by the usual folder or archive of a kind, else by its last part. */
static void test_names_of_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path, *name;
    } cases[] = {{"/a/b/cifar-10-batches-bin", "cifar-10"},
                 {"mnist-idx/", "mnist"},
                 {"../cifar-100-binary.tar.gz", "cifar-100"},
                 {"/a/flowers//", "flowers"},
                 {"./x", "x"},
                 {"/", ""}};
    char name[64];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        dataset_name_of_path(cases[i].path, name, sizeof name);
        assert_string_equal(name, cases[i].name);
    }
}

/* Transposing is for IDX files: anything else refuses it. */
static void test_transpose_is_for_idx(void **state)
{
    (void)state;
    Err err = {0};
    Dataset *data;
    fixture_cifar(3, 3, 3);
    const DatasetSettings settings = {
        .name = "cifar-10", .path = fixture_path("cifar"), .transpose = true};
    assert_error(dataset_open(&data, &settings, &err), ERR_USAGE, &err, "data.transpose",
                 "'cifar-10'");
}

/* A study that gives a path and forgets the name would train on drawn images. */
static void test_drawn_images_have_no_path(void **state)
{
    (void)state;
    Err err = {0};
    Dataset *data;
    fixture_cifar(3, 3, 3);
    assert_error(try_open(&data, "polytex", fixture_path("cifar"), NULL, &err), ERR_USAGE, &err,
                 "data.path", "data.name");
}

/* Each allocation may fail: an error, nothing leaked (the sanitizer build looks), then it works. */
static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    const char *path = fixture_path("cifar");
    fixture_cifar(3, 3, 3);
    long k = 1;
    for (bool fired = true; fired; k++) {
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = try_open(&data, "cifar-10", path, NULL, &err);
        fired = sysfault_fired();
        sysfault_clear();
        if (fired && code != ERR_MEMORY)
            fail_msg("allocation %ld: %s", k, code ? err.msg : "no error");
        if (!fired)
            assert_ok(code, &err);
        dataset_close(&data);
    }
    assert_true(k > 5);
}

/* Opening, mapping and listing may fail too: an error that names the file. */
static void test_faults_while_reading(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    const char *path = fixture_path("cifar");
    fixture_cifar(3, 3, 3);
    sysfault_arm(SYS_OPEN, 2, SYS_FAIL, EACCES);
    const ErrCode opened = try_open(&data, "cifar-10", path, NULL, &err);
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_error(opened, ERR_IO, &err, path, NULL);
    sysfault_arm(SYS_MMAP, 1, SYS_FAIL, ENODEV);
    const ErrCode mapped = try_open(&data, "cifar-10", path, NULL, &err);
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_error(mapped, ERR_IO, &err, "data_batch_1.bin", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_lookup_order),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_existing_paths),
        cmocka_unit_test(test_names_of_paths),
        cmocka_unit_test(test_transpose_is_for_idx),
        cmocka_unit_test(test_drawn_images_have_no_path),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_faults_while_reading),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
