/* sheet: a PNG whose pixels are the images that training reads. */
#include "tests/data/datafixture.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "data/decode.h"
#include "data/sheet.h"

#include <errno.h>
#include <string.h>

enum { SIDE = 12, COLUMNS = 3, GAP = 2, CLASSES = 10, MAX_SHEET = 1 << 20 };

/* The sheet's pixels, decoded; mem_free it. */
static uint8_t *read_sheet(const char *path, DataSize *size)
{
    Err err = {0};
    char *bytes = NULL;
    size_t n_bytes = 0;
    assert_ok(file_read(path, MAX_SHEET, &bytes, &n_bytes, &err), &err);
    assert_ok(decode_size(path, (uint8_t *)bytes, n_bytes, size, &err), &err);
    uint8_t *rgb = mem_alloc((size_t)size->height * (size_t)size->width * DATA_CHANNELS);
    assert_non_null(rgb);
    assert_ok(decode_rgb(path, (uint8_t *)bytes, n_bytes, *size, rgb, &err), &err);
    mem_free(bytes);
    return rgb;
}

static const uint8_t *pixel(const uint8_t *rgb, DataSize size, int row, int column, int y, int x)
{
    const int top = row * (SIDE + GAP) + GAP + y, left = column * (SIDE + GAP) + GAP + x;
    return rgb + (top * size.width + left) * DATA_CHANNELS;
}

/*
 * Without augmentation the first images of every class stand there byte for byte (normalising and
 * back is off by less than half a level), flipped or not with it; missing ones are blank.
 */
static void test_pixels(void **state)
{
    (void)state;
    Err err = {0};
    Dataset *data = fixture_open_polytex();
    ImageSet *images = fixture_images(data, 25, 5, 5, SIDE, 1); /* too few for 3 of each class */
    const DataStats stats = imagestats_compute(images, PART_TRAIN, 1);
    for (int augmented = 0; augmented < 2; augmented++) {
        const SheetSettings settings = {COLUMNS, augmented ? AUGMENT_FLIP : 0, {1, 0}};
        const char *path = fixture_path("sheet.png");
        DataSize size;
        int filled[CLASSES] = {0}, n_flipped = 0;
        assert_ok(sheet_write(path, images, &stats, &settings, &err), &err);
        uint8_t *rgb = read_sheet(path, &size);
        assert_int_equal(size.height, CLASSES * (SIDE + GAP) + GAP);
        assert_int_equal(size.width, COLUMNS * (SIDE + GAP) + GAP);
        for (uint32_t i = 0; i < imageset_count(images, PART_TRAIN); i++) {
            const ImageView view = imageset_view(images, PART_TRAIN, i);
            if (filled[view.label] == COLUMNS)
                continue;
            int n_same = 0, n_mirrored = 0;
            for (int p = 0; p < SIDE * SIDE; p++) {
                const int y = p / SIDE, x = p % SIDE;
                const uint8_t *wanted = view.rgb + p * DATA_CHANNELS;
                const int column = filled[view.label];
                n_same += !memcmp(pixel(rgb, size, view.label, column, y, x), wanted, 3);
                n_mirrored +=
                    !memcmp(pixel(rgb, size, view.label, column, y, SIDE - 1 - x), wanted, 3);
            }
            filled[view.label]++;
            assert_true(n_same == SIDE * SIDE || (augmented && n_mirrored == SIDE * SIDE));
            n_flipped += n_same != SIDE * SIDE;
        }
        for (int c = 0; c < CLASSES; c++) {
            for (int column = filled[c]; column < COLUMNS; column++)
                assert_memory_equal(pixel(rgb, size, c, column, 5, 5), "\xff\xff\xff", 3);
        }
        assert_int_equal(n_flipped > 0, augmented);
        mem_free(rgb);
    }
    imageset_close(&images);
    dataset_close(&data);
}

static void test_refusals(void **state)
{
    (void)state;
    Err err = {0};
    Dataset *data = fixture_open_polytex();
    ImageSet *images = fixture_images(data, 25, 5, 5, SIDE, 1);
    const DataStats stats = imagestats_compute(images, PART_TRAIN, 1);
    const SheetSettings wide = {1 << 20, 0, {1, 0}}, small = {1, AUGMENT_CROP, {1, 0}};
    assert_error(sheet_write(fixture_path("wide.png"), images, &stats, &wide, &err), ERR_USAGE,
                 &err, "too large", "columns");
    err = (Err){0};
    const SheetSettings mixed = {1, AUGMENT_MIXUP, {1, 0}};
    assert_error(sheet_write(fixture_path("mixed.png"), images, &stats, &mixed, &err), ERR_USAGE,
                 &err, "'mixup'", NULL);
    err = (Err){0};
    assert_error(sheet_write(fixture_path("no/such/folder.png"), images, &stats, &small, &err),
                 ERR_IO, &err, "folder.png", NULL);
    imageset_close(&images);
    dataset_close(&data);
}

/* Whichever allocation fails: one error. */
static void test_allocations_may_fail(void **state)
{
    (void)state;
    Dataset *data = fixture_open_polytex();
    ImageSet *images = fixture_images(data, 25, 5, 5, SIDE, 1);
    const DataStats stats = imagestats_compute(images, PART_TRAIN, 1);
    const SheetSettings settings = {2, AUGMENT_CROP, {1, 0}};
    const char *path = fixture_path("starved.png");
    bool has_fired = true;
    for (long k = 1; has_fired; k++) {
        Err err = {0};
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = sheet_write(path, images, &stats, &settings, &err);
        has_fired = sysfault_fired();
        sysfault_clear();
        assert_int_equal(code, has_fired ? ERR_MEMORY : ERR_NONE);
        assert_true(k < 50);
    }
    imageset_close(&images);
    dataset_close(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pixels),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
