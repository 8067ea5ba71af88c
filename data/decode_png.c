/* PNG by libpng's simplified API into RGBA. */
#include "data/decode_format.h"
#include "data/exif.h"

#include "base/sys.h"

#include <png.h>
#include <string.h>

enum { RGBA_CHANNELS = 4, MAGIC_BYTES = 8, CHUNK_BYTES = 12 /* length, type, checksum */ };

static bool is_png(const uint8_t *bytes, size_t n_bytes)
{
    static const uint8_t magic[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    return n_bytes >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

/*
 * Every chunk up to the last must lie within the file: libpng reserves what a chunk declares before
 * it looks for it.
 */
static ErrCode check_chunks(const char *path, const uint8_t *bytes, size_t n_bytes, Err *err)
{
    for (size_t at = MAGIC_BYTES; at < n_bytes;) {
        const size_t left = n_bytes - at;
        const uint8_t *p = bytes + at;
        const size_t length = left < CHUNK_BYTES ? left : png_get_uint_32(p);
        if (left < CHUNK_BYTES || length > left - CHUNK_BYTES)
            return err_set(err, ERR_DATA,
                           "cannot decode PNG '%s': it is cut short or damaged at byte %zu", path,
                           at);
        if (memcmp(p + 4, "IEND", 4) == 0)
            break;
        at += CHUNK_BYTES + length;
    }
    return ERR_NONE;
}

/* Begins reading and checks the size; the caller frees the image on success. */
static ErrCode png_header(png_image *image, const char *path, const uint8_t *bytes, size_t n_bytes,
                          Err *err)
{
    memset(image, 0, sizeof *image);
    image->version = PNG_IMAGE_VERSION;
    TRY(check_chunks(path, bytes, n_bytes, err));
    if (!png_image_begin_read_from_memory(image, bytes, n_bytes) || image->warning_or_error) {
        err_set(err, ERR_DATA, "cannot decode PNG '%s': %s", path, image->message);
        goto fail;
    }
    TRY(decode_check_size(path, image->height, image->width, err));
    return ERR_NONE;
fail:
    png_image_free(image);
    return err->code;
}

static ErrCode png_decode(const char *path, const uint8_t *bytes, size_t n_bytes, uint8_t *rgb,
                          Err *err)
{
    png_image image;
    if (png_header(&image, path, bytes, n_bytes, err) != ERR_NONE)
        return err->code;
    image.format = PNG_FORMAT_RGBA;
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB; /* without gAMA, 16 bits are not taken to be linear */
    const DataSize stored = {(int)image.height, (int)image.width};
    const size_t n_pixels = (size_t)image.height * image.width;
    const int orientation = exif_png_orientation(bytes, n_bytes);
    const bool is_turned = orientation != EXIF_UPRIGHT;
    uint8_t *sideways = is_turned ? mem_alloc(n_pixels * DATA_CHANNELS) : NULL;
    uint8_t *rgba = mem_alloc(n_pixels * RGBA_CHANNELS);
    if (rgba == NULL || (is_turned && sideways == NULL)) {
        err_memory(err, n_pixels * RGBA_CHANNELS);
    } else if (!png_image_finish_read(&image, NULL, rgba, 0, NULL) || image.warning_or_error) {
        err_set(err, ERR_DATA, "cannot decode PNG '%s': %s", path, image.message);
    } else {
        decode_over_white(sideways != NULL ? sideways : rgb, rgba, n_pixels);
        if (sideways != NULL)
            exif_turn_upright(rgb, sideways, stored, orientation);
    }
    png_image_free(&image);
    mem_free(sideways);
    mem_free(rgba);
    return err->code;
}

static ErrCode png_size(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize *size,
                        Err *err)
{
    png_image image;
    if (png_header(&image, path, bytes, n_bytes, err) != ERR_NONE)
        return err->code;
    const DataSize stored = {(int)image.height, (int)image.width};
    *size = exif_upright_size(stored, exif_png_orientation(bytes, n_bytes));
    png_image_free(&image);
    return ERR_NONE;
}

const DecodeFormat decode_png = {
    .name = "PNG",
    .endings = {".png"},
    .is_mine = is_png,
    .size = png_size,
    .rgb = png_decode,
};
