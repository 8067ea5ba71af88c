/* folder: what it is known by: its contents, read once, and the listing of older studies. */
#include "tests/data/folderfixture.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/sysfault.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * The digest is of the contents: another picture under the same name, of the same size, at the
 * same time of modification, is another set, and what changed is named. Names count, too.
 */
static void test_digest_is_of_the_contents(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    Text changes = {0};
    char first[DATA_DIGEST_CHARS];
    struct stat before;
    folderfixture_make();
    assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    memcpy(first, dataset_digest(data), sizeof first);
    assert_string_equal(dataset_contents(data), first);
    assert_ok(dataset_changes(data, first, &changes, &err), &err);
    assert_string_equal(text_string(&changes), "");
    dataset_close(&data);

    assert_int_equal(stat(fixture_path("set/train/b/2.png"), &before), 0);
    folderfixture_flip("set/train/b/2.png");
    const struct timespec times[] = {before.st_atim, before.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, fixture_path("set/train/b/2.png"), times, 0), 0);
    folderfixture_png("set/train/b/3.png", 20, 30, 1);
    assert_ok(file_remove(fixture_path("set/val/a/u.png"), &err), &err);
    folderfixture_png("set/val/a/w.png", 16, 16, 6);
    assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    assert_string_not_equal(first, dataset_digest(data));
    assert_ok(dataset_changes(data, first, &changes, &err), &err);
    assert_string_equal(text_string(&changes),
                        "'train/b/2.png' has other contents, 'train/b/3.png' is new, "
                        "'val/a/w.png' is new and 1 more");
    text_release(&changes);
    dataset_close(&data);
}

/*
 * A folder whose files are older than the grain of a clock is not read again: the second opening
 * reads the memo alone, and finds the same digest; without the memo it reads every file.
 */
static void test_unchanged_files_are_not_read(void **state)
{
    (void)state;
    enum { N_FILES = 6 };
    Err err;
    Dataset *data;
    long n_reads[2];
    char first[DATA_DIGEST_CHARS];
    const struct timespec settled = {2, 100000000};
    folderfixture_make();
    assert_ok(dir_remove_tree(NULL, fixture_path("cache"), &err), &err);
    assert_int_equal(nanosleep(&settled, NULL), 0);
    for (int i = 0; i < 2; i++) {
        sysfault_arm(SYS_READ, 0, SYS_FAIL, 0);
        assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
        n_reads[i] = sysfault_count();
        sysfault_clear();
        if (i > 0)
            assert_string_equal(first, dataset_digest(data));
        memcpy(first, dataset_digest(data), sizeof first);
        dataset_close(&data);
    }
    assert_true(n_reads[0] >= N_FILES);
    assert_true(n_reads[1] < N_FILES);
}

/* The identity of earlier versions: names and sizes of .jpg and .png, no validation of its own. */
static void test_identity_by_listing(void **state)
{
    (void)state;
    static const char *const paths[] = {"train/a/x.png", "train/a/y.png", "train/b/10.PNG",
                                        "train/b/2.png", "test/a/t.png",  "test/b/t.png"};
    const DatasetSettings listing = {.identity = DATA_BY_LISTING};
    Err err;
    Dataset *data;
    char digest[DATA_DIGEST_CHARS];
    Hasher *hasher = hash_create();
    folderfixture_make();
    folderfixture_png("set/test/a/t.png", 8, 8, 9);
    folderfixture_png("set/test/b/t.png", 8, 8, 9);
    fixture_write("set/train/a/new.webp", "not looked at", 13);
    folderfixture_png("set/train/a/deep/x.png", 9, 9, 3);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        char size[24], path[64];
        uint64_t n_bytes;
        snprintf(path, sizeof path, "set/%s", paths[i]);
        assert_ok(file_size(fixture_path(path), &n_bytes, &err), &err);
        snprintf(size, sizeof size, "%llu", (unsigned long long)n_bytes);
        hash_update(hasher, paths[i], strlen(paths[i]) + 1);
        hash_update(hasher, size, strlen(size) + 1);
    }
    hash_hex(hash_digest(hasher), digest);
    hash_destroy(&hasher);
    assert_ok(folderfixture_open_with(&data, listing, &err), &err);
    assert_int_equal(dataset_count(data, DATA_VAL), 0);
    assert_string_equal(dataset_digest(data), digest);
    assert_string_not_equal(dataset_contents(data), digest);
    dataset_close(&data);
}

/* A file that changes after listing is an error, not another data set under the old digest. */
static void test_changed_file(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    folderfixture_make();
    assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    assert_ok(dir_remove_tree(NULL, fixture_path("cache"), &err), &err);
    fixture_write("set/train/a/x.png", "short", 5);
    assert_error(folderfixture_build(data, 1, &err), ERR_DATA, &err, "train/a/x.png", "now 5");
    dataset_close(&data);
    folderfixture_make();
    assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    folderfixture_flip("set/train/a/x.png");
    assert_error(folderfixture_build(data, 1, &err), ERR_DATA, &err, "train/a/x.png", "changed");
    dataset_close(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_is_of_the_contents),
        cmocka_unit_test(test_unchanged_files_are_not_read),
        cmocka_unit_test(test_identity_by_listing),
        cmocka_unit_test(test_changed_file),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
