/*
 * What an image format implements for data/decode.h, which checks sizes before and after and picks
 * the format by a file's first bytes. Private to data/decode*.c: one file a format, one row each in
 * decode.c.
 */
#ifndef DATA_DECODE_FORMAT_H
#define DATA_DECODE_FORMAT_H

#include "data/dataset_kind.h"

enum { DECODE_MAX_ENDINGS = 2 };

typedef struct DecodeFormat {
    const char *name;                            /* "JPEG", for messages */
    const char *endings[DECODE_MAX_ENDINGS + 1]; /* of file names, lower case, NULL-terminated */
    bool (*is_mine)(const uint8_t *bytes, size_t n_bytes);
    /* Of the upright image, from the header alone. */
    ErrCode (*size)(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize *size,
                    Err *err);
    /* rgb[height][width][3] of what .size said of the same bytes. */
    ErrCode (*rgb)(const char *path, const uint8_t *bytes, size_t n_bytes, uint8_t *rgb, Err *err);
} DecodeFormat;

extern const DecodeFormat decode_jpeg, decode_png, decode_webp, decode_tiff, decode_bmp;

/* ERR_DATA unless there is at least one pixel and at most DATA_MAX_PIXELS. */
ErrCode decode_check_size(const char *path, uint64_t height, uint64_t width, Err *err) ERR_CHECKED;

/* rgb[n][3] = rgba[n][4] laid over white. */
void decode_over_white(uint8_t *rgb, const uint8_t *rgba, size_t n_pixels);

#endif
