/* resize: against the real-valued triangle filter, and its exact invariants. */
#include "tests/data/datafixture.h"

#include "base/rng.h"
#include "base/sys.h"
#include "data/resize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Weight of input i for output o along one axis, not normalised: the filter's definition. */
static double weight_of(int i, int o, int n_in, int n_out)
{
    const double scale = (double)n_in / n_out, reach = scale > 1.0 ? scale : 1.0;
    const double distance = fabs((i + 0.5) - (o + 0.5) * scale);
    return distance < reach ? reach - distance : 0.0;
}

static double oracle(const uint8_t *in, DataSize size, DataSize out, int y, int x, int c)
{
    double sum = 0.0, total = 0.0;
    for (int v = 0; v < size.height; v++) {
        const double wv = weight_of(v, y, size.height, out.height);
        for (int u = 0; u < size.width && wv > 0.0; u++) {
            const double w = wv * weight_of(u, x, size.width, out.width);
            sum += w * in[((size_t)v * (size_t)size.width + (size_t)u) * DATA_CHANNELS + (size_t)c];
            total += w;
        }
    }
    return sum / total;
}

/*
 * Rounding to a level costs 0.5; weights are off by at most 2^-14 each over at most 2*max(s,1)+1
 * taps a pass (0.53 levels at s = 8 in the worst case, when every error has one sign; the running
 * sum makes them cancel), 8.8 rounding 1/512: one level bounds it.
 */
static void check_sizes(DataSize in, DataSize out)
{
    const size_t n_in = (size_t)in.height * (size_t)in.width * DATA_CHANNELS;
    const size_t n_out = (size_t)out.height * (size_t)out.width * DATA_CHANNELS;
    uint8_t *source = mem_alloc(n_in), *result = mem_alloc(n_out + 2);
    void *scratch = aligned_alloc(64, (resize_scratch_bytes(in, out) + 63) / 64 * 64);
    assert_true(source && result && scratch);
    Rng rng = rng_start(7, RNG_RENDER, 0, (uint64_t)in.width * 1000 + (uint64_t)out.width);
    for (size_t i = 0; i < n_in; i++)
        source[i] = rng_below(&rng, 4) ? (uint8_t)rng_u32(&rng) : 255;
    result[0] = result[n_out + 1] = 0x5A; /* guards */
    resize_rgb(result + 1, out, source, (size_t)in.width * DATA_CHANNELS, in, scratch);
    assert_int_equal(result[0], 0x5A);
    assert_int_equal(result[n_out + 1], 0x5A);
    for (size_t i = 0; i < n_out; i++) {
        const int c = (int)(i % DATA_CHANNELS), at = (int)(i / DATA_CHANNELS);
        const double exact = oracle(source, in, out, at / out.width, at % out.width, c);
        if (!(fabs(exact - result[i + 1]) <= 1.0))
            fail_msg("%dx%d to %dx%d at %zu: %d, exact %g", in.height, in.width, out.height,
                     out.width, i, result[i + 1], exact);
    }
    free(scratch);
    mem_free(result);
    mem_free(source);
}

static void test_within_a_level_of_the_filter(void **state)
{
    (void)state;
    static const DataSize sizes[] = {{1, 1},   {2, 3},   {7, 5},   {13, 13},
                                     {32, 32}, {33, 17}, {61, 64}, {128, 96}};
    static const DataSize outs[] = {{1, 1}, {2, 2}, {8, 8}, {13, 11}, {31, 32}, {48, 40}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        for (size_t o = 0; o < ARRAY_LEN(outs); o++)
            check_sizes(sizes[i], outs[o]);
    }
}

/* Weights sum to one exactly, so a constant image keeps its very value at any size. */
static void test_constant_images_stay(void **state)
{
    (void)state;
    for (int level = 0; level < 256; level += 5) {
        const DataSize in = {37, 53}, out = {16 + level % 50, 9 + level % 90};
        uint8_t source[37 * 53 * 3], result[70 * 100 * 3];
        void *scratch = aligned_alloc(64, (resize_scratch_bytes(in, out) + 63) / 64 * 64);
        memset(source, level, sizeof source);
        resize_rgb(result, out, source, 53 * 3, in, scratch);
        for (int i = 0; i < out.height * out.width * 3; i++)
            assert_int_equal(result[i], level);
        free(scratch);
    }
}

/* Running sum of one output's weights up to input i, in 2^-14, rounded half up. */
static int64_t weight_up_to(int i, int o, int n_in, int n_out)
{
    const int64_t reach = n_in > n_out ? n_in : n_out;
    int64_t sum = 0, total = 0;
    for (int k = 0; k < n_in; k++) {
        const int64_t distance = llabs((2 * k + 1) * (int64_t)n_out - (2 * o + 1) * (int64_t)n_in);
        const int64_t weight = distance < 2 * reach ? 2 * reach - distance : 0;
        sum += k <= i ? weight : 0;
        total += weight;
    }
    return ((sum << 15) + total) / (2 * total);
}

static int64_t fixed_weight(int i, int o, int n_in, int n_out)
{
    return weight_up_to(i, o, n_in, n_out) - weight_up_to(i - 1, o, n_in, n_out);
}

static int fixed_oracle(const uint8_t *in, DataSize size, DataSize out, int y, int x, int c)
{
    int64_t sum = 1 << 21;
    for (int v = 0; v < size.height; v++) {
        int64_t across = 1 << 5;
        for (int u = 0; u < size.width; u++)
            across += fixed_weight(u, x, size.width, out.width) *
                      in[(v * size.width + u) * DATA_CHANNELS + c];
        sum += fixed_weight(v, y, size.height, out.height) * (across >> 6);
    }
    return (int)(sum >> 22);
}

static void check_bits(DataSize in, DataSize out, Rng *rng)
{
    uint8_t source[17 * 16 * 3], result[11 * 22 * 3];
    void *scratch = aligned_alloc(64, (resize_scratch_bytes(in, out) + 63) / 64 * 64);
    assert_non_null(scratch);
    for (size_t i = 0; i < sizeof source; i++)
        source[i] = rng_below(rng, 4) ? (uint8_t)rng_u32(rng) : 255;
    resize_rgb(result, out, source, (size_t)in.width * DATA_CHANNELS, in, scratch);
    for (int i = 0; i < out.height * out.width * DATA_CHANNELS; i++) {
        const int at = i / DATA_CHANNELS, y = at / out.width, x = at % out.width;
        assert_int_equal(result[i], fixed_oracle(source, in, out, y, x, i % DATA_CHANNELS));
    }
    free(scratch);
}

/*
 * Every bit is that of the integer formula (the header's), for rows beside multiples of a block and
 * the brightest images: a batch is part of the arithmetic revision. A wrong half between the passes
 * shows in one value of a thousand, so there are many.
 */
static void test_is_the_integer_formula(void **state)
{
    (void)state;
    static const DataSize sizes[] = {{1, 1}, {7, 12}, {8, 5}, {9, 16}, {17, 11}};
    static const DataSize outs[] = {{3, 11}, {11, 3}, {6, 22}};
    Rng rng = rng_start(5, RNG_RENDER, 0, 0);
    for (int round = 0; round < 8; round++)
        for (size_t k = 0; k < ARRAY_LEN(sizes) * ARRAY_LEN(outs); k++)
            check_bits(sizes[k / ARRAY_LEN(outs)], outs[k % ARRAY_LEN(outs)], &rng);
}

/* Equal sizes copy, and a stride wider than the image is honoured. */
static void test_equal_size_copies_a_window(void **state)
{
    (void)state;
    uint8_t source[6 * 8 * 3], result[4 * 5 * 3];
    const DataSize size = {4, 5};
    for (size_t i = 0; i < sizeof source; i++)
        source[i] = (uint8_t)i;
    resize_rgb(result, size, source + (8 + 2) * 3, 8 * 3, size, NULL);
    for (int y = 0; y < 4; y++)
        assert_memory_equal(result + y * 15, source + ((y + 1) * 8 + 2) * 3, 15);
}

/* Mirroring commutes with resizing, so the filter is centred and favours no side. */
static void test_is_symmetric(void **state)
{
    (void)state;
    enum { IN = 29, OUT = 12 };
    const DataSize in = {1, IN}, out = {1, OUT};
    uint8_t source[IN * 3], mirror[IN * 3], a[OUT * 3], b[OUT * 3];
    void *scratch = aligned_alloc(64, (resize_scratch_bytes(in, out) + 63) / 64 * 64);
    Rng rng = rng_start(3, RNG_RENDER, 0, 0);
    for (int i = 0; i < IN * 3; i++)
        source[i] = (uint8_t)rng_u32(&rng);
    for (int i = 0; i < IN; i++)
        memcpy(mirror + i * 3, source + (IN - 1 - i) * 3, 3);
    resize_rgb(a, out, source, IN * 3, in, scratch);
    resize_rgb(b, out, mirror, IN * 3, in, scratch);
    for (int i = 0; i < OUT * 3; i++)
        assert_true(abs(a[i] - b[(OUT - 1 - i / 3) * 3 + i % 3]) <= 1);
    free(scratch);
}

static void test_centre_square(void **state)
{
    (void)state;
    size_t offset;
    assert_int_equal(resize_centre_square((DataSize){10, 10}, 1.0, &offset), 10);
    assert_int_equal(offset, 0);
    assert_int_equal(resize_centre_square((DataSize){10, 15}, 1.0, &offset), 10);
    assert_int_equal(offset, 2 * 3);
    assert_int_equal(resize_centre_square((DataSize){9, 4}, 1.0, &offset), 4);
    assert_int_equal(offset, 2 * 4 * 3);
    /* 224 of 256, as the field evaluates; 3.5 rounds up; never less than a pixel. */
    assert_int_equal(resize_centre_square((DataSize){256, 300}, 0.875, &offset), 224);
    assert_int_equal(offset, (16 * 300 + 38) * 3);
    assert_int_equal(resize_centre_square((DataSize){7, 7}, 0.5, &offset), 4);
    assert_int_equal(offset, (1 * 7 + 1) * 3);
    assert_int_equal(resize_centre_square((DataSize){3, 5}, 0.01, &offset), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_within_a_level_of_the_filter),
        cmocka_unit_test(test_constant_images_stay),
        cmocka_unit_test(test_is_the_integer_formula),
        cmocka_unit_test(test_equal_size_copies_a_window),
        cmocka_unit_test(test_is_symmetric),
        cmocka_unit_test(test_centre_square),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
