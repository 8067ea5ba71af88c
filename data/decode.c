// TurboJPEG with the accurate DCT, whose bits do not depend on the processor; libpng's simplified
// API into RGBA.
#include "data/decode.h"

#include "base/sys.h"

#include <png.h>
#include <string.h>
#include <strings.h>
#include <turbojpeg.h>

enum {
    CMYK_CHANNELS = 4,
    RGBA_CHANNELS = 4,
    EXIF_UPRIGHT = 1,    // orientation as stored
    EXIF_TRANSPOSED = 5, // from here on height and width change places
    EXIF_ORIENTATIONS = 8,
    EXIF_TAG_ORIENTATION = 0x0112,
    EXIF_TYPE_SHORT = 3,
    EXIF_ENTRY_BYTES = 12,
    JPEG_MARKER_APP1 = 0xE1,
    JPEG_MARKER_SCAN = 0xDA,
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

// --- EXIF ---

static uint32_t read_number(const uint8_t *p, int n, bool is_little)
{
    uint32_t value = 0;
    for (int i = 0; i < n; i++)
        value = value << 8 | p[is_little ? n - 1 - i : i];
    return value;
}

// Orientation in a TIFF block of n bytes, EXIF_UPRIGHT where there is none or it makes no sense.
static int tiff_orientation(const uint8_t *tiff, size_t n)
{
    if (n < 8 || (memcmp(tiff, "II", 2) != 0 && memcmp(tiff, "MM", 2) != 0))
        return EXIF_UPRIGHT;
    const bool is_little = tiff[0] == 'I';
    const size_t first = read_number(tiff + 4, 4, is_little);
    if (first > n || n - first < 2)
        return EXIF_UPRIGHT;
    const uint32_t n_entries = read_number(tiff + first, 2, is_little);
    for (uint32_t i = 0; i < n_entries; i++) {
        const size_t at = first + 2 + (size_t)i * EXIF_ENTRY_BYTES;
        if (at > n || n - at < EXIF_ENTRY_BYTES)
            return EXIF_UPRIGHT;
        if (read_number(tiff + at, 2, is_little) != EXIF_TAG_ORIENTATION ||
            read_number(tiff + at + 2, 2, is_little) != EXIF_TYPE_SHORT)
            continue;
        const int value = (int)read_number(tiff + at + 8, 2, is_little);
        return value >= EXIF_UPRIGHT && value <= EXIF_ORIENTATIONS ? value : EXIF_UPRIGHT;
    }
    return EXIF_UPRIGHT;
}

// Walks the segments of a JPEG up to the first scan.
static int jpeg_orientation(const uint8_t *bytes, size_t n_bytes)
{
    static const uint8_t exif[] = {'E', 'x', 'i', 'f', 0, 0};
    size_t at = 2;
    while (n_bytes - at >= 4 && at < n_bytes && bytes[at] == 0xFF) {
        const uint8_t marker = bytes[at + 1];
        const size_t length = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (marker == JPEG_MARKER_SCAN || length < 2 || length > n_bytes - at - 2)
            return EXIF_UPRIGHT;
        if (marker == JPEG_MARKER_APP1 && length >= 2 + sizeof exif &&
            memcmp(bytes + at + 4, exif, sizeof exif) == 0)
            return tiff_orientation(bytes + at + 4 + sizeof exif, length - 2 - sizeof exif);
        at += 2 + length;
    }
    return EXIF_UPRIGHT;
}

// out = in turned upright; in[in_size], out has its sides swapped for orientations 5 to 8. Row and
// column of the stored pixel that goes to (y, x): the table of the EXIF standard, inverted.
static void turn_upright(uint8_t *out, const uint8_t *in, DataSize in_size, int orientation)
{
    const bool swaps = orientation >= EXIF_TRANSPOSED;
    const int height = swaps ? in_size.width : in_size.height;
    const int width = swaps ? in_size.height : in_size.width;
    const bool from_right =
        orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_bottom =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            const int row = swaps ? x : y, column = swaps ? y : x;
            const int r = from_bottom ? in_size.height - 1 - row : row;
            const int c = from_right ? in_size.width - 1 - column : column;
            memcpy(out, in + ((size_t)r * (size_t)in_size.width + (size_t)c) * DATA_CHANNELS,
                   DATA_CHANNELS);
            out += DATA_CHANNELS;
        }
    }
}

// --- JPEG ---

static ErrCode jpeg_error(const char *path, tjhandle handle, Err *err)
{
    return err_set(err, ERR_DATA, "cannot decode JPEG '%s': %s", path, tjGetErrorStr2(handle));
}

// Size as stored, and whether it has four channels.
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

// Adobe stores ink inverted, so that paper is 255: a channel is its ink times black, over 255.
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
    const int orientation = jpeg_orientation(bytes, n_bytes);
    tjhandle handle = tjInitDecompress();
    if (!handle)
        return err_memory(err, sizeof(tjhandle));
    TRY(jpeg_header(path, handle, bytes, n_bytes, &stored, &is_cmyk, err));
    const size_t n_pixels = (size_t)stored.height * (size_t)stored.width;
    cmyk = is_cmyk ? mem_alloc(n_pixels * CMYK_CHANNELS) : NULL;
    sideways = orientation != EXIF_UPRIGHT ? mem_alloc(n_pixels * DATA_CHANNELS) : NULL;
    if ((is_cmyk && !cmyk) || (orientation != EXIF_UPRIGHT && !sideways)) {
        err_memory(err, n_pixels * CMYK_CHANNELS);
        goto fail;
    }
    uint8_t *straight = sideways ? sideways : rgb;
    if (tjDecompress2(handle, bytes, n_bytes, is_cmyk ? cmyk : straight, stored.width, 0,
                      stored.height, is_cmyk ? TJPF_CMYK : TJPF_RGB, JPEG_FLAGS) != 0) {
        jpeg_error(path, handle, err);
        goto fail;
    }
    if (is_cmyk)
        cmyk_to_rgb(straight, cmyk, n_pixels);
    if (sideways)
        turn_upright(rgb, sideways, stored, orientation);
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
    if (!handle)
        return err_memory(err, sizeof(tjhandle));
    const ErrCode code = jpeg_header(path, handle, bytes, n_bytes, &stored, &is_cmyk, err);
    tjDestroy(handle);
    const bool swaps = jpeg_orientation(bytes, n_bytes) >= EXIF_TRANSPOSED;
    *size = swaps ? (DataSize){stored.width, stored.height} : stored;
    return code;
}

// --- PNG ---

// Begins reading and checks the size; the caller frees the image on success.
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
    const size_t n_pixels = (size_t)image.height * image.width;
    uint8_t *rgba = mem_alloc(n_pixels * RGBA_CHANNELS);
    if (!rgba)
        err_memory(err, n_pixels * RGBA_CHANNELS);
    else if (!png_image_finish_read(&image, NULL, rgba, 0, NULL) || image.warning_or_error)
        err_set(err, ERR_DATA, "cannot decode PNG '%s': %s", path, image.message);
    else
        rgba_over_white(rgb, rgba, n_pixels);
    png_image_free(&image);
    mem_free(rgba);
    return err->code;
}

static ErrCode png_size(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize *size,
                        Err *err)
{
    png_image image;
    if (png_header(&image, path, bytes, n_bytes, err) != ERR_NONE)
        return err->code;
    *size = (DataSize){(int)image.height, (int)image.width};
    png_image_free(&image);
    return ERR_NONE;
}

// --- either ---

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
    DataSize now;
    if (decode_size(path, bytes, n_bytes, &now, err) != ERR_NONE)
        return err->code;
    if (now.height != size.height || now.width != size.width)
        return err_set(err, ERR_DATA, "'%s' changed from %dx%d to %dx%d pixels while it was read",
                       path, size.width, size.height, now.width, now.height);
    if (is_png(bytes, n_bytes))
        return png_decode(path, bytes, n_bytes, rgb, err);
    return jpeg_decode(path, bytes, n_bytes, rgb, err);
}
