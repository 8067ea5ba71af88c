/* JPEG by TurboJPEG with the accurate DCT, whose bits do not depend on the processor. */
#include "data/decode_format.h"
#include "data/exif.h"

#include "base/sys.h"

#include <turbojpeg.h>

enum {
    CMYK_CHANNELS = 4,
    JPEG_FLAGS = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS,
};

static bool is_jpeg(const uint8_t *bytes, size_t n_bytes)
{
    return n_bytes >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

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
    return decode_check_size(path, (uint64_t)size->height, (uint64_t)size->width, err);
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

const DecodeFormat decode_jpeg = {
    .name = "JPEG",
    .endings = {".jpg", ".jpeg"},
    .is_mine = is_jpeg,
    .size = jpeg_size,
    .rgb = jpeg_decode,
};
