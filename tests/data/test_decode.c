/* decode: every kind of JPEG and PNG, orientation, and damaged bytes. */
#include "tests/data/datafixture.h"

#include "base/sys.h"
#include "data/decode.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { H = 24, W = 40, QUALITY = 98, FILE_BYTES = 1 << 16 };

static uint8_t picture[H * W * 4], rgb[H * W * 3];

/* Smooth colours with a bright corner, so that orientation shows and JPEG keeps them well. */
static void paint(void)
{
    for (int i = 0; i < H * W; i++) {
        const int y = i / W, x = i % W;
        picture[i * 3] = (uint8_t)(y * 8 + 20);
        picture[i * 3 + 1] = (uint8_t)(x * 5 + 20);
        picture[i * 3 + 2] = (uint8_t)(y < H / 2 && x < W / 2 ? 200 : 60);
    }
}

static size_t pack_jpeg(uint8_t *file, int format, int subsampling, int flags)
{
    unsigned char *packed = NULL;
    unsigned long n = 0;
    tjhandle handle = tjInitCompress();
    assert_int_equal(
        tjCompress2(handle, picture, W, 0, H, format, &packed, &n, subsampling, QUALITY, flags), 0);
    assert_true(n < FILE_BYTES);
    memcpy(file, packed, n);
    tjFree(packed);
    tjDestroy(handle);
    return n;
}

static ErrCode decode(const uint8_t *file, size_t n, DataSize *size, Err *err)
{
    *err = (Err){0};
    TRY(decode_size("name.jpg", file, n, size, err));
    if (size->height * size->width > H * W)
        return err_set(err, ERR_RANGE, "larger than was packed");
    TRY(decode_rgb("name.jpg", file, n, *size, rgb, err));
fail:
    return err->code;
}

/*
 * Quality 98 on smooth colours: the quantisation step is at most 5 for chroma, so no pixel away
 * from the corner's edge is off by more than 24 levels (measured 9).
 */
static void check_like_picture(void)
{
    for (int i = 0; i < H * W; i++) {
        const int y = i / W, x = i % W;
        if (abs(y - H / 2) < 4 || abs(x - W / 2) < 4)
            continue;
        for (int c = 0; c < 3; c++)
            assert_true(abs(rgb[i * 3 + c] - picture[i * 3 + c]) <= 24);
    }
}

static void test_jpeg_kinds(void **state)
{
    (void)state;
    static uint8_t file[FILE_BYTES];
    static const int samplings[] = {TJSAMP_444, TJSAMP_422, TJSAMP_420};
    Err err;
    DataSize size;
    paint();
    for (size_t s = 0; s < ARRAY_LEN(samplings); s++) {
        for (int flags = 0; flags <= TJFLAG_PROGRESSIVE; flags += TJFLAG_PROGRESSIVE) {
            const size_t n = pack_jpeg(file, TJPF_RGB, samplings[s], flags);
            assert_ok(decode(file, n, &size, &err), &err);
            assert_true(size.height == H && size.width == W);
            check_like_picture();
        }
    }
}

static void test_grey_jpeg_has_equal_channels(void **state)
{
    (void)state;
    static uint8_t file[FILE_BYTES];
    Err err;
    DataSize size;
    paint();
    const size_t n = pack_jpeg(file, TJPF_RGB, TJSAMP_GRAY, 0);
    assert_ok(decode(file, n, &size, &err), &err);
    for (int i = 0; i < H * W; i++)
        assert_true(rgb[i * 3] == rgb[i * 3 + 1] && rgb[i * 3] == rgb[i * 3 + 2]);
}

/*
 * Inverted ink: 255 is paper. Full paper with half black gives half grey; no cyan takes red away.
 */
static void test_cmyk_jpeg(void **state)
{
    (void)state;
    static uint8_t file[FILE_BYTES];
    Err err;
    DataSize size;
    for (int i = 0; i < H * W; i++) {
        const uint8_t ink[4] = {255, 100, 255, 128};
        memcpy(picture + i * 4, ink, 4);
    }
    const size_t n = pack_jpeg(file, TJPF_CMYK, TJSAMP_444, 0);
    assert_ok(decode(file, n, &size, &err), &err);
    for (int i = 0; i < H * W; i++) { /* a constant image: off by at most the quantisation, 3 */
        assert_true(abs(rgb[i * 3] - 128) <= 3);
        assert_true(abs(rgb[i * 3 + 1] - 50) <= 3);
        assert_true(abs(rgb[i * 3 + 2] - 128) <= 3);
    }
}

/* A JPEG with an EXIF block of that orientation in front. */
static size_t with_orientation(uint8_t *out, const uint8_t *file, size_t n, uint8_t orientation,
                               bool is_little)
{
    static const uint8_t little[] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0,    0, 'I', 'I',
                                     42,   0,    8, 0,  0,   0,   1,   0,   0x12, 1, 3,   0,
                                     1,    0,    0, 0,  0,   0,   0,   0,   0,    0, 0,   0};
    static const uint8_t big[] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,    'M', 'M',
                                  0,    42,   0, 0,  0,   8,   0,   1,   1, 0x12, 0,   3,
                                  0,    0,    0, 1,  0,   0,   0,   0,   0, 0,    0,   0};
    memcpy(out, file, 2);
    memcpy(out + 2, is_little ? little : big, sizeof little);
    out[2 + (is_little ? 28 : 29)] = orientation;
    memcpy(out + 2 + sizeof little, file + 2, n - 2);
    return n + sizeof little;
}

/* The standard's table: where the stored first row and first column lie in the upright picture. */
static void test_exif_orientation(void **state)
{
    (void)state;
    static uint8_t file[FILE_BYTES], turned[FILE_BYTES], upright[H * W * 3];
    static const struct {
        bool row_at_side, row_at_end, column_at_end;
    } places[9] = {{false, false, false}, {false, false, false}, {false, false, true},
                   {false, true, true},   {false, true, false},  {true, false, false},
                   {true, true, false},   {true, true, true},    {true, false, true}};
    Err err;
    DataSize size;
    paint();
    const size_t n = pack_jpeg(file, TJPF_RGB, TJSAMP_444, 0);
    assert_ok(decode(file, n, &size, &err), &err);
    memcpy(upright, rgb, sizeof upright);
    for (int o = 0; o <= 9; o++) {
        const int k = o <= 8 ? o : 0; /* 0 and 9 mean nothing and are taken as upright */
        const size_t m = with_orientation(turned, file, n, (uint8_t)o, o % 2);
        assert_ok(decode(turned, m, &size, &err), &err);
        assert_int_equal(size.height, places[k].row_at_side ? W : H);
        for (int i = 0; i < H * W; i++) {
            const int row = i / W, column = i % W;
            const int a = places[k].row_at_end ? H - 1 - row : row;
            const int b = places[k].column_at_end ? W - 1 - column : column;
            const int at = places[k].row_at_side ? b * H + a : a * W + b;
            assert_memory_equal(rgb + at * 3, upright + i * 3, 3);
        }
    }
}

static size_t pack_png(uint8_t *file, png_uint_32 format)
{
    png_image image = {.version = PNG_IMAGE_VERSION, .width = W, .height = H, .format = format};
    png_alloc_size_t n = FILE_BYTES;
    assert_true(png_image_write_to_memory(&image, file, &n, 0, picture, 0, NULL));
    return n;
}

static void test_png_is_exact(void **state)
{
    (void)state;
    static uint8_t file[FILE_BYTES];
    Err err;
    DataSize size;
    paint();
    size_t n = pack_png(file, PNG_FORMAT_RGB);
    assert_ok(decode(file, n, &size, &err), &err);
    assert_true(size.height == H && size.width == W);
    assert_memory_equal(rgb, picture, sizeof rgb);
    n = pack_png(file, PNG_FORMAT_GRAY);
    assert_ok(decode(file, n, &size, &err), &err);
    for (int i = 0; i < H * W * 3; i++)
        assert_int_equal(rgb[i], picture[i / 3]);
}

typedef struct Packed {
    uint8_t *file;
    size_t n;
} Packed;

static void put_packed(png_structp png, png_bytep bytes, png_size_t n)
{
    Packed *packed = png_get_io_ptr(png);
    assert_true(packed->n + n <= FILE_BYTES);
    memcpy(packed->file + packed->n, bytes, n);
    packed->n += n;
}

/* The picture as PNG with every level repeated `depth` / 8 times, and that EXIF block if any. */
static size_t pack_deep_png(uint8_t *file, int depth, uint8_t *exif, size_t n_exif)
{
    static uint8_t row[W * 3 * 2];
    Packed packed = {file, 0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &packed, put_packed, NULL);
    png_set_IHDR(png, info, W, H, depth, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (exif != NULL)
        png_set_eXIf_1(png, info, (png_uint_32)n_exif, exif);
    png_write_info(png, info);
    const size_t repeat = (size_t)depth / 8;
    for (size_t y = 0; y < H; y++) {
        for (size_t i = 0; i < W * 3 * repeat; i++)
            row[i] = picture[y * W * 3 + i / repeat];
        png_write_row(png, row);
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return packed.n;
}

/* Sixteen bits that name no gamma are sRGB, as in every other reader: v * 257 is the level v. */
static void test_png_of_sixteen_bits(void **state)
{
    (void)state;
    static uint8_t file[FILE_BYTES];
    Err err;
    DataSize size;
    paint();
    const size_t n = pack_deep_png(file, 16, NULL, 0);
    assert_ok(decode(file, n, &size, &err), &err);
    assert_memory_equal(rgb, picture, sizeof rgb);
}

/* Orientation 6: the stored first row is the upright picture's right side. */
static void test_png_orientation(void **state)
{
    (void)state;
    static uint8_t file[FILE_BYTES];
    static uint8_t exif[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0,
                             3,   0,   0, 0,  1, 0, 6, 0, 0, 0, 0, 0,    0};
    Err err;
    DataSize size;
    paint();
    const size_t n = pack_deep_png(file, 8, exif, sizeof exif);
    assert_ok(decode(file, n, &size, &err), &err);
    assert_true(size.height == W && size.width == H);
    for (int i = 0; i < H * W; i++) {
        const int row = i / W, column = i % W;
        assert_memory_equal(rgb + (column * H + H - 1 - row) * 3, picture + i * 3, 3);
    }
}

/* Transparency over white: (a*c + (255-a)*255) / 255, rounded. */
static void test_png_alpha(void **state)
{
    (void)state;
    static uint8_t file[FILE_BYTES];
    Err err;
    DataSize size;
    for (int i = 0; i < H * W; i++) {
        const uint8_t pixel[4] = {(uint8_t)(i % 256), 0, 255, (uint8_t)(i * 7 % 256)};
        memcpy(picture + i * 4, pixel, 4);
    }
    const size_t n = pack_png(file, PNG_FORMAT_RGBA);
    assert_ok(decode(file, n, &size, &err), &err);
    for (int i = 0; i < H * W; i++) {
        const double a = i * 7 % 256 / 255.0, c = i % 256;
        const double wanted = a * c + (1 - a) * 255;
        assert_true(rgb[i * 3] - wanted <= 0.501 && wanted - rgb[i * 3] <= 0.501);
        assert_int_equal(rgb[i * 3 + 2], 255);
    }
}

/*
 * Cut anywhere, no file decodes; with any byte changed it decodes or is refused, with the name,
 * and nothing else happens (the sanitizer build looks on).
 */
static void test_damaged_bytes(void **state)
{
    (void)state;
    static uint8_t file[FILE_BYTES], bad[FILE_BYTES];
    Err err;
    DataSize size;
    paint();
    for (int kind = 0; kind < 3; kind++) {
        const size_t n = kind == 0   ? pack_jpeg(file, TJPF_RGB, TJSAMP_420, 0)
                         : kind == 1 ? pack_jpeg(file, TJPF_RGB, TJSAMP_444, TJFLAG_PROGRESSIVE)
                                     : pack_png(file, PNG_FORMAT_RGB);
        /* The JPEG end marker's two bytes and PNG's IEND chunk carry no pixels. */
        const size_t last = kind < 2 ? n - 2 : n - 12;
        for (size_t cut = 0; cut < last; cut += cut < 700 ? 1 : 13) {
            if (decode(file, cut, &size, &err) == ERR_NONE)
                fail_msg("kind %d cut to %zu of %zu bytes was accepted", kind, cut, n);
            assert_non_null(strstr(err.msg, "name.jpg"));
        }
        int n_refused = 0;
        for (size_t at = 0; at < n; at++) {
            memcpy(bad, file, n);
            bad[at] ^= (uint8_t)(1 << at % 8);
            n_refused += decode(bad, n, &size, &err) != ERR_NONE;
        }
        assert_true(n_refused > 10);
    }
}

/* A header of 65500 x 65500 pixels is refused before anything is decoded or allocated. */
static void test_too_many_pixels(void **state)
{
    (void)state;
    static uint8_t file[FILE_BYTES];
    Err err;
    DataSize size;
    paint();
    const size_t n = pack_jpeg(file, TJPF_RGB, TJSAMP_444, 0);
    size_t at = 0;
    while (!(file[at] == 0xFF && file[at + 1] == 0xC0))
        at++;
    file[at + 5] = file[at + 7] = 0xFF;
    file[at + 6] = file[at + 8] = 0xDC;
    assert_error(decode(file, n, &size, &err), ERR_DATA, &err, "name.jpg", "2^26");
    assert_error(decode((const uint8_t *)"GIF89a", 6, &size, &err), ERR_DATA, &err, "name.jpg",
                 "neither");
}

static void test_names(void **state)
{
    (void)state;
    assert_true(decode_is_image_name("a.jpg") && decode_is_image_name("b.JPEG") &&
                decode_is_image_name("c.d.Png") && decode_is_image_name("d.webp") &&
                decode_is_image_name("e.TIFF") && decode_is_image_name("f.tif") &&
                decode_is_image_name("g.bmp"));
    assert_false(decode_is_image_name("a.txt") || decode_is_image_name(".png") ||
                 decode_is_image_name("jpg"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jpeg_kinds),      cmocka_unit_test(test_grey_jpeg_has_equal_channels),
        cmocka_unit_test(test_cmyk_jpeg),       cmocka_unit_test(test_exif_orientation),
        cmocka_unit_test(test_png_is_exact),    cmocka_unit_test(test_png_alpha),
        cmocka_unit_test(test_damaged_bytes),   cmocka_unit_test(test_too_many_pixels),
        cmocka_unit_test(test_names),           cmocka_unit_test(test_png_of_sixteen_bits),
        cmocka_unit_test(test_png_orientation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
