/* decode_webp: lossless to the bit, lossy nearly, transparency, orientation, damaged bytes. */
#include "tests/data/picturefixture.h"

#include <string.h>
#include <webp/encode.h>

enum { QUALITY = 95 };

static uint8_t file[PICTURE_FILE_BYTES], picture[PICTURE_H * PICTURE_W * 4];
static uint8_t wanted[PICTURE_H * PICTURE_W * 3];

static size_t take(uint8_t *packed, size_t n)
{
    assert_true(n > 0 && n < PICTURE_FILE_BYTES / 2);
    memcpy(file, packed, n);
    WebPFree(packed);
    return n;
}

static size_t pack_rgb(void)
{
    uint8_t *packed = NULL;
    picture_paint(wanted, 3);
    return take(packed,
                WebPEncodeLosslessRGB(wanted, PICTURE_W, PICTURE_H, PICTURE_W * 3, &packed));
}

/* The same in a VP8X container with an EXIF chunk, with or without the mark some writers put. */
static size_t with_orientation(uint8_t orientation, bool is_marked)
{
    static uint8_t plain[PICTURE_FILE_BYTES];
    static const uint8_t block[] = {'E',  'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0,
                                    0x12, 1,   3,   0,   1, 0, 0,   0,   0,  0, 0, 0, 0, 0, 0, 0};
    const size_t n_plain = pack_rgb(), skip = is_marked ? 0 : 6, n_block = sizeof block - skip;
    memcpy(plain, file, n_plain);
    uint8_t *p = file + 12;
    memcpy(p, "VP8X\x0a\0\0\0\x08\0\0\0", 12); /* ten bytes; flag 8: EXIF */
    p[12] = PICTURE_W - 1;
    p[13] = p[14] = 0;
    p[15] = PICTURE_H - 1;
    p[16] = p[17] = 0;
    memcpy(p + 18, plain + 12, n_plain - 12);
    p += 18 + n_plain - 12;
    memcpy(p, "EXIF", 4);
    p[4] = (uint8_t)n_block;
    p[5] = p[6] = p[7] = 0;
    memcpy(p + 8, block + skip, n_block);
    p[8 + 24 - skip] = orientation;
    const size_t n = (size_t)(p + 8 + n_block - file);
    file[4] = (uint8_t)(n - 8);
    file[5] = (uint8_t)((n - 8) >> 8);
    return n;
}

static void test_lossless_is_exact(void **state)
{
    (void)state;
    picture_expect(file, pack_rgb(), wanted, 1, 0);
}

/*
 * A constant picture: without detail only the quantised colour is off, by one step of luma and of
 * chroma at quality 95, which is below four levels.
 */
static void test_lossy(void **state)
{
    (void)state;
    uint8_t *packed = NULL;
    for (int i = 0; i < PICTURE_H * PICTURE_W; i++)
        memcpy(wanted + i * 3, "\x30\x90\xC8", 3);
    const size_t n =
        take(packed, WebPEncodeRGB(wanted, PICTURE_W, PICTURE_H, PICTURE_W * 3, QUALITY, &packed));
    picture_expect(file, n, wanted, 1, 4);
}

/* Lossless keeps the colours under transparency only where there is some: alpha from 1 up. */
static void test_transparency(void **state)
{
    (void)state;
    uint8_t *packed = NULL;
    picture_paint(picture, 4);
    for (int i = 0; i < PICTURE_H * PICTURE_W; i++)
        picture[i * 4 + 3] |= 1;
    picture_over_white(wanted, picture, PICTURE_H * PICTURE_W);
    const size_t n =
        take(packed, WebPEncodeLosslessRGBA(picture, PICTURE_W, PICTURE_H, PICTURE_W * 4, &packed));
    picture_expect(file, n, wanted, 1, 0);
}

static void test_orientation(void **state)
{
    (void)state;
    for (int o = 1; o <= 8; o++) {
        const size_t n = with_orientation((uint8_t)o, o % 2 == 0);
        picture_expect(file, n, wanted, o, 0);
    }
}

/* An animation is refused: which of its pictures is meant is not said. */
static void test_animation(void **state)
{
    (void)state;
    static uint8_t rgb[PICTURE_H * PICTURE_W * 3];
    Err err;
    DataSize size;
    const size_t n = with_orientation(1, false);
    file[20] = 2; /* the flag of VP8X */
    assert_error(picture_decode(file, n, rgb, &size, &err), ERR_DATA, &err, "name.img", "animated");
}

static void test_damaged_bytes(void **state)
{
    (void)state;
    const size_t n = pack_rgb();
    /* the last bytes may hold nothing but the encoder's padding */
    picture_damage(file, n, n - 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lossless_is_exact), cmocka_unit_test(test_lossy),
        cmocka_unit_test(test_transparency),      cmocka_unit_test(test_orientation),
        cmocka_unit_test(test_animation),         cmocka_unit_test(test_damaged_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
