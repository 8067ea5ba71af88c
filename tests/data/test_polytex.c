/* polytex: golden pixels, what a picture shares across resolutions, band limit, labels. */
#include "tests/data/datafixture.h"

#include "base/hash.h"
#include "base/sys.h"
#include "data/polytex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SIDE = 96 };

static uint8_t image[MAX_SIDE * MAX_SIDE * DATA_CHANNELS];
static uint8_t other[MAX_SIDE * MAX_SIDE * DATA_CHANNELS];

/*
 * The published set is these pixels: a change needs a new POLYTEX_REVISION and new digests. Each
 * line is the digest of ten images (one a class) at a resolution; odd sides and one pixel included.
 */
static void test_golden_pixels(void **state)
{
    (void)state;
    static const struct {
        int resolution;
        const char *digest;
    } golden[] = {
        {1, "d1526792d8d700f73cac900621259d37"},  {16, "c2563ba0fafc085c54c319781b3adb1c"},
        {32, "58ca3964fe2ebf35008879a63163f711"}, {45, "5ad20f5cbdadbc15f8af558735abfe5f"},
        {64, "abc70efa2844da27587611b436c669f6"},
    };
    for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
        const int side = golden[i].resolution;
        char hex[HASH_HEX_BYTES];
        Hasher *hasher = hash_create();
        assert_non_null(hasher);
        for (uint32_t index = 0; index < POLYTEX_N_CLASSES; index++) {
            polytex_render(POLYTEX_SEED, DATA_TRAIN, index, side, image);
            hash_update(hasher, image, (size_t)side * (size_t)side * DATA_CHANNELS);
        }
        hash_hex(hash_digest(hasher), hex);
        hash_destroy(&hasher);
        if (strcmp(hex, golden[i].digest) != 0)
            fail_msg("%d px: %s, golden %s", side, hex, golden[i].digest);
    }
}

/* Guard bytes around the output stay. */
static void test_writes_only_its_image(void **state)
{
    (void)state;
    for (int side = 1; side < 20; side++) {
        const size_t n = (size_t)side * (size_t)side * DATA_CHANNELS;
        memset(image, 0x5A, sizeof image);
        polytex_render(POLYTEX_SEED, DATA_TEST, 3, side, image + 1);
        assert_int_equal(image[0], 0x5A);
        assert_int_equal(image[n + 1], 0x5A);
    }
}

/* Seed, split and index each change the picture; the same three repeat it. */
static void test_is_a_function_of_its_key(void **state)
{
    (void)state;
    const size_t n = 32 * 32 * DATA_CHANNELS;
    polytex_render(1, DATA_TRAIN, 40, 32, image);
    polytex_render(1, DATA_TRAIN, 40, 32, other);
    assert_memory_equal(image, other, n);
    polytex_render(2, DATA_TRAIN, 40, 32, other);
    assert_memory_not_equal(image, other, n);
    polytex_render(1, DATA_TEST, 40, 32, other);
    assert_memory_not_equal(image, other, n);
    polytex_render(1, DATA_TRAIN, 50, 32, other);
    assert_memory_not_equal(image, other, n);
}

/*
 * The same picture at two sizes: its mean colour agrees. The shape's edge is at most 4 sides long,
 * so the anti-aliasing of either size moves at most 4/32 of the area by half a pixel's coverage
 * error of at most 1/8 of a pixel ... 255*0.9/(8*32)*4 < 4 levels; textures average to within their
 * amplitude over a period, at most 0.5*255*(6/32)*0.5 < 12 at the shape's border.
 */
static void test_same_picture_at_every_size(void **state)
{
    (void)state;
    for (uint32_t index = 0; index < 50; index++) {
        double mean[2] = {0, 0};
        const int sides[2] = {32, 96};
        for (int k = 0; k < 2; k++) {
            const int n = sides[k] * sides[k] * DATA_CHANNELS;
            polytex_render(POLYTEX_SEED, DATA_TRAIN, index, sides[k], image);
            for (int i = 0; i < n; i++)
                mean[k] += (double)image[i] / n;
        }
        if (!(mean[0] - mean[1] <= 15.0 && mean[1] - mean[0] <= 15.0))
            fail_msg("image %u: mean %g at 32 px, %g at 96 px", index, mean[0], mean[1]);
    }
}

/*
 * Total variation along rows minus that along columns tells the two textures apart where the pixels
 * carry them: the mean difference between classes grows with resolution, as the set is built to.
 */
static double texture_signal(int side)
{
    double signal = 0.0;
    for (uint32_t index = 0; index < 400; index++) {
        int64_t along = 0, down = 0;
        polytex_render(POLYTEX_SEED, DATA_TRAIN, index, side, image);
        for (int y = 0; y + 1 < side; y++) {
            for (int x = 0; x + 1 < side; x++) {
                const uint8_t *p = image + ((size_t)y * (size_t)side + (size_t)x) * DATA_CHANNELS;
                along += abs(p[DATA_CHANNELS] - p[0]);
                down += abs(p[(size_t)side * DATA_CHANNELS] - p[0]);
            }
        }
        const double contrast = (double)(along - down) / (double)(along + down + 1);
        signal += polytex_label(index) % POLYTEX_N_TEXTURES == 0 ? contrast : -contrast;
    }
    return signal / 400;
}

static void test_resolution_shows_more_texture(void **state)
{
    (void)state;
    const double at_16 = texture_signal(16), at_32 = texture_signal(32), at_64 = texture_signal(64);
    if (!(at_16 < 0.75 * at_32 && at_32 < at_64))
        fail_msg("texture signal %g at 16 px, %g at 32 px, %g at 64 px", at_16, at_32, at_64);
}

static void test_as_a_data_set(void **state)
{
    (void)state;
    Dataset *data = fixture_open_polytex();
    Err err = {0};
    DataSize size;
    assert_int_equal(dataset_count(data, DATA_TRAIN), POLYTEX_N_TRAIN);
    assert_int_equal(dataset_n_classes(data), POLYTEX_N_CLASSES);
    assert_true(dataset_kind(data)->is_demo);
    assert_string_equal(dataset_class_name(data, 5), "bar, level stripes");
    assert_int_equal(dataset_label(data, DATA_TEST, 1237), 7);
    assert_ok(dataset_image_size(data, DATA_TRAIN, 8, &size, &err), &err);
    assert_ok(dataset_image_read(data, DATA_TRAIN, 8, size, image, &err), &err);
    dataset_render(data, DATA_TRAIN, 8, 32, other);
    assert_memory_equal(image, other, 32 * 32 * DATA_CHANNELS);
    dataset_close(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_pixels),
        cmocka_unit_test(test_writes_only_its_image),
        cmocka_unit_test(test_is_a_function_of_its_key),
        cmocka_unit_test(test_same_picture_at_every_size),
        cmocka_unit_test(test_resolution_shows_more_texture),
        cmocka_unit_test(test_as_a_data_set),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
