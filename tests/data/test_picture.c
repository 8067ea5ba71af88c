/* data/picture: which files a path names, and the pixels of one. */
#include "tests/data/folderfixture.h"

#include "base/file.h"
#include "data/picture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 6, BMP_HEADER = 54, MAX_SIDE = 40 };

/* A picture whose pixels all differ from their neighbours. */
static void put_bmp(const char *name, int width, int height)
{
    uint8_t rgb[MAX_SIDE * MAX_SIDE * DATA_CHANNELS];
    for (int i = 0; i < width * height * DATA_CHANNELS; i++)
        rgb[i] = (uint8_t)(i * 37 + width);
    fixture_bmp(name, width, height, rgb);
}

/* Property: a file is itself; a folder is its pictures by name, without what is none. */
static void paths_are_listed(void **state)
{
    (void)state;
    Arena arena = {0};
    PictureList list = {0};
    Err err = {0};
    char folder[FIXTURE_PATH_BYTES], wanted[FIXTURE_PATH_BYTES + 8];
    put_bmp("pictures/b.bmp", 3, 4);
    put_bmp("pictures/a.BMP", 3, 4);
    put_bmp("pictures/deeper.bmp/c.txt", 3, 4);
    (void)snprintf(folder, sizeof folder, "%s", fixture_path("pictures"));
    assert_ok(picture_list_add(&list, folder, &arena, &err), &err);
    assert_ok(picture_list_add(&list, fixture_path("pictures/b.bmp"), &arena, &err), &err);
    assert_int_equal(list.n, 3);
    (void)snprintf(wanted, sizeof wanted, "%s/a.BMP", folder);
    assert_string_equal(list.paths[0], wanted);
    (void)snprintf(wanted, sizeof wanted, "%s/b.bmp", folder);
    assert_string_equal(list.paths[1], wanted);
    assert_string_equal(list.paths[2], wanted);
    assert_error(picture_list_add(&list, fixture_path("pictures/deeper.bmp"), &arena, &err),
                 ERR_DATA, &err, "deeper.bmp' has no pictures", NULL);
    err = (Err){0};
    assert_error(picture_list_add(&list, "nothing", &arena, &err), ERR_MISSING, &err, "'nothing'",
                 NULL);
    arena_release(&arena);
}

/* One set of two classes, of which the first has one test picture, at a share of it. */
static ImageSet *open_set(double center_crop)
{
    Err err = {0};
    Dataset *data = NULL;
    ImageSet *set = NULL;
    Split split;
    ImageSetReport report;
    const SplitSizes sizes = {{SPLIT_DEFAULT, 1, SPLIT_DEFAULT}};
    const ImageSetSettings settings = {
        .resolution = SIDE, .threads = 1, .center_crop = center_crop};
    assert_ok(folderfixture_open(&data, BAD_IMAGE_FAIL, 1, &err), &err);
    assert_ok(split_init(&split, data, &sizes, &err), &err);
    assert_ok(imageset_open(&set, data, &split, &settings, &report, &err), &err);
    split_release(&split);
    dataset_close(&data);
    return set;
}

/* Property: a picture of a set has the pixels that it has there, whatever is kept of it. */
static void pixels_are_those_of_a_set(void **state)
{
    (void)state;
    static const double shares[] = {1.0, 0.5};
    put_bmp("set/train/a/1.bmp", 9, 9);
    put_bmp("set/train/a/2.bmp", 8, 9);
    put_bmp("set/train/b/3.bmp", 9, 8);
    put_bmp("set/train/b/4.bmp", 7, 7);
    put_bmp("set/val/a/t.bmp", 31, 22);
    for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
        Err err = {0};
        uint8_t rgb[SIDE * SIDE * DATA_CHANNELS];
        ImageSet *set = open_set(shares[i]);
        const ImageView view = imageset_view(set, PART_TEST, 0);
        assert_ok(picture_read(fixture_path("set/val/a/t.bmp"), SIDE, shares[i], rgb, &err), &err);
        assert_memory_equal(rgb, view.rgb, sizeof rgb);
        imageset_close(&set);
    }
}

/* Property: what is no picture, or only half of one, is named. */
static void no_picture_is_refused(void **state)
{
    (void)state;
    Err err = {0};
    uint8_t rgb[SIDE * SIDE * DATA_CHANNELS];
    fixture_write("none.png", "none", 4);
    assert_error(picture_read(fixture_path("none.png"), SIDE, 1.0, rgb, &err), ERR_DATA, &err,
                 "none.png' is neither", NULL);
    err = (Err){0};
    put_bmp("half.bmp", 4, 4);
    assert_int_equal(truncate(fixture_path("half.bmp"), BMP_HEADER + 4), 0);
    assert_error(picture_read(fixture_path("half.bmp"), SIDE, 1.0, rgb, &err), ERR_DATA, &err,
                 "half.bmp'", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(paths_are_listed),
                                       cmocka_unit_test(pixels_are_those_of_a_set),
                                       cmocka_unit_test(no_picture_is_refused)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
