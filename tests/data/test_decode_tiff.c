/* decode_tiff: colours, grey, palette, transparency, orientation, pages, damaged bytes. */
#include "tests/data/picturefixture.h"

#include "base/file.h"
#include "base/sys.h"

#include <string.h>
#include <tiffio.h>

static uint8_t picture[PICTURE_H * PICTURE_W * 4], wanted[PICTURE_H * PICTURE_W * 3];
static uint8_t file[PICTURE_FILE_BYTES];

/* Settings of one page. */
typedef struct Page {
    uint16_t photometric;
    uint16_t n_samples;
    uint16_t compression;
    uint16_t orientation;
    uint32_t subfile;
    bool is_big; /* 16 bits a sample, each level times 257 */
} Page;

static void write_page(TIFF *tiff, const Page *page, const uint8_t *pixels)
{
    const uint16_t bits = page->is_big ? 16 : 8;
    static uint16_t row[PICTURE_W * 4];
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, PICTURE_W);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, PICTURE_H);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, page->n_samples);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, page->photometric);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, page->compression);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, page->orientation);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 5);
    TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, page->subfile);
    if (page->n_samples == 4 && page->photometric == PHOTOMETRIC_RGB) {
        const uint16_t kind = EXTRASAMPLE_UNASSALPHA;
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
    }
    if (page->photometric == PHOTOMETRIC_PALETTE) {
        static uint16_t red[256], green[256], blue[256];
        for (int i = 0; i < 256; i++) {
            red[i] = (uint16_t)(i * 257);
            green[i] = (uint16_t)((255 - i) * 257);
            blue[i] = (uint16_t)((i * 3 & 255) * 257);
        }
        TIFFSetField(tiff, TIFFTAG_COLORMAP, red, green, blue);
    }
    for (uint32_t y = 0; y < PICTURE_H; y++) {
        const uint8_t *levels = pixels + (size_t)y * PICTURE_W * page->n_samples;
        for (int i = 0; i < PICTURE_W * page->n_samples; i++) {
            if (page->is_big)
                row[i] = (uint16_t)(levels[i] * 257);
            else
                ((uint8_t *)row)[i] = levels[i];
        }
        assert_int_equal(TIFFWriteScanline(tiff, row, y, 0), 1);
    }
    assert_int_equal(TIFFWriteDirectory(tiff), 1);
}

static size_t pack(const Page *pages, int n_pages)
{
    Err err = {0};
    size_t n = 0;
    char *bytes = NULL;
    fixture_write("x.tif", "", 0);
    TIFF *tiff = TIFFOpen(fixture_path("x.tif"), "w");
    assert_non_null(tiff);
    for (int i = 0; i < n_pages; i++)
        write_page(tiff, &pages[i], picture);
    TIFFClose(tiff);
    assert_ok(file_read(fixture_path("x.tif"), sizeof file, &bytes, &n, &err), &err);
    memcpy(file, bytes, n);
    mem_free(bytes);
    return n;
}

static const Page plain = {.photometric = PHOTOMETRIC_RGB,
                           .n_samples = 3,
                           .compression = COMPRESSION_NONE,
                           .orientation = 1};

/* Colours of 8 and 16 bits under every lossless compression, turned every way, to the bit. */
static void test_colours(void **state)
{
    (void)state;
    static const uint16_t compressions[] = {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_PACKBITS,
                                            COMPRESSION_ADOBE_DEFLATE};
    picture_paint(picture, 3);
    for (uint16_t o = 1; o <= 8; o++) {
        Page page = plain;
        page.orientation = o;
        page.compression = compressions[o % ARRAY_LEN(compressions)];
        page.is_big = o > 4;
        picture_expect(file, pack(&page, 1), picture, o, 0);
    }
}

static void test_grey_and_palette(void **state)
{
    (void)state;
    picture_paint(picture, 1);
    Page page = plain;
    page.n_samples = 1;
    page.photometric = PHOTOMETRIC_MINISBLACK;
    for (int i = 0; i < PICTURE_H * PICTURE_W; i++)
        memset(wanted + i * 3, picture[i], 3);
    picture_expect(file, pack(&page, 1), wanted, 1, 0);
    page.photometric = PHOTOMETRIC_MINISWHITE;
    for (int i = 0; i < PICTURE_H * PICTURE_W; i++)
        memset(wanted + i * 3, 255 - picture[i], 3);
    picture_expect(file, pack(&page, 1), wanted, 1, 0);
    page.photometric = PHOTOMETRIC_PALETTE;
    for (int i = 0; i < PICTURE_H * PICTURE_W; i++) {
        wanted[i * 3] = picture[i];
        wanted[i * 3 + 1] = (uint8_t)(255 - picture[i]);
        wanted[i * 3 + 2] = (uint8_t)(picture[i] * 3);
    }
    picture_expect(file, pack(&page, 1), wanted, 1, 0);
}

static void test_transparency(void **state)
{
    (void)state;
    picture_paint(picture, 4);
    picture_over_white(wanted, picture, PICTURE_H * PICTURE_W);
    Page page = plain;
    page.n_samples = 4;
    picture_expect(file, pack(&page, 1), wanted, 1, 0);
}

/* A thumbnail beside the picture is no second picture; a page of its own is. */
static void test_pages(void **state)
{
    (void)state;
    static uint8_t rgb[PICTURE_H * PICTURE_W * 3];
    Err err;
    DataSize size;
    Page pages[2] = {plain, plain};
    picture_paint(picture, 3);
    pages[1].subfile = FILETYPE_REDUCEDIMAGE;
    picture_expect(file, pack(pages, 2), picture, 1, 0);
    pages[1].subfile = FILETYPE_PAGE;
    const size_t n = pack(pages, 2);
    assert_error(picture_decode(file, n, rgb, &size, &err), ERR_DATA, &err, "name.img",
                 "several pages");
}

/* A header of 2^27 pixels is refused before anything is decoded or allocated. */
static void test_too_many_pixels(void **state)
{
    (void)state;
    static uint8_t rgb[PICTURE_H * PICTURE_W * 3];
    Err err;
    DataSize size;
    picture_paint(picture, 3);
    const size_t n = pack(&plain, 1);
    bool is_found = false;
    for (size_t at = 0; at + 12 <= n && !is_found; at++) { /* width's entry: tag 256, one number */
        is_found = memcmp(file + at, "\x00\x01\x03\x00\x01\x00\x00\x00", 8) == 0;
        if (is_found)
            memcpy(file + at + 2, "\x04\x00\x01\x00\x00\x00\x00\x00\x00\x08", 10);
    }
    assert_true(is_found);
    assert_error(picture_decode(file, n, rgb, &size, &err), ERR_DATA, &err, "name.img", "2^26");
}

/* The directory stands at the end, so that no cut file has one. */
static void test_damaged_bytes(void **state)
{
    (void)state;
    Page page = plain;
    page.compression = COMPRESSION_LZW;
    picture_paint(picture, 3);
    const size_t n = pack(&page, 1);
    picture_damage(file, n, n - 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_colours),         cmocka_unit_test(test_grey_and_palette),
        cmocka_unit_test(test_transparency),    cmocka_unit_test(test_pages),
        cmocka_unit_test(test_too_many_pixels), cmocka_unit_test(test_damaged_bytes),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
