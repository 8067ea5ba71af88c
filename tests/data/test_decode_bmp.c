/* decode_bmp: every kind that is read, what is refused, damaged bytes. */
#include "tests/data/picturefixture.h"

#include "base/sys.h"

#include <string.h>

enum { FILE_HEADER = 14, INFO = 40, V4 = 108 };

static uint8_t file[PICTURE_FILE_BYTES], picture[PICTURE_H * PICTURE_W * 4];
static uint8_t wanted[PICTURE_H * PICTURE_W * 3];

static void put(uint8_t *p, uint32_t value, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

/* The headers of a picture; height < 0: rows downward. Returns the offset of what follows. */
static size_t put_headers(uint32_t info_bytes, int height, int bits, uint32_t compression,
                          size_t n_between)
{
    const size_t end = FILE_HEADER + info_bytes;
    memset(file, 0, sizeof file);
    memcpy(file, "BM", 2);
    put(file + 10, (uint32_t)(end + n_between), 4);
    put(file + 14, info_bytes, 4);
    put(file + 18, PICTURE_W, 4);
    put(file + 22, (uint32_t)height, 4);
    put(file + 26, 1, 2);
    put(file + 28, (uint32_t)bits, 2);
    put(file + 30, compression, 4);
    return end;
}

static size_t row_bytes(int bits)
{
    return (size_t)(PICTURE_W * bits + 31) / 32 * 4;
}

/* Row y's place in a file whose rows begin at `at`. */
static uint8_t *row_at(size_t at, int y, int bits, bool is_top_down)
{
    const int stored = is_top_down ? y : PICTURE_H - 1 - y;
    return file + at + (size_t)stored * row_bytes(bits);
}

static size_t pack_colours(int bits, bool is_top_down)
{
    const size_t at = put_headers(INFO, is_top_down ? -PICTURE_H : PICTURE_H, bits, 0, 0);
    picture_paint(wanted, 3);
    for (int i = 0; i < PICTURE_H * PICTURE_W; i++) {
        uint8_t *p = row_at(at, i / PICTURE_W, bits, is_top_down) + i % PICTURE_W * (bits / 8);
        for (int c = 0; c < 3; c++)
            p[2 - c] = wanted[i * 3 + c];
        if (bits == 32)
            p[3] = (uint8_t)i; /* means nothing without a mask */
    }
    return at + row_bytes(bits) * PICTURE_H;
}

/* Colours, 24 and 32 bits, upward and downward, are read to the bit. */
static void test_colours(void **state)
{
    (void)state;
    for (int bits = 24; bits <= 32; bits += 8) {
        for (int is_top_down = 0; is_top_down < 2; is_top_down++) {
            const size_t n = pack_colours(bits, is_top_down != 0);
            picture_expect(file, n, wanted, 1, 0);
        }
    }
}

static size_t pack_palette(int bits, uint32_t n_used)
{
    const uint32_t n_colours = n_used > 0 ? n_used : 1u << bits;
    const size_t at = put_headers(INFO, PICTURE_H, bits, 0, (size_t)n_colours * 4);
    const size_t pixels = at + (size_t)n_colours * 4;
    put(file + 46, n_used, 4);
    for (uint32_t i = 0; i < n_colours; i++)
        put(file + at + (size_t)i * 4, i << 16 | (255 - i) << 8 | (i * 3 & 0xFF), 4);
    for (int i = 0; i < PICTURE_H * PICTURE_W; i++) {
        const int x = i % PICTURE_W;
        const uint32_t index = (uint32_t)(i * 5 + x) % n_colours;
        row_at(pixels, i / PICTURE_W, bits, false)[x * bits / 8] |=
            (uint8_t)(index << (8 - bits - x * bits % 8));
        wanted[i * 3] = (uint8_t)index;
        wanted[i * 3 + 1] = (uint8_t)(255 - index);
        wanted[i * 3 + 2] = (uint8_t)(index * 3);
    }
    return pixels + row_bytes(bits) * PICTURE_H;
}

/* Palettes of 1, 4 and 8 bits, whole and short; an index beyond a short one is refused. */
static void test_palettes(void **state)
{
    (void)state;
    static const int depths[] = {1, 4, 8};
    static uint8_t rgb[PICTURE_H * PICTURE_W * 3];
    Err err;
    DataSize size;
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(depths); i++) {
        n = pack_palette(depths[i], 0);
        picture_expect(file, n, wanted, 1, 0);
    }
    n = pack_palette(8, 11);
    picture_expect(file, n, wanted, 1, 0);
    file[n - 4] = 11;
    assert_error(picture_decode(file, n, rgb, &size, &err), ERR_DATA, &err, "colour 11",
                 "palette of 11");
}

/* 32 bits with masks: the colours' bytes where the masks say, transparency over white. */
static void test_masks(void **state)
{
    (void)state;
    const size_t at = put_headers(V4, PICTURE_H, 32, 3, 0);
    static const int byte_of[4] = {3, 1, 0, 2}; /* red, green, blue, alpha */
    picture_paint(picture, 4);
    picture_over_white(wanted, picture, PICTURE_H * PICTURE_W);
    for (int c = 0; c < 4; c++)
        put(file + FILE_HEADER + INFO + 4 * c, 0xFFu << (8 * byte_of[c]), 4);
    for (int i = 0; i < PICTURE_H * PICTURE_W; i++) {
        uint8_t *p = row_at(at, i / PICTURE_W, 32, false) + i % PICTURE_W * 4;
        for (int c = 0; c < 4; c++)
            p[byte_of[c]] = picture[i * 4 + c];
    }
    const size_t n = at + row_bytes(32) * PICTURE_H;
    picture_expect(file, n, wanted, 1, 0);
    static uint8_t rgb[PICTURE_H * PICTURE_W * 3];
    Err err;
    DataSize size;
    put(file + FILE_HEADER + INFO, 0x7C00, 4);
    assert_error(picture_decode(file, n, rgb, &size, &err), ERR_DATA, &err, "name.img",
                 "no whole bytes");
}

/* What is not read is named: run-length, 16 bits, an older header, too many pixels, no rows. */
static void test_what_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint32_t value;
        int n;
        const char *says;
    } cases[] = {
        {30, 1, 4, "compression 1"},  {28, 16, 2, "16 bits"},
        {14, 12, 4, "12 bytes"},      {18, 0, 4, "pixels"},
        {22, 0, 4, "pixels"},         {18, 1u << 30, 4, "2^26"},
        {22, 0x80000000u, 4, "2^26"}, {18, 0xFFFFFFFFu, 4, "pixels"},
        {10, 0, 4, "behind byte 0"},  {10, 0xFFFFFFFFu, 4, "not the"},
    };
    static uint8_t rgb[PICTURE_H * PICTURE_W * 3];
    Err err;
    DataSize size;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const size_t n = pack_colours(24, false);
        put(file + cases[i].at, cases[i].value, cases[i].n);
        assert_error(picture_decode(file, n, rgb, &size, &err), ERR_DATA, &err, "name.img",
                     cases[i].says);
    }
}

static void test_damaged_bytes(void **state)
{
    (void)state;
    size_t n = pack_colours(24, true);
    picture_damage(file, n, n);
    n = pack_palette(4, 0);
    picture_damage(file, n, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_colours),       cmocka_unit_test(test_palettes),
        cmocka_unit_test(test_masks),         cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_damaged_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
