/* What the image formats share: bounds of a size, transparency. */
#include "data/decode_format.h"

#include <inttypes.h>

enum { RGBA_CHANNELS = 4 };

ErrCode decode_check_size(const char *path, uint64_t height, uint64_t width, Err *err)
{
    if (height == 0 || width == 0 || height > DATA_MAX_PIXELS || width > DATA_MAX_PIXELS ||
        height * width > DATA_MAX_PIXELS)
        return err_set(err, ERR_DATA,
                       "'%s' is %" PRIu64 "x%" PRIu64 " pixels, more than 2^26 or none", path,
                       width, height);
    return ERR_NONE;
}

void decode_over_white(uint8_t *rgb, const uint8_t *rgba, size_t n_pixels)
{
    for (size_t i = 0; i < n_pixels; i++, rgba += RGBA_CHANNELS) {
        const int alpha = rgba[3];
        for (int c = 0; c < DATA_CHANNELS; c++)
            *rgb++ = (uint8_t)((rgba[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}
