/* A small picture and what every decoder's test does with files of it. */
#ifndef TESTS_DATA_PICTUREFIXTURE_H
#define TESTS_DATA_PICTUREFIXTURE_H

#include "tests/data/datafixture.h"

#include "data/decode.h"

enum { PICTURE_H = 24, PICTURE_W = 39, PICTURE_FILE_BYTES = 1 << 16 };

/* Colours that differ from pixel to pixel: [H][W][n_channels]. */
void picture_paint(uint8_t *pixels, int n_channels);

/* Decodes a file "name.img" of at most the picture's pixels. */
ErrCode picture_decode(const uint8_t *file, size_t n_bytes, uint8_t *rgb, DataSize *size, Err *err);

/*
 * Fails unless the file decodes to wanted[H][W][3], turned upright from that EXIF orientation,
 * where no level is off by more than `tolerance`.
 */
void picture_expect(const uint8_t *file, size_t n_bytes, const uint8_t *wanted, int orientation,
                    int tolerance);

/*
 * Fails unless the file, cut anywhere before `n_needed` bytes, is refused by its name; with one bit
 * of any byte changed it must decode or be refused, and nothing else (a sanitizer build looks on).
 */
void picture_damage(const uint8_t *file, size_t n_bytes, size_t n_needed);

/* pixels[n][3] of rgba[n][4] over white, to the nearest level. */
void picture_over_white(uint8_t *rgb, const uint8_t *rgba, size_t n_pixels);

#endif
