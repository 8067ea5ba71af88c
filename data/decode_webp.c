/*
 * WebP by libwebp, lossy and lossless, with or without transparency. One picture only: an
 * animation has many, and which of them is meant is not for us to guess.
 */
#include "data/decode_format.h"
#include "data/exif.h"

#include "base/sys.h"

#include <string.h>
#include <webp/decode.h>

enum { WEBP_MAGIC_BYTES = 12, RGBA_CHANNELS = 4 };

static bool is_webp(const uint8_t *bytes, size_t n_bytes)
{
    return n_bytes >= WEBP_MAGIC_BYTES && memcmp(bytes, "RIFF", 4) == 0 &&
           memcmp(bytes + 8, "WEBP", 4) == 0;
}

static const char *status_text(VP8StatusCode status)
{
    switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
        return "it is cut short";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return "it uses a feature that is not supported";
    default:
        return "its bits are damaged";
    }
}

static ErrCode webp_error(const char *path, VP8StatusCode status, Err *err)
{
    if (status == VP8_STATUS_OUT_OF_MEMORY)
        return err_memory(err, 0);
    return err_set(err, ERR_DATA, "cannot decode WebP '%s': %s", path, status_text(status));
}

static ErrCode webp_header(const char *path, const uint8_t *bytes, size_t n_bytes,
                           WebPBitstreamFeatures *features, Err *err)
{
    const VP8StatusCode status = WebPGetFeatures(bytes, n_bytes, features);
    if (status != VP8_STATUS_OK)
        return webp_error(path, status, err);
    if (features->has_animation)
        return err_set(err, ERR_DATA, "'%s' is an animated WebP: only single pictures are read",
                       path);
    return decode_check_size(path, (uint64_t)features->height, (uint64_t)features->width, err);
}

static ErrCode webp_size(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize *size,
                         Err *err)
{
    WebPBitstreamFeatures features;
    TRY(webp_header(path, bytes, n_bytes, &features, err));
    *size = exif_upright_size((DataSize){features.height, features.width},
                              exif_webp_orientation(bytes, n_bytes));
fail:
    return err->code;
}

/* Into pixels[height][width][3 or 4]. */
static ErrCode decode_into(const char *path, const uint8_t *bytes, size_t n_bytes,
                           const WebPBitstreamFeatures *features, uint8_t *pixels, Err *err)
{
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return err_set(err, ERR_INTERNAL, "libwebp is of another version than its header");
    const int n_channels = features->has_alpha ? RGBA_CHANNELS : DATA_CHANNELS;
    config.output.colorspace = features->has_alpha ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = features->width * n_channels;
    config.output.u.RGBA.size =
        (size_t)features->height * (size_t)features->width * (size_t)n_channels;
    const VP8StatusCode status = WebPDecode(bytes, n_bytes, &config);
    WebPFreeDecBuffer(&config.output);
    return status == VP8_STATUS_OK ? ERR_NONE : webp_error(path, status, err);
}

static ErrCode webp_rgb(const char *path, const uint8_t *bytes, size_t n_bytes, uint8_t *rgb,
                        Err *err)
{
    WebPBitstreamFeatures features;
    uint8_t *rgba = NULL, *sideways = NULL;
    const int orientation = exif_webp_orientation(bytes, n_bytes);
    const bool is_turned = orientation != EXIF_UPRIGHT;
    TRY(webp_header(path, bytes, n_bytes, &features, err));
    const DataSize stored = {features.height, features.width};
    const size_t n_pixels = (size_t)stored.height * (size_t)stored.width;
    rgba = features.has_alpha ? mem_alloc(n_pixels * RGBA_CHANNELS) : NULL;
    sideways = is_turned ? mem_alloc(n_pixels * DATA_CHANNELS) : NULL;
    if ((features.has_alpha && rgba == NULL) || (is_turned && sideways == NULL)) {
        err_memory(err, n_pixels * RGBA_CHANNELS);
        goto fail;
    }
    uint8_t *straight = is_turned ? sideways : rgb;
    TRY(decode_into(path, bytes, n_bytes, &features, rgba != NULL ? rgba : straight, err));
    if (rgba != NULL)
        decode_over_white(straight, rgba, n_pixels);
    if (is_turned)
        exif_turn_upright(rgb, sideways, stored, orientation);
fail:
    mem_free(sideways);
    mem_free(rgba);
    return err->code;
}

const DecodeFormat decode_webp = {
    .name = "WebP",
    .endings = {".webp"},
    .is_mine = is_webp,
    .size = webp_size,
    .rgb = webp_rgb,
};
