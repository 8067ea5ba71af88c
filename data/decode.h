/*
 * Image files in memory to 8-bit RGB: JPEG, PNG, WebP, TIFF and BMP, told by their first bytes.
 *
 * JPEG: baseline and progressive, grey, CMYK (Adobe's inverted form). PNG: any colour type and
 * depth; transparency is laid over white, and pixels are sRGB unless a gAMA chunk says otherwise.
 * Both are turned upright by their EXIF orientation. The header is checked before anything is
 * decoded: at most DATA_MAX_PIXELS. A decoder's warning (a truncated file, a wrong checksum) is an
 * error.
 */
#ifndef DATA_DECODE_H
#define DATA_DECODE_H

#include "data/dataset.h"

enum { DECODE_MAX_FILE_BYTES = 1 << 28 }; /* a longer file is no picture that anybody means */

/* True for names with an ending of one of these formats, in any case. */
bool decode_is_image_name(const char *name);

/* Size of the upright image, from the header. `path` names it in messages. Errors: ERR_DATA. */
ErrCode decode_size(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize *size,
                    Err *err) ERR_CHECKED;

/*
 * rgb[size.height][size.width][3]; `size` is what decode_size said of the same bytes. Errors:
 * ERR_DATA, ERR_MEMORY.
 */
ErrCode decode_rgb(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize size,
                   uint8_t *rgb, Err *err) ERR_CHECKED;

#endif
