/*
 * TIFF by libtiff from memory, through its RGBA interface, which knows every usual kind: 1 to 16
 * bits, grey, palette, RGB, CMYK, YCbCr, strips and tiles, all its compressions.
 *
 * libtiff's warnings are errors here, but for a tag it does not know, which says nothing about the
 * pixels. A file of several pages is refused unless the others are thumbnails or masks of the
 * first: which page is meant is not for us to guess.
 */
#include "data/decode_format.h"
#include "data/exif.h"

#include "base/sys.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <tiffio.h>

enum {
    TIFF_MAGIC_BYTES = 4,
    TIFF_REASON_BYTES = 256,
    RGBA_CHANNELS = 4,
};

/* Of one buffer of libtiff's: eight bytes for each of DATA_MAX_PIXELS. */
static const tmsize_t tiff_max_buffer = (tmsize_t)DATA_MAX_PIXELS * 8;

/* The bytes libtiff reads, and the first complaint it had. */
typedef struct TiffSource {
    const uint8_t *bytes;
    size_t n_bytes;
    size_t at;
    char reason[TIFF_REASON_BYTES];
} TiffSource;

static bool is_tiff(const uint8_t *bytes, size_t n_bytes)
{
    static const char magics[][TIFF_MAGIC_BYTES] = {
        {'I', 'I', 42, 0}, {'M', 'M', 0, 42}, {'I', 'I', 43, 0}, {'M', 'M', 0, 43}};
    for (size_t i = 0; i < ARRAY_LEN(magics); i++) {
        if (n_bytes > TIFF_MAGIC_BYTES && memcmp(bytes, magics[i], TIFF_MAGIC_BYTES) == 0)
            return true;
    }
    return false;
}

/* --- what libtiff calls --- */

static tmsize_t source_read(thandle_t user, void *data, tmsize_t n_bytes)
{
    TiffSource *source = user;
    const size_t left = source->at < source->n_bytes ? source->n_bytes - source->at : 0;
    const size_t n = (size_t)n_bytes < left ? (size_t)n_bytes : left;
    if (n > 0)
        memcpy(data, source->bytes + source->at, n);
    source->at += n;
    return (tmsize_t)n;
}

static tmsize_t source_write(thandle_t user, void *data, tmsize_t n_bytes)
{
    (void)user, (void)data, (void)n_bytes;
    return -1;
}

static toff_t source_seek(thandle_t user, toff_t offset, int whence)
{
    TiffSource *source = user;
    const uint64_t base = whence == SEEK_SET   ? 0
                          : whence == SEEK_CUR ? source->at
                                               : source->n_bytes;
    source->at = (size_t)(base + offset);
    return source->at;
}

static int source_close(thandle_t user)
{
    (void)user;
    return 0;
}

static toff_t source_size(thandle_t user)
{
    return ((const TiffSource *)user)->n_bytes;
}

static int take_error(TIFF *tiff, void *user, const char *module, const char *format,
                      va_list arguments)
{
    (void)tiff, (void)module;
    TiffSource *source = user;
    if (source->reason[0] == '\0')
        vsnprintf(source->reason, sizeof source->reason, format, arguments);
    return 1; /* nobody else need be told */
}

static int take_warning(TIFF *tiff, void *user, const char *module, const char *format,
                        va_list arguments)
{
    if (text_starts_with(format, "Unknown field with tag"))
        return 1;
    return take_error(tiff, user, module, format, arguments);
}

/* --- reading --- */

static ErrCode tiff_error(const char *path, const TiffSource *source, Err *err)
{
    return err_set(err, ERR_DATA, "cannot decode TIFF '%s': %s", path,
                   source->reason[0] != '\0' ? source->reason : "it is damaged");
}

static ErrCode tiff_open(TIFF **tiff, TiffSource *source, const char *path, Err *err)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (options == NULL)
        return err_memory(err, 0);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, tiff_max_buffer);
    TIFFOpenOptionsSetErrorHandlerExtR(options, take_error, source);
    TIFFOpenOptionsSetWarningHandlerExtR(options, take_warning, source);
    *tiff = TIFFClientOpenExt("image", "rm", source, source_read, source_write, source_seek,
                              source_close, source_size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    if (*tiff == NULL || source->reason[0] != '\0')
        return tiff_error(path, source, err);
    return ERR_NONE;
}

/* Refuses a second page that is a picture of its own; the first is current again afterwards. */
static ErrCode check_pages(TIFF *tiff, const TiffSource *source, const char *path, Err *err)
{
    uint32_t kind = 0;
    if (TIFFLastDirectory(tiff))
        return ERR_NONE;
    if (!TIFFReadDirectory(tiff) || source->reason[0] != '\0')
        return tiff_error(path, source, err);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &kind);
    if ((kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0)
        return err_set(err, ERR_DATA,
                       "'%s' is a TIFF of several pages: only single pictures are read", path);
    if (!TIFFSetDirectory(tiff, 0) || source->reason[0] != '\0')
        return tiff_error(path, source, err);
    return ERR_NONE;
}

/* Size as stored, and the orientation; both checked. */
static ErrCode tiff_header(TIFF *tiff, const TiffSource *source, const char *path, DataSize *stored,
                           int *orientation, Err *err)
{
    uint32_t width = 0, height = 0;
    uint16_t tag = EXIF_UPRIGHT;
    TRY(check_pages(tiff, source, path, err));
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    TRY(decode_check_size(path, height, width, err));
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &tag);
    *stored = (DataSize){(int)height, (int)width};
    *orientation = exif_orientation_of(tag);
fail:
    return err->code;
}

static ErrCode tiff_size(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize *size,
                         Err *err)
{
    TiffSource source = {.bytes = bytes, .n_bytes = n_bytes};
    TIFF *tiff = NULL;
    DataSize stored = {0, 0};
    int orientation = EXIF_UPRIGHT;
    TRY(tiff_open(&tiff, &source, path, err));
    TRY(tiff_header(tiff, &source, path, &stored, &orientation, err));
    *size = exif_upright_size(stored, orientation);
fail:
    if (tiff != NULL)
        TIFFClose(tiff);
    return err->code;
}

/* raster[height][width] in the order of the file, red in the lowest byte, colours times alpha. */
static ErrCode read_raster(TIFF *tiff, TiffSource *source, const char *path, DataSize stored,
                           uint32_t *raster, Err *err)
{
    TIFFRGBAImage image;
    char reason[1024] = ""; /* libtiff's own size of such buffers */
    if (!TIFFRGBAImageOK(tiff, reason) || !TIFFRGBAImageBegin(&image, tiff, 1, reason))
        return err_set(err, ERR_DATA, "cannot decode TIFF '%s': %s", path, reason);
    image.req_orientation = image.orientation;
    const int is_read =
        TIFFRGBAImageGet(&image, raster, (uint32_t)stored.width, (uint32_t)stored.height);
    TIFFRGBAImageEnd(&image);
    return is_read && source->reason[0] == '\0' ? ERR_NONE : tiff_error(path, source, err);
}

/* Lays colours that are already multiplied by their alpha over white. */
static void raster_over_white(uint8_t *rgb, const uint32_t *raster, size_t n_pixels)
{
    for (size_t i = 0; i < n_pixels; i++) {
        const uint32_t white = 255 - TIFFGetA(raster[i]);
        const uint32_t colours[DATA_CHANNELS] = {TIFFGetR(raster[i]), TIFFGetG(raster[i]),
                                                 TIFFGetB(raster[i])};
        for (int c = 0; c < DATA_CHANNELS; c++) {
            const uint32_t value = colours[c] + white;
            *rgb++ = (uint8_t)(value < 255 ? value : 255);
        }
    }
}

static ErrCode tiff_rgb(const char *path, const uint8_t *bytes, size_t n_bytes, uint8_t *rgb,
                        Err *err)
{
    TiffSource source = {.bytes = bytes, .n_bytes = n_bytes};
    TIFF *tiff = NULL;
    DataSize stored = {0, 0};
    int orientation = EXIF_UPRIGHT;
    uint32_t *raster = NULL;
    uint8_t *sideways = NULL;
    TRY(tiff_open(&tiff, &source, path, err));
    TRY(tiff_header(tiff, &source, path, &stored, &orientation, err));
    const size_t n_pixels = (size_t)stored.height * (size_t)stored.width;
    const bool is_turned = orientation != EXIF_UPRIGHT;
    raster = mem_calloc(n_pixels, sizeof *raster);
    sideways = is_turned ? mem_alloc(n_pixels * DATA_CHANNELS) : NULL;
    if (raster == NULL || (is_turned && sideways == NULL)) {
        err_memory(err, n_pixels * RGBA_CHANNELS);
        goto fail;
    }
    TRY(read_raster(tiff, &source, path, stored, raster, err));
    raster_over_white(is_turned ? sideways : rgb, raster, n_pixels);
    if (is_turned)
        exif_turn_upright(rgb, sideways, stored, orientation);
fail:
    if (tiff != NULL)
        TIFFClose(tiff);
    mem_free(sideways);
    mem_free(raster);
    return err->code;
}

const DecodeFormat decode_tiff = {
    .name = "TIFF",
    .endings = {".tif", ".tiff"},
    .is_mine = is_tiff,
    .size = tiff_size,
    .rgb = tiff_rgb,
};
