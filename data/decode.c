/*
 * TurboJPEG with the accurate DCT, whose bits do not depend on the processor; libpng's simplified
 * API into RGBA.
 */
#include "data/decode.h"

#include "data/exif.h"

#include "base/sys.h"

#include <png.h>
#include <string.h>
#include <strings.h>
#include <turbojpeg.h>

enum {
    CMYK_CHANNELS = 4,
    RGBA_CHANNELS = 4,
    JPEG_FLAGS = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS,
};

bool decode_is_image_name(const char *name)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png"};
    const size_t length = strlen(name);
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        const size_t n = strlen(endings[i]);
        if (length > n && strcasecmp(name + length - n, endings[i]) == 0)
            return true;
    }
    return false;
}

static bool is_png(const uint8_t *bytes, size_t n_bytes)
{
    static const uint8_t magic[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    return n_bytes >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

static bool is_jpeg(const uint8_t *bytes, size_t n_bytes)
{
    return n_bytes >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

static ErrCode check_size(const char *path, uint64_t height, uint64_t width, Err *err)
{
    if (height == 0 || width == 0 || height > DATA_MAX_PIXELS || width > DATA_MAX_PIXELS ||
        height * width > DATA_MAX_PIXELS)
        return err_set(err, ERR_DATA, "'%s' is %llux%llu pixels, more than 2^26 or none", path,
                       (unsigned long long)width, (unsigned long long)height);
    return ERR_NONE;
}

/* --- JPEG --- */

static ErrCode jpeg_error(const char *path, tjhandle handle, Err *err)
{
    return err_set(err, ERR_DATA, "cannot decode JPEG '%s': %s", path, tjGetErrorStr2(handle));
}

/* Size as stored, and whether it has four channels. */
static ErrCode jpeg_header(const char *path, tjhandle handle, const uint8_t *bytes, size_t n_bytes,
                           DataSize *size, bool *is_cmyk, Err *err)
{
    int subsampling, colours;
    if (tjDecompressHeader3(handle, bytes, n_bytes, &size->width, &size->height, &subsampling,
                            &colours) != 0)
        return jpeg_error(path, handle, err);
    *is_cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
    return check_size(path, (uint64_t)size->height, (uint64_t)size->width, err);
}

/* Adobe stores ink inverted, so that paper is 255: a channel is its ink times black, over 255. */
static void cmyk_to_rgb(uint8_t *rgb, const uint8_t *cmyk, size_t n_pixels)
{
    for (size_t i = 0; i < n_pixels; i++, cmyk += CMYK_CHANNELS) {
        for (int c = 0; c < DATA_CHANNELS; c++)
            *rgb++ = (uint8_t)((cmyk[c] * cmyk[3] + 127) / 255);
    }
}

static ErrCode jpeg_decode(const char *path, const uint8_t *bytes, size_t n_bytes, uint8_t *rgb,
                           Err *err)
{
    DataSize stored = {0, 0};
    bool is_cmyk = false;
    uint8_t *cmyk = NULL, *sideways = NULL;
    const int orientation = exif_jpeg_orientation(bytes, n_bytes);
    tjhandle handle = tjInitDecompress();
    if (handle == NULL)
        return err_memory(err, sizeof(tjhandle));
    TRY(jpeg_header(path, handle, bytes, n_bytes, &stored, &is_cmyk, err));
    const size_t n_pixels = (size_t)stored.height * (size_t)stored.width;
    cmyk = is_cmyk ? mem_alloc(n_pixels * CMYK_CHANNELS) : NULL;
    sideways = orientation != EXIF_UPRIGHT ? mem_alloc(n_pixels * DATA_CHANNELS) : NULL;
    if ((is_cmyk && cmyk == NULL) || (orientation != EXIF_UPRIGHT && sideways == NULL)) {
        err_memory(err, n_pixels * CMYK_CHANNELS);
        goto fail;
    }
    uint8_t *straight = sideways != NULL ? sideways : rgb;
    if (tjDecompress2(handle, bytes, n_bytes, is_cmyk ? cmyk : straight, stored.width, 0,
                      stored.height, is_cmyk ? TJPF_CMYK : TJPF_RGB, JPEG_FLAGS) != 0) {
        jpeg_error(path, handle, err);
        goto fail;
    }
    if (is_cmyk)
        cmyk_to_rgb(straight, cmyk, n_pixels);
    if (sideways != NULL)
        exif_turn_upright(rgb, sideways, stored, orientation);
fail:
    mem_free(sideways);
    mem_free(cmyk);
    tjDestroy(handle);
    return err->code;
}

static ErrCode jpeg_size(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize *size,
                         Err *err)
{
    DataSize stored = {0, 0};
    bool is_cmyk = false;
    tjhandle handle = tjInitDecompress();
    if (handle == NULL)
        return err_memory(err, sizeof(tjhandle));
    const ErrCode code = jpeg_header(path, handle, bytes, n_bytes, &stored, &is_cmyk, err);
    tjDestroy(handle);
    *size = exif_upright_size(stored, exif_jpeg_orientation(bytes, n_bytes));
    return code;
}

/* --- PNG --- */

/* Begins reading and checks the size; the caller frees the image on success. */
static ErrCode png_header(png_image *image, const char *path, const uint8_t *bytes, size_t n_bytes,
                          Err *err)
{
    memset(image, 0, sizeof *image);
    image->version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(image, bytes, n_bytes) || image->warning_or_error) {
        err_set(err, ERR_DATA, "cannot decode PNG '%s': %s", path, image->message);
        goto fail;
    }
    TRY(check_size(path, image->height, image->width, err));
    return ERR_NONE;
fail:
    png_image_free(image);
    return err->code;
}

static void rgba_over_white(uint8_t *rgb, const uint8_t *rgba, size_t n_pixels)
{
    for (size_t i = 0; i < n_pixels; i++, rgba += RGBA_CHANNELS) {
        const int alpha = rgba[3];
        for (int c = 0; c < DATA_CHANNELS; c++)
            *rgb++ = (uint8_t)((rgba[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
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
        rgba_over_white(sideways != NULL ? sideways : rgb, rgba, n_pixels);
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

/* --- either --- */

static ErrCode unknown_format(const char *path, Err *err)
{
    return err_set(err, ERR_DATA, "'%s' is neither a JPEG nor a PNG file", path);
}

ErrCode decode_size(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize *size,
                    Err *err)
{
    if (is_png(bytes, n_bytes))
        return png_size(path, bytes, n_bytes, size, err);
    if (is_jpeg(bytes, n_bytes))
        return jpeg_size(path, bytes, n_bytes, size, err);
    return unknown_format(path, err);
}

ErrCode decode_rgb(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize size,
                   uint8_t *rgb, Err *err)
{
    DataSize now = {0, 0};
    if (decode_size(path, bytes, n_bytes, &now, err) != ERR_NONE)
        return err->code;
    if (now.height != size.height || now.width != size.width)
        return err_set(err, ERR_DATA, "'%s' changed from %dx%d to %dx%d pixels while it was read",
                       path, size.width, size.height, now.width, now.height);
    if (is_png(bytes, n_bytes))
        return png_decode(path, bytes, n_bytes, rgb, err);
    return jpeg_decode(path, bytes, n_bytes, rgb, err);
}
