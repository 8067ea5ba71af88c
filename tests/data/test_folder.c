/* folder: order, labels, what is passed over and what is refused, bad images, threads. */
#include "tests/data/datafixture.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "data/imageset.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *data_root;

/* A PNG of one colour, w x h. */
static void put_png(const char *name, int w, int h, uint8_t grey)
{
    uint8_t pixels[64 * 64], file[1 << 14];
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)w,
                       .height = (png_uint_32)h,
                       .format = PNG_FORMAT_GRAY};
    png_alloc_size_t n = sizeof file;
    memset(pixels, grey, sizeof pixels);
    assert_true(png_image_write_to_memory(&image, file, &n, 0, pixels, 0, NULL));
    fixture_write(name, file, n);
}

static void make_set(void)
{
    Err err = {0};
    assert_ok(file_remove_tree(fixture_path("set"), &err), &err);
    put_png("set/train/b/2.png", 20, 30, 1);
    put_png("set/train/b/10.PNG", 20, 30, 2);
    put_png("set/train/a/x.png", 9, 9, 3);
    put_png("set/train/a/y.png", 40, 10, 4);
    put_png("set/val/b/t.png", 16, 16, 5);
    put_png("set/val/a/u.png", 16, 16, 6);
    fixture_write("set/train/a/.hidden.png", "x", 1);
    fixture_write("set/train/a/notes.txt", "x", 1);
    fixture_write("set/train/readme", "x", 1);
}

static ErrCode try_open(Dataset **data, BadImage bad_image, int threads, Err *err)
{
    const DatasetSettings settings = {.name = "pictures",
                                      .path = fixture_path("set"),
                                      .bad_image = bad_image,
                                      .threads = threads};
    *err = (Err){0};
    return dataset_open(data, &settings, err);
}

static void test_order_and_labels(void **state)
{
    (void)state;
    static const char *const paths[] = {"train/a/x.png", "train/a/y.png", "train/b/10.PNG",
                                        "train/b/2.png"};
    Err err;
    Dataset *data;
    make_set();
    assert_ok(try_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
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

/* The manifest's digest follows names and sizes. */
static void test_manifest_digest(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    char first[DATA_DIGEST_CHARS];
    make_set();
    assert_ok(try_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    memcpy(first, dataset_digest(data), sizeof first);
    dataset_close(&data);
    put_png("set/train/b/3.png", 20, 30, 1);
    assert_ok(try_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    assert_string_not_equal(first, dataset_digest(data));
    dataset_close(&data);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    make_set();
    assert_int_equal(symlink("x.png", fixture_path("set/train/a/z.png")), 0);
    assert_error(try_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "z.png", "regular");
    make_set();
    assert_int_equal(symlink("/", fixture_path("set/train/out")), 0);
    assert_error(try_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "train/out", "link");
    make_set();
    assert_int_equal(symlink("..", fixture_path("set/val/loop")), 0);
    assert_error(try_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "val/loop", "link");
    make_set();
    assert_int_equal(symlink("val", fixture_path("set/test")), 0);
    assert_error(try_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "set/test", "link");
    make_set();
    assert_ok(file_make_dirs(fixture_path("set/train/c"), &err), &err);
    assert_error(try_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "train/c", "no image");
    make_set();
    put_png("set/val/c/t.png", 16, 16, 5);
    assert_error(try_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "val/c", "train");
    make_set();
    put_png("set/train/a/caf\xe9.png", 16, 16, 5);
    assert_error(try_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "\\xE9", "UTF-8");
    make_set();
    assert_ok(file_remove_tree(fixture_path("set/val"), &err), &err);
    assert_error(try_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "neither", NULL);
    make_set();
    assert_ok(file_remove_tree(fixture_path("set/train/a"), &err), &err);
    assert_error(try_open(&data, BAD_IMAGE_FAIL, 1, &err), ERR_DATA, &err, "1 class", NULL);
    assert_null(data);
}

static ErrCode build(const Dataset *data, int threads, Err *err)
{
    Split split;
    ImageSet *set = NULL;
    ImageSetReport report;
    const SplitSizes sizes = {{SPLIT_DEFAULT, 1, SPLIT_DEFAULT}};
    const ImageSetSettings settings = {.resolution = 8, .threads = threads};
    *err = (Err){0};
    TRY(split_init(&split, data, &sizes, err));
    TRY(imageset_open(&set, data, &split, &settings, &report, err));
fail:
    imageset_close(&set);
    split_release(&split);
    return err->code;
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
    make_set();
    fixture_write("set/val/a/bad.png", "\x89PNG\r\n\x1a\n broken", 15);
    fixture_write("set/val/b/bad.jpg", "not a picture", 13);
    assert_ok(try_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    for (int threads = 1; threads <= 3; threads++)
        assert_error(build(data, threads, &err), ERR_DATA, &err, "val/a/bad.png", NULL);
    dataset_close(&data);
    for (int threads = 1; threads <= 3; threads++) {
        assert_ok(file_remove_tree(fixture_path("cache"), &err), &err); /* what is remembered */
        assert_ok(try_open(&data, BAD_IMAGE_SKIP, threads, &err), &err);
        assert_int_equal(dataset_count(data, DATA_TRAIN), 4);
        assert_int_equal(dataset_count(data, DATA_TEST), 2);
        assert_int_equal(dataset_n_skipped(data), 2);
        assert_non_null(strstr(dataset_skipped(data, 0), "val/a/bad.png"));
        assert_non_null(strstr(dataset_skipped(data, 1), "val/b/bad.jpg"));
        assert_ok(build(data, threads, &err), &err);
        dataset_close(&data);
    }
}

/*
 * What cannot be decoded is looked for once: the second opening takes the memo's word (here a word
 * that decoding would not give), another manifest or a damaged memo does not.
 */
static void test_bad_images_are_remembered(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    FileList list = {0};
    char path[256], *memo;
    size_t n_bytes;
    make_set();
    assert_ok(file_remove_tree(fixture_path("cache"), &err), &err);
    fixture_write("set/val/b/bad.jpg", "not a picture", 13);
    assert_ok(try_open(&data, BAD_IMAGE_SKIP, 2, &err), &err);
    assert_int_equal(dataset_n_skipped(data), 1);
    dataset_close(&data);
    assert_ok(file_list(fixture_path("cache"), &list, &err), &err);
    assert_int_equal(list.n_names, 1);
    assert_non_null(strstr(list.names[0], ".skipped"));
    snprintf(path, sizeof path, "cache/%s", list.names[0]);
    file_list_release(&list);

    fixture_write("set/val/b/bad.jpg", "still no pic.", 13); /* of the same size: not looked at */
    assert_ok(file_read(fixture_path(path), 1 << 12, &memo, &n_bytes, &err), &err);
    char *body = strstr(memo, "neither");
    assert_non_null(body);
    memcpy(body, "NEITHER", 7);
    char *end = memo + n_bytes - 17;
    snprintf(end, 17, "%016llx", (unsigned long long)hash_64(memo, n_bytes - 17));
    memo[n_bytes - 1] = '\n';
    fixture_write(path, memo, n_bytes);
    assert_ok(try_open(&data, BAD_IMAGE_SKIP, 1, &err), &err);
    assert_non_null(strstr(dataset_skipped(data, 0), "NEITHER"));
    dataset_close(&data);

    memo[20] ^= 1;
    fixture_write(path, memo, n_bytes);
    assert_ok(try_open(&data, BAD_IMAGE_SKIP, 1, &err), &err);
    assert_non_null(strstr(dataset_skipped(data, 0), "neither"));
    dataset_close(&data);
    put_png("set/val/b/more.png", 16, 16, 9);
    assert_ok(try_open(&data, BAD_IMAGE_SKIP, 1, &err), &err);
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
    make_set();
    fixture_write("set/val/b/bad.jpg", "not a picture", 13);
    for (long k = 1; has_fired; k++) {
        Err err, ignored = {0};
        Dataset *data = NULL;
        assert_ok(file_remove_tree(fixture_path("cache"), &ignored), &ignored);
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = try_open(&data, BAD_IMAGE_SKIP, 1, &err);
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

/* A file that changes after listing is an error, not another data set under the old digest. */
static void test_changed_file(void **state)
{
    (void)state;
    Err err;
    Dataset *data;
    make_set();
    assert_ok(try_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    assert_ok(file_remove_tree(fixture_path("cache"), &err), &err);
    fixture_write("set/train/a/x.png", "short", 5);
    assert_error(build(data, 1, &err), ERR_DATA, &err, "train/a/x.png", "now 5");
    dataset_close(&data);
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
    assert_ok(build(data, 2, &err), &err);
    dataset_close(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_labels),
        cmocka_unit_test(test_manifest_digest),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_bad_images),
        cmocka_unit_test(test_bad_images_are_remembered),
        cmocka_unit_test(test_allocations_may_fail),
        cmocka_unit_test(test_changed_file),
        cmocka_unit_test(test_real_set),
    };
    const char *root = getenv("ISOFLOP_DATA");
    data_root = root != NULL ? mem_strdup(root) : NULL;
    const int failed = cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
    mem_free(data_root);
    return failed;
}
