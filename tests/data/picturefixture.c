/* See the header. */
#include "tests/data/picturefixture.h"

#include "base/sys.h"

#include <stdlib.h>
#include <string.h>

void picture_paint(uint8_t *pixels, int n_channels)
{
    for (int i = 0; i < PICTURE_H * PICTURE_W; i++) {
        const int y = i / PICTURE_W, x = i % PICTURE_W;
        for (int c = 0; c < n_channels; c++)
            *pixels++ = (uint8_t)(y * (7 + c) + x * (3 + 2 * c) + 50 * c);
    }
}

ErrCode picture_decode(const uint8_t *file, size_t n_bytes, uint8_t *rgb, DataSize *size, Err *err)
{
    *err = (Err){0};
    TRY(decode_size("name.img", file, n_bytes, size, err));
    if (size->height > PICTURE_H * PICTURE_W || size->width > PICTURE_H * PICTURE_W ||
        size->height * size->width > PICTURE_H * PICTURE_W)
        return err_set(err, ERR_RANGE, "name.img is larger than was packed");
    TRY(decode_rgb("name.img", file, n_bytes, *size, rgb, err));
fail:
    return err->code;
}

void picture_expect(const uint8_t *file, size_t n_bytes, const uint8_t *wanted, int orientation,
                    int tolerance)
{
    /* Where the stored first row and column lie: the table of the EXIF standard. */
    static const struct {
        bool row_at_side, row_at_end, column_at_end;
    } places[9] = {{false, false, false}, {false, false, false}, {false, false, true},
                   {false, true, true},   {false, true, false},  {true, false, false},
                   {true, true, false},   {true, true, true},    {true, false, true}};
    static uint8_t rgb[PICTURE_H * PICTURE_W * 3];
    const int o = orientation;
    Err err;
    DataSize size;
    assert_ok(picture_decode(file, n_bytes, rgb, &size, &err), &err);
    assert_int_equal(size.height, places[o].row_at_side ? PICTURE_W : PICTURE_H);
    assert_int_equal(size.width, places[o].row_at_side ? PICTURE_H : PICTURE_W);
    for (int i = 0; i < PICTURE_H * PICTURE_W; i++) {
        const int row = i / PICTURE_W, column = i % PICTURE_W;
        const int a = places[o].row_at_end ? PICTURE_H - 1 - row : row;
        const int b = places[o].column_at_end ? PICTURE_W - 1 - column : column;
        const int at = places[o].row_at_side ? b * PICTURE_H + a : a * PICTURE_W + b;
        for (int c = 0; c < 3; c++)
            if (abs(rgb[at * 3 + c] - wanted[i * 3 + c]) > tolerance)
                fail_msg("pixel %d, channel %d is %d, not %d", i, c, rgb[at * 3 + c],
                         wanted[i * 3 + c]);
    }
}

void picture_damage(const uint8_t *file, size_t n_bytes, size_t n_needed)
{
    static uint8_t bad[PICTURE_FILE_BYTES], rgb[PICTURE_H * PICTURE_W * 3];
    Err err;
    DataSize size;
    int n_refused = 0;
    for (size_t cut = 0; cut < n_needed; cut++) {
        /* of the very size: a read beyond it is seen */
        uint8_t *copy = mem_alloc(cut);
        memcpy(copy, file, cut);
        if (picture_decode(copy, cut, rgb, &size, &err) == ERR_NONE)
            fail_msg("cut to %zu of %zu bytes it was accepted", cut, n_bytes);
        assert_non_null(strstr(err.msg, "name.img"));
        mem_free(copy);
    }
    for (size_t at = 0; at < n_bytes; at++) {
        memcpy(bad, file, n_bytes);
        bad[at] ^= (uint8_t)(1 << at % 8);
        n_refused += picture_decode(bad, n_bytes, rgb, &size, &err) != ERR_NONE;
    }
    assert_true(n_refused > 5);
}

void picture_over_white(uint8_t *rgb, const uint8_t *rgba, size_t n_pixels)
{
    for (size_t i = 0; i < n_pixels; i++) {
        for (size_t c = 0; c < 3; c++) {
            const double a = rgba[i * 4 + 3] / 255.0;
            rgb[i * 3 + c] = (uint8_t)(a * rgba[i * 4 + c] + (1 - a) * 255 + 0.5);
        }
    }
}
