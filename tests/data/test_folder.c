/* folder: order, labels, what is passed over and what is refused, bad images, threads. */
#include "tests/data/folderfixture.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "data/imageset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *data_root;

static void test_order_and_labels(void **state)
{
    (void)state;
    static const char *const paths[] = {"train/a/x.png", "train/a/y.png", "train/b/10.PNG",
                                        "train/b/2.png"};
    Err err;
    Dataset *data;
    folderfixture_make();
    assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    assert_int_equal(dataset_count(data, DATA_TRAIN), 4);
    assert_int_equal(dataset_count(data, DATA_TEST), 2);
    assert_int_equal(dataset_n_classes(data), 2);
    assert_string_equal(dataset_class_name(data, 1), "b");
    for (uint32_t i = 0; i < 4; i++) {
        char text[64];
        DataSize size;
        uint8_t rgb[64 * 64 * 3];
        static const int greys[] = {3, 4, 2, 1};
        dataset_describe(data, DATA_TRAIN, i, text, sizeof text);
        assert_string_equal(text, paths[i]);
        assert_true(dataset_key(data, DATA_TRAIN, i) == hash_64(paths[i], strlen(paths[i])));
        assert_int_equal(dataset_label(data, DATA_TRAIN, i), i / 2);
        assert_ok(dataset_image_size(data, DATA_TRAIN, i, &size, &err), &err);
        assert_ok(dataset_image_read(data, DATA_TRAIN, i, size, rgb, &err), &err);
        assert_int_equal(rgb[0], greys[i]);
    }
    dataset_close(&data);
}

/* val/ beside test/ is validation, alone it is test; valid/ and validation/ are other names of it.
 */
static void test_splits(void **state)
{
    (void)state;
    static const char *const names[] = {"val", "valid", "validation"};
    Err err;
    Dataset *data;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[64], described[64];
        folderfixture_make();
        assert_ok(dir_remove_tree(NULL, fixture_path("set/val"), &err), &err);
        snprintf(path, sizeof path, "set/%s/b/v.png", names[i]);
        folderfixture_png(path, 8, 8, 9);
        assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
        assert_int_equal(dataset_count(data, DATA_TEST), 1);
        assert_int_equal(dataset_count(data, DATA_VAL), 0);
        assert_true(folderfixture_has_note(data, "test is", names[i]) &&
                    folderfixture_has_note(data, "carved", "by hash"));
        dataset_close(&data);
        folderfixture_png("set/test/a/t.png", 8, 8, 9);
        folderfixture_png("set/test/b/t.png", 8, 8, 9);
        assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
        assert_int_equal(dataset_count(data, DATA_TRAIN), 4);
        assert_int_equal(dataset_count(data, DATA_TEST), 2);
        assert_int_equal(dataset_count(data, DATA_VAL), 1);
        assert_int_equal(dataset_label(data, DATA_VAL, 0), 1);
        dataset_describe(data, DATA_VAL, 0, described, sizeof described);
        assert_string_equal(described, path + strlen("set/"));
        assert_true(folderfixture_has_note(data, "test is 'test/'", names[i]));
        dataset_close(&data);
    }
}

/*
 * Class folders alone: a fifth of each class is test, the same whatever else is there, and
 * nothing is in both.
 */
static void test_flat_folder(void **state)
{
    (void)state;
    enum { N = 11, N_SMALL = 2 };
    Err err;
    Dataset *data;
    char path[64], test_of_a[2][64], text[64];
    assert_ok(dir_remove_tree(NULL, fixture_path("set"), &err), &err);
    for (int i = 0; i < N; i++) {
        snprintf(path, sizeof path, "set/a/%d.png", i);
        folderfixture_png(path, 8, 8, (uint8_t)i);
    }
    for (int i = 0; i < N_SMALL; i++) {
        snprintf(path, sizeof path, "set/b/%d.png", i);
        folderfixture_png(path, 8, 8, (uint8_t)i);
    }
    for (int more = 0; more < 2; more++) {
        assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
        assert_int_equal(dataset_n_classes(data), 2 + more);
        assert_int_equal(dataset_count(data, DATA_TEST), 3 + more); /* 2 of 11, 1 of 2 (of 3) */
        assert_int_equal(dataset_count(data, DATA_TRAIN), 10 + 2 * more);
        for (uint32_t i = 0; i < 2; i++) {
            dataset_describe(data, DATA_TEST, i, text, sizeof text);
            if (more > 0)
                assert_string_equal(text, test_of_a[i]);
            memcpy(test_of_a[i], text, sizeof text);
            for (uint32_t k = 0; k < dataset_count(data, DATA_TRAIN); k++)
                assert_true(dataset_key(data, DATA_TRAIN, k) != dataset_key(data, DATA_TEST, i));
        }
        assert_true(folderfixture_has_note(data, "a fifth of each class", "split by hash"));
        dataset_close(&data);
        for (int i = 0; i < 3; i++) {
            snprintf(path, sizeof path, "set/c/%d.png", i);
            folderfixture_png(path, 8, 8, (uint8_t)i);
        }
    }
}

/* Whatever is no image of a class is counted by kind, the most frequent first. */
static void test_passed_over(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    folderfixture_make();
    fixture_write("set/train/b/1.gif", "x", 1);
    fixture_write("set/val/b/2.GIF", "x", 1);
    folderfixture_png("set/train/loose.png", 9, 9, 1);
    assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    assert_true(
        folderfixture_has_note(data,
                               "6 files passed over: 2 .gif, 1 .txt, 1 hidden, 1 outside classes, "
                               "1 without an ending",
                               ""));
    dataset_close(&data);
}

/*
 * data.links: follow takes files and folders behind links under the label of the link's own
 * folder; what leads nowhere or round is named.
 */
static void test_followed_links(void **state)
{
    (void)state;
    const DatasetSettings follow = {.links = DATA_LINKS_FOLLOW};
    Err err;
    Dataset *data;
    folderfixture_make();
    folderfixture_png("elsewhere/pool/1.png", 8, 8, 77);
    assert_int_equal(symlink("../../../elsewhere/pool/1.png", fixture_path("set/train/a/l.png")),
                     0);
    assert_int_equal(symlink("../../elsewhere/pool", fixture_path("set/train/c")), 0);
    assert_int_equal(symlink("val", fixture_path("set/test")), 0);
    assert_ok(file_rename(fixture_path("set/val"), fixture_path("set/real"), &err), &err);
    assert_ok(file_remove(fixture_path("set/test"), &err), &err);
    assert_int_equal(symlink("real", fixture_path("set/test")), 0);
    assert_ok(folderfixture_open_with(&data, follow, &err), &err);
    assert_int_equal(dataset_n_classes(data), 3);
    assert_int_equal(dataset_count(data, DATA_TRAIN), 6);
    assert_int_equal(dataset_count(data, DATA_TEST), 2);
    char text[64];
    dataset_describe(data, DATA_TRAIN, 0, text, sizeof text);
    assert_string_equal(text, "train/a/l.png");
    assert_int_equal(dataset_label(data, DATA_TRAIN, 0), 0);
    assert_int_equal(dataset_label(data, DATA_TRAIN, 5), 2);
    dataset_close(&data);
    static const struct {
        const char *target, *link, *says;
    } cases[] = {{"gone", "set/train/a/dangling.png", "leads nowhere"},
                 {"self.png", "set/train/a/self.png", "symbolic links"},
                 {"..", "set/train/round", "a loop"},
                 {"../../..", "set/train/a/out.png", "one level deep"},
                 {".", "set/train/a/in.png", "a loop"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        folderfixture_make();
        assert_int_equal(symlink(cases[i].target, fixture_path(cases[i].link)), 0);
        assert_error(folderfixture_open_with(&data, follow, &err), ERR_DATA, &err,
                     fixture_path(cases[i].link), cases[i].says);
    }
}

/* A class folder without an image: an error, or left out, with its test images. */
static void test_present_classes(void **state)
{
    (void)state;
    const DatasetSettings present = {.classes = DATA_CLASSES_PRESENT};
    Err err;
    Dataset *data;
    char whole[DATA_DIGEST_CHARS];
    folderfixture_make();
    assert_ok(folderfixture_open_with(&data, present, &err),
              &err); /* nothing to leave out: the same set */
    memcpy(whole, dataset_digest(data), sizeof whole);
    dataset_close(&data);
    assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    assert_string_equal(dataset_digest(data), whole);
    dataset_close(&data);
    assert_ok(file_make_dirs(fixture_path("set/train/aa"), &err), &err);
    folderfixture_png("set/val/aa/t.png", 16, 16, 5);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "train/aa",
                 "present");
    assert_ok(folderfixture_open_with(&data, present, &err), &err);
    assert_int_equal(dataset_n_classes(data), 2);
    assert_string_equal(dataset_class_name(data, 1), "b");
    assert_int_equal(dataset_count(data, DATA_TEST), 2);
    assert_int_equal(dataset_label(data, DATA_TEST, 1), 1);
    assert_true(folderfixture_has_note(data, "1 of 3 classes", "'aa'"));
    assert_true(folderfixture_has_note(data, "1 test image is left out", ""));
    assert_string_not_equal(dataset_digest(data), whole);
    dataset_close(&data);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    folderfixture_make();
    assert_int_equal(symlink("x.png", fixture_path("set/train/a/z.png")), 0);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "z.png",
                 "data.links: follow");
    folderfixture_make();
    assert_int_equal(symlink("/", fixture_path("set/train/out")), 0);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "train/out",
                 "link");
    folderfixture_make();
    assert_int_equal(symlink("..", fixture_path("set/val/loop")), 0);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "val/loop",
                 "link");
    folderfixture_make();
    assert_int_equal(symlink("val", fixture_path("set/test")), 0);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "set/test",
                 "link");
    folderfixture_make();
    assert_ok(file_make_dirs(fixture_path("set/train/c"), &err), &err);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "train/c",
                 "no image");
    folderfixture_make();
    folderfixture_png("set/val/c/t.png", 16, 16, 5);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "val/c",
                 "train");
    folderfixture_make();
    folderfixture_png("set/train/a/caf\xe9.png", 16, 16, 5);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "\\xE9",
                 "UTF-8");
    folderfixture_make();
    assert_ok(dir_remove_tree(NULL, fixture_path("set/val"), &err), &err);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "neither",
                 "set/train");
    folderfixture_make();
    assert_ok(dir_remove_tree(NULL, fixture_path("set/train/a"), &err), &err);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "1 class",
                 NULL);
    folderfixture_make();
    folderfixture_png("set/train/a/deep/x.png", 9, 9, 3);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "train/a/deep",
                 "one level deep");
    folderfixture_make();
    folderfixture_png("set/valid/a/u.png", 9, 9, 3);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err,
                 "'val' and 'valid'", NULL);
    assert_ok(dir_remove_tree(NULL, fixture_path("set/train"), &err), &err);
    assert_ok(dir_remove_tree(NULL, fixture_path("set/valid"), &err), &err);
    assert_error(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "no 'train'",
                 NULL);
    assert_null(data);
}

/*
 * fail: building names the file, the first in order for any number of threads. skip: it is left
 * out and recorded, everything else is there.
 */
static void test_bad_images(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    folderfixture_make();
    fixture_write("set/val/a/bad.png", "\x89PNG\r\n\x1a\n broken", 15);
    fixture_write("set/val/b/bad.jpg", "not a picture", 13);
    assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    for (int threads = 1; threads <= 3; threads++)
        assert_error(folderfixture_build(data, threads, &err), ERR_DATA, &err, "val/a/bad.png",
                     NULL);
    dataset_close(&data);
    for (int threads = 1; threads <= 3; threads++) {
        assert_ok(dir_remove_tree(NULL, fixture_path("cache"), &err),
                  &err); /* what is remembered */
        assert_ok(folderfixture_open(&data, BAD_IMAGE_SKIP, threads, &err), &err);
        assert_int_equal(dataset_count(data, DATA_TRAIN), 4);
        assert_int_equal(dataset_count(data, DATA_TEST), 2);
        assert_int_equal(dataset_n_skipped(data), 2);
        assert_non_null(strstr(dataset_skipped(data, 0), "val/a/bad.png"));
        assert_non_null(strstr(dataset_skipped(data, 1), "val/b/bad.jpg"));
        assert_ok(folderfixture_build(data, threads, &err), &err);
        dataset_close(&data);
    }
}

/*
 * What cannot be decoded is looked for once: the second opening takes the memo's word (here a word
 * that decoding would not give), other contents or a damaged memo does not.
 */
static void test_bad_images_are_remembered(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    FileList list = {0};
    char path[256], *memo;
    size_t n_bytes;
    folderfixture_make();
    assert_ok(dir_remove_tree(NULL, fixture_path("cache"), &err), &err);
    fixture_write("set/val/b/bad.jpg", "not a picture", 13);
    assert_ok(folderfixture_open(&data, BAD_IMAGE_SKIP, 2, &err), &err);
    assert_int_equal(dataset_n_skipped(data), 1);
    dataset_close(&data);
    assert_ok(file_list(fixture_path("cache"), &list, &err), &err);
    path[0] = '\0';
    for (size_t i = 0; i < list.n_names; i++) {
        if (strstr(list.names[i], ".skipped") != NULL)
            snprintf(path, sizeof path, "cache/%s", list.names[i]);
    }
    file_list_release(&list);
    assert_true(path[0] != '\0');
    assert_ok(file_read(fixture_path(path), 1 << 12, &memo, &n_bytes, &err), &err);
    char *body = strstr(memo, "neither");
    assert_non_null(body);
    memcpy(body, "NEITHER", 7);
    char *end = memo + n_bytes - 17;
    snprintf(end, 17, "%016llx", (unsigned long long)hash_64(memo, n_bytes - 17));
    memo[n_bytes - 1] = '\n';
    fixture_write(path, memo, n_bytes);
    assert_ok(folderfixture_open(&data, BAD_IMAGE_SKIP, 1, &err), &err);
    assert_non_null(strstr(dataset_skipped(data, 0), "NEITHER"));
    dataset_close(&data);

    memo[20] ^= 1;
    fixture_write(path, memo, n_bytes);
    assert_ok(folderfixture_open(&data, BAD_IMAGE_SKIP, 1, &err), &err);
    assert_non_null(strstr(dataset_skipped(data, 0), "neither"));
    dataset_close(&data);
    fixture_write("set/val/b/bad.jpg", "still no pic.", 13); /* of the same size: looked at */
    folderfixture_png("set/val/b/more.png", 16, 16, 9);
    assert_ok(folderfixture_open(&data, BAD_IMAGE_SKIP, 1, &err), &err);
    assert_non_null(strstr(dataset_skipped(data, 0), "neither"));
    assert_int_equal(dataset_count(data, DATA_TEST), 3);
    dataset_close(&data);
    mem_free(memo);
}

/*
 * Whichever allocation fails: one error and no set, or, where it only cost the memo, the right set.
 */
static void test_allocations_may_fail(void **state)
{
    (void)state;
    bool has_fired = true;
    folderfixture_make();
    fixture_write("set/val/b/bad.jpg", "not a picture", 13);
    for (long k = 1; has_fired; k++) {
        Err err, ignored = {0};
        Dataset *data = NULL;
        assert_ok(dir_remove_tree(NULL, fixture_path("cache"), &ignored), &ignored);
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = folderfixture_open(&data, BAD_IMAGE_SKIP, 1, &err);
        has_fired = sysfault_fired();
        sysfault_clear();
        if (code == ERR_NONE) {
            assert_int_equal(dataset_n_skipped(data), 1);
            assert_int_equal(dataset_count(data, DATA_TEST), 2);
        } else {
            assert_true(has_fired && code == ERR_MEMORY && !data);
        }
        dataset_close(&data);
        assert_true(k < 500);
    }
}

static void test_real_set(void **state)
{
    (void)state;
    if (data_root == NULL) {
        print_message("SKIP: ISOFLOP_DATA is not set, so there is no image folder to read\n");
        skip();
    }
    Err err = {0};
    Dataset *data;
    const DatasetSettings settings = {.name = "flowers5", .root = data_root};
    assert_ok(dataset_open(&data, &settings, &err), &err);
    assert_int_equal(dataset_n_classes(data), 5);
    assert_int_equal(dataset_count(data, DATA_TRAIN), 2000);
    assert_int_equal(dataset_count(data, DATA_TEST), 500);
    assert_ok(folderfixture_build(data, 2, &err), &err);
    dataset_close(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_labels),
        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_flat_folder),
        cmocka_unit_test(test_passed_over),
        cmocka_unit_test(test_followed_links),
        cmocka_unit_test(test_present_classes),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_bad_images),
        cmocka_unit_test(test_bad_images_are_remembered),
        cmocka_unit_test(test_allocations_may_fail),
        cmocka_unit_test(test_real_set),
    };
    const char *root = getenv("ISOFLOP_DATA");
    data_root = root != NULL ? mem_strdup(root) : NULL;
    const int failed = cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
    mem_free(data_root);
    return failed;
}
