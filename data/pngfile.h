/* data/pngfile.h: writing a picture as PNG. */
#ifndef DATA_PNGFILE_H
#define DATA_PNGFILE_H

#include "data/dataset.h"

/*
 * Writes rgb[size.height][size.width][3] atomically; the same bytes for the same pixels, on one
 * libpng and zlib. Errors: ERR_IO, ERR_MEMORY.
 */
ErrCode pngfile_write(const char *path, const uint8_t *rgb, DataSize size, Err *err) ERR_CHECKED;

#endif
