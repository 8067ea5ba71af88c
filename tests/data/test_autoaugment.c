/*
 * autoaugment and imageops: the bytes of torchvision on Pillow (tests/golden/make_autoaugment.py
 * documents the fixture), exactly: every step is integer or the same float arithmetic.
 */
#include "tests/data/datafixture.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "data/autoaugment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_IMAGES = 3, MAX_BYTES = 31 * 17 * DATA_CHANNELS, MAX_FIXTURE = 1 << 20, GUARD = 8 };

static const DataSize sizes[N_IMAGES] = {{20, 24}, {17, 31}, {16, 16}};

static size_t byte_count(DataSize size)
{
    return (size_t)size.height * (size_t)size.width * DATA_CHANNELS;
}

static int noise(int n, int i)
{
    const uint32_t index = (uint32_t)n * (uint32_t)byte_count(sizes[n]) + (uint32_t)i;
    const uint32_t s = 1664525u * (index + 1) + 1013904223u;
    const uint32_t h = (s ^ (s >> 16)) * 0x45d9f3bu;
    return (int)((h ^ (h >> 16)) & 255);
}

/* Guard bytes behind, so that an operation that runs over is seen. */
static void make_image(int n, uint8_t *pixels)
{
    const int width = sizes[n].width;
    for (int i = 0; i < (int)byte_count(sizes[n]); i++) {
        const int c = i % DATA_CHANNELS, x = i / DATA_CHANNELS % width;
        const int y = i / DATA_CHANNELS / width;
        const int values[N_IMAGES] = {
            30 + 3 * x + 2 * y + 10 * c + noise(n, i) / 4,
            noise(n, i),
            c == 0 ? 77 : noise(n, i) & (c == 1 ? 1 : 192),
        };
        pixels[i] = (uint8_t)values[n];
    }
    memset(pixels + byte_count(sizes[n]), 0xa5, GUARD);
}

static void check(const char *line, int n, const uint8_t *pixels, const char *wanted)
{
    char digest[HASH_HEX64_BYTES];
    const size_t n_bytes = byte_count(sizes[n]);
    for (int i = 0; i < GUARD; i++)
        assert_int_equal(pixels[n_bytes + (size_t)i], 0xa5);
    if (strcmp(hash_hex64(hash_64(pixels, n_bytes), digest), wanted) != 0)
        fail_msg("%s: the digest is %s", line, digest);
}

static ImageOp find_op(const char *name)
{
    static const char *const names[IMAGEOP_COUNT] = {
        [IMAGEOP_SHEAR_X] = "shear-x",
        [IMAGEOP_SHEAR_Y] = "shear-y",
        [IMAGEOP_TRANSLATE_X] = "translate-x",
        [IMAGEOP_TRANSLATE_Y] = "translate-y",
        [IMAGEOP_ROTATE] = "rotate",
        [IMAGEOP_BRIGHTNESS] = "brightness",
        [IMAGEOP_COLOR] = "color",
        [IMAGEOP_CONTRAST] = "contrast",
        [IMAGEOP_SHARPNESS] = "sharpness",
        [IMAGEOP_POSTERIZE] = "posterize",
        [IMAGEOP_SOLARIZE] = "solarize",
        [IMAGEOP_AUTOCONTRAST] = "autocontrast",
        [IMAGEOP_EQUALIZE] = "equalize",
        [IMAGEOP_INVERT] = "invert",
    };
    int op = 0;
    while (op < IMAGEOP_COUNT && strcmp(names[op], name) != 0)
        op++;
    assert_true(op < IMAGEOP_COUNT);
    return (ImageOp)op;
}

/* Gives every line of the fixture that begins with `kind` to `handle`; says how many there were. */
static int for_each_line(const char *kind, void (*handle)(const char *line))
{
    char path[FIXTURE_PATH_BYTES], *text = NULL;
    size_t n_bytes;
    Err err = {0};
    const char *root = getenv("ISOFLOP_SOURCE_DIR");
    assert_non_null(root);
    snprintf(path, sizeof path, "%s/tests/golden/autoaugment.txt", root);
    assert_ok(file_read(path, MAX_FIXTURE, &text, &n_bytes, &err), &err);
    int n = 0;
    char *rest = text;
    for (char *line = strtok_r(rest, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, kind, strlen(kind)) == 0) {
            handle(line);
            n++;
        }
    }
    mem_free(text);
    return n;
}

static void check_op(const char *line)
{
    static uint8_t pixels[MAX_BYTES + GUARD], spare[MAX_BYTES];
    char name[16], sign, digest[HASH_HEX64_BYTES];
    int level, n;
    assert_int_equal(sscanf(line, "op %15s %d %c %d %16s", name, &level, &sign, &n, digest), 5);
    const ImageOp op = find_op(name);
    make_image(n, pixels);
    imageop_apply(pixels, sizes[n], op, autoaugment_value(op, level, sign == '-', sizes[n]), spare);
    check(line, n, pixels, digest);
}

/*
 * Nine operations with ten levels and two signs, two with ten levels, three without, on three
 * images.
 */
static void test_operations(void **state)
{
    (void)state;
    assert_int_equal(for_each_line("op ", check_op), (9 * 20 + 2 * 10 + 3) * N_IMAGES);
}

static void check_pair(const char *line)
{
    static uint8_t pixels[MAX_BYTES + GUARD], spare[MAX_BYTES];
    char policy[16], names[2][16], digests[2][HASH_HEX64_BYTES];
    int index, tenths[2], levels[2];
    assert_int_equal(sscanf(line, "pair %15s %d %15s %d %d %15s %d %d %16s %16s", policy, &index,
                            names[0], &tenths[0], &levels[0], names[1], &tenths[1], &levels[1],
                            digests[0], digests[1]),
                     10);
    const PolicyPair *pair = &autoaugment_pairs(
        strcmp(policy, "cifar10") == 0 ? AUTOAUGMENT_CIFAR10 : AUTOAUGMENT_IMAGENET)[index];
    for (int sign = 0; sign < 2; sign++) {
        make_image(0, pixels);
        for (int i = 0; i < 2; i++) {
            const PolicyStep step = pair->step[i];
            assert_int_equal(step.op, find_op(names[i]));
            assert_int_equal(step.tenths, tenths[i]);
            assert_int_equal(step.level, levels[i]);
            imageop_apply(pixels, sizes[0], step.op,
                          autoaugment_value(step.op, step.level, sign, sizes[0]), spare);
        }
        check(line, 0, pixels, digests[sign]);
    }
}

/* The tables are torchvision's, and so is what a whole pair of them does. */
static void test_policies(void **state)
{
    (void)state;
    assert_int_equal(for_each_line("pair ", check_pair), 2 * AUTOAUGMENT_N_PAIRS);
}

/*
 * A stream gives one image, whatever else; and steps are taken by their probabilities: the CIFAR-10
 * table leaves 22.3 % of all images alone (446 +- 5 sigma = 93 of 2000), and levels that change
 * nothing, of which there are few, add to that.
 */
static void test_draws(void **state)
{
    (void)state;
    static uint8_t pixels[MAX_BYTES + GUARD], again[MAX_BYTES + GUARD], spare[MAX_BYTES];
    int n_unchanged = 0;
    for (uint32_t index = 0; index < 2000; index++) {
        Rng rng = rng_start(3, RNG_AUGMENT, 0, index), copy = rng;
        make_image(0, pixels);
        make_image(0, again);
        autoaugment_image(pixels, sizes[0], AUTOAUGMENT_CIFAR10, &rng, spare);
        autoaugment_image(again, sizes[0], AUTOAUGMENT_CIFAR10, &copy, spare);
        assert_memory_equal(pixels, again, sizeof pixels);
        make_image(0, again);
        n_unchanged += memcmp(pixels, again, sizeof pixels) == 0;
    }
    assert_true(n_unchanged > 446 - 93 && n_unchanged < 800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_policies),
        cmocka_unit_test(test_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
