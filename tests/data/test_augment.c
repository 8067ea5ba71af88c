/* augment: each operation against its definition, drawn from the same keyed stream. */
#include "tests/data/datafixture.h"

#include "base/rng.h"
#include "data/augment.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SIDE = 33, MAX_VALUES = MAX_SIDE * MAX_SIDE * DATA_CHANNELS };

static uint8_t pixels[MAX_VALUES];
static uint8_t scratch[1 << 18] __attribute__((aligned(64)));
static float x[MAX_VALUES + 1], plain[MAX_VALUES];
static DataStats stats;

static void prepare(void)
{
    Rng rng = rng_start(5, RNG_RENDER, 0, 0);
    for (int i = 0; i < MAX_VALUES; i++)
        pixels[i] = (uint8_t)(1 + rng_below(&rng, 255)); /* never black, so padding can be told */
    for (int c = 0; c < DATA_CHANNELS; c++) {
        for (int v = 0; v < 256; v++)
            stats.value[c][v] = (float)(v * 3 + c + 1); /* invertible, never zero */
    }
}

static void run(int side, unsigned ops, uint64_t seed, uint32_t epoch, uint32_t index)
{
    const ImageView view = {pixels, side, side, 0, index};
    x[side * side * DATA_CHANNELS] = 77.0f; /* guard */
    augment_image(x, &view, side, ops, (AugmentKey){seed, epoch}, &stats, scratch);
    assert_true(x[side * side * DATA_CHANNELS] == 77.0f);
}

/* The value of source pixel (row, column), black outside. */
static float source(int side, int row, int column, int c)
{
    const bool inside = row >= 0 && row < side && column >= 0 && column < side;
    return stats.value[c][inside ? pixels[(row * side + column) * DATA_CHANNELS + c] : 0];
}

static bool matches(int side, int top, int left, bool flipped)
{
    for (int i = 0; i < side * side; i++) {
        const int row = i / side, column = flipped ? side - 1 - i % side : i % side;
        for (int c = 0; c < DATA_CHANNELS; c++) {
            if (x[i * DATA_CHANNELS + c] != source(side, row + top, column + left, c))
                return false;
        }
    }
    return true;
}

static void test_none_is_the_lookup(void **state)
{
    (void)state;
    prepare();
    run(9, 0, 1, 2, 3);
    assert_true(matches(9, 0, 0, false));
}

/* Half of the images are flipped (400 draws: 200 +- 5 sigma = 50), none is anything else. */
static void test_flip(void **state)
{
    (void)state;
    prepare();
    int n_flipped = 0;
    for (uint32_t index = 0; index < 400; index++) {
        run(9, AUGMENT_FLIP, 1, 0, index);
        const bool flipped = matches(9, 0, 0, true);
        assert_true(flipped || matches(9, 0, 0, false));
        n_flipped += flipped;
    }
    assert_true(n_flipped >= 150 && n_flipped <= 250);
}

/* Every crop is a shift within the padding of round(res/8), and all shifts occur. */
static void test_crop(void **state)
{
    (void)state;
    prepare();
    static const int sides[] = {8, 12, 20, 33}, pads[] = {1, 2, 3, 4}; /* 1.5 and 2.5 round up */
    for (size_t s = 0; s < ARRAY_LEN(sides); s++) {
        const int side = sides[s], pad = pads[s];
        bool seen[9][9] = {{false}};
        for (uint32_t index = 0; index < 1500; index++) {
            int n_matches = 0;
            run(side, AUGMENT_CROP, 4, 1, index);
            for (int top = -pad; top <= pad; top++) {
                for (int left = -pad; left <= pad; left++) {
                    if (x[0] == source(side, top, left, 0) && matches(side, top, left, false)) {
                        n_matches++;
                        seen[top + pad][left + pad] = true;
                    }
                }
            }
            assert_int_equal(n_matches, 1);
        }
        /* A given shift is missed with probability (1 - 1/81)^1500 < 1e-8. */
        for (int i = 0; i < (2 * pad + 1) * (2 * pad + 1); i++)
            assert_true(seen[i / (2 * pad + 1)][i % (2 * pad + 1)]);
    }
}

/*
 * The zeros form one rectangle of the side round(res/2), cut at the border; the rest is untouched.
 */
static void test_cutout(void **state)
{
    (void)state;
    prepare();
    enum { S = 15, HOLE = 8 };
    for (uint32_t index = 0; index < 300; index++) {
        int top = S, bottom = -1, left = S, right = -1, n_zero = 0;
        run(S, AUGMENT_CUTOUT, 4, 1, index);
        for (int i = 0; i < S * S; i++) {
            const bool zero = x[i * DATA_CHANNELS] == 0.0f;
            for (int c = 0; c < DATA_CHANNELS; c++)
                assert_true(x[i * DATA_CHANNELS + c] == (zero ? 0.0f : source(S, i / S, i % S, c)));
            if (!zero)
                continue;
            n_zero++;
            top = i / S < top ? i / S : top;
            bottom = i / S > bottom ? i / S : bottom;
            left = i % S < left ? i % S : left;
            right = i % S > right ? i % S : right;
        }
        const int height = bottom - top + 1, width = right - left + 1;
        assert_int_equal(n_zero, height * width);
        assert_true(height == HOLE || (height < HOLE && (top == 0 || bottom == S - 1)));
        assert_true(width == HOLE || (width < HOLE && (left == 0 || right == S - 1)));
    }
}

/* Seed, epoch and index each matter, and nothing else does. */
static void test_is_keyed(void **state)
{
    (void)state;
    prepare();
    const unsigned all = AUGMENT_FLIP | AUGMENT_CROP | AUGMENT_CUTOUT;
    const size_t bytes = 33 * 33 * DATA_CHANNELS * sizeof(float);
    int n_equal = 0;
    for (uint32_t index = 0; index < 50; index++) {
        run(33, all, 1, 1, index);
        memcpy(plain, x, bytes);
        memset(scratch, (int)index, sizeof scratch);
        run(33, all, 1, 1, index);
        assert_memory_equal(plain, x, bytes);
        run(33, all, 2, 1, index);
        n_equal += memcmp(plain, x, bytes) == 0;
        run(33, all, 1, 2, index);
        n_equal += memcmp(plain, x, bytes) == 0;
        run(33, all, 1, 1, index + 1000);
        n_equal += memcmp(plain, x, bytes) == 0;
    }
    /* Two draws agree with probability 1/(2 * 81 * 33^2): none of 150 does. */
    assert_int_equal(n_equal, 0);
}

/*
 * On a ramp, crop and resize keep value = a + b*column: from the first and last pixel the window's
 * place and width can be read back. They stay inside, cover the range of areas, and aspect ratios
 * keep to 3/4..4/3 (whole pixels blur that by 1/20 at the smallest window, 20 pixels wide).
 */
static void test_random_resized_crop(void **state)
{
    (void)state;
    enum { IN_H = 80, IN_W = 110, S = 16 };
    static uint8_t ramp[IN_H * IN_W * 3];
    const DataSize size = {IN_H, IN_W};
    double least = 1.0, most = 0.0;
    prepare();
    for (int c = 0; c < DATA_CHANNELS; c++) {
        for (int v = 0; v < 256; v++)
            stats.value[c][v] = (float)v;
    }
    for (int i = 0; i < IN_H * IN_W; i++) {
        ramp[i * 3] = (uint8_t)(2 * (i % IN_W));
        ramp[i * 3 + 1] = (uint8_t)(3 * (i / IN_W));
    }
    assert_true(augment_needs_source(AUGMENT_RRC) && !augment_needs_source(AUGMENT_CROP));
    assert_true(augment_scratch_bytes(AUGMENT_RRC, S, size) <= sizeof scratch);
    for (uint32_t index = 0; index < 400; index++) {
        const ImageView view = {ramp, IN_H, IN_W, 0, index};
        augment_image(x, &view, S, AUGMENT_RRC, (AugmentKey){3, 1}, &stats, scratch);
        /* Inner pixels 1 and S-2 are free of the border: S-3 steps of width/S source pixels. */
        const double step_x = ((double)x[(S - 2) * 3] - (double)x[3]) / (2.0 * (S - 3));
        const double step_y =
            ((double)x[(S - 2) * S * 3 + 1] - (double)x[S * 3 + 1]) / (3.0 * (S - 3));
        const double width = step_x * S, height = step_y * S;
        const double area = width * height / (IN_H * IN_W), aspect = width / height;
        assert_true(width <= IN_W + 2 && height <= IN_H + 2);
        assert_true(aspect > 0.75 * 0.92 && aspect < 4.0 / 3.0 * 1.08);
        least = area < least ? area : least;
        most = area > most ? area : most;
    }
    assert_true(least > 0.06 && least < 0.15 && most > 0.85 && most < 1.03);
}

/* A strip has no window of allowed aspect in any of the tries: the centred one of aspect 4/3. */
static void test_resized_crop_of_a_strip(void **state)
{
    (void)state;
    enum { IN_W = 1000, S = 3 };
    static uint8_t strip[IN_W * 3 * 3];
    prepare();
    for (int i = 0; i < IN_W * 3; i++)
        strip[i * 3] = i % IN_W >= 498 && i % IN_W < 502 ? 200 : 0; /* the middle 4 of 3 * 4/3 */
    const ImageView view = {strip, 3, IN_W, 0, 1};
    int n_fallbacks = 0;
    for (uint32_t epoch = 0; epoch < 50; epoch++) {
        augment_image(x, &view, S, AUGMENT_RRC, (AugmentKey){3, epoch}, &stats, scratch);
        n_fallbacks += x[0] == stats.value[0][200];
    }
    assert_true(n_fallbacks > 0);
}

/*
 * What was drawn before AutoAugment (flip, shift) stays what it was without it, and cut pixels are
 * the mean after it.
 */
static void test_autoaugment_stands_between(void **state)
{
    (void)state;
    enum { S = 16, N = S * S * DATA_CHANNELS };
    static float before[N];
    prepare();
    int n_same = 0, n_other = 0;
    for (uint32_t index = 0; index < 200; index++) {
        run(S, AUGMENT_FLIP | AUGMENT_CROP, 1, 0, index);
        memcpy(before, x, sizeof before);
        run(S, AUGMENT_FLIP | AUGMENT_CROP | AUGMENT_AUTO_CIFAR10, 1, 0, index);
        if (memcmp(before, x, sizeof before) == 0)
            n_same++;
        else
            n_other++;
        run(S, AUGMENT_CUTOUT | AUGMENT_AUTO_IMAGENET, 1, 0, index);
        int n_zero = 0;
        for (int i = 0; i < N; i++)
            n_zero += x[i] == 0.0f; /* normalised values of this test are never zero */
        assert_true(n_zero >= S * S / 16 * DATA_CHANNELS);
    }
    /* 22.3 % of the images take no step: 44 +- 5 sigma = 29 at least; far from all. */
    assert_true(n_same >= 15 && n_other >= 50);
}

static void test_names(void **state)
{
    (void)state;
    size_t n;
    Err err = {0};
    const AugmentName *names = augment_names(&n);
    unsigned all = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned ops = 77;
        assert_ok(augment_parse(&names[i].name, 1, "here", &ops, &err), &err);
        assert_int_equal(ops, names[i].op);
        assert_true(!(all & ops) && names[i].doc[0]);
        all |= ops;
    }
}

static void test_lists(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned ops;
        const char *message; /* NULL: none */
    } cases[] = {
        {"none", 0, NULL},
        {"", 0, NULL},
        {"flip", AUGMENT_FLIP, NULL},
        {"mixup", AUGMENT_MIXUP, NULL},
        {"cutout,flip,flip", AUGMENT_FLIP | AUGMENT_CUTOUT, NULL},
        {"flip,none", 0, "'none' stands beside others in '--augment'"},
        {"mixop", 0, "unknown augmentation 'mixop' in '--augment', only none, flip, crop"},
        {"autoaugment,flip,autoaugment-cifar10", 0, "two AutoAugment policies in '--augment'"},
        {"flip,flip,flip,flip,flip,flip,flip,flip,flip,flip,flip,flip,flip,flip,flip,flip,flip", 0,
         "more than 16 names"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Err err = {0};
        unsigned ops = 77;
        const ErrCode code = augment_parse_list(cases[i].text, "--augment", &ops, &err);
        if (cases[i].message != NULL) {
            assert_error(code, ERR_USAGE, &err, cases[i].message, NULL);
        } else {
            assert_ok(code, &err);
            assert_int_equal(ops, cases[i].ops);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_is_the_lookup),
        cmocka_unit_test(test_flip),
        cmocka_unit_test(test_crop),
        cmocka_unit_test(test_cutout),
        cmocka_unit_test(test_is_keyed),
        cmocka_unit_test(test_random_resized_crop),
        cmocka_unit_test(test_resized_crop_of_a_strip),
        cmocka_unit_test(test_autoaugment_stands_between),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
