/*
 * Anti-aliased resizing of 8-bit RGB: a triangle filter in integer arithmetic.
 *
 * Separable. Shrinking by s uses a triangle of half-width s source pixels (what Pillow calls
 * BILINEAR), growing is linear interpolation. Weights are exact rationals rounded to 2^-14 so that
 * they sum to one; rows are kept in 8.8 fixed point between the passes. The result is within 1
 * level of the real-valued filter, and the same everywhere. Serial and re-entrant.
 */
#ifndef DATA_RESIZE_H
#define DATA_RESIZE_H

#include "data/dataset.h"

/*
 * Bytes of scratch for one call with sources up to max_in and targets up to max_out, or SIZE_MAX
 * where that overflows.
 */
size_t resize_scratch_bytes(DataSize max_in, DataSize max_out);

/*
 * out[out.height][out.width][3] from in[in.height][in.width][3], whose rows are in_stride bytes
 * apart. `scratch`: resize_scratch_bytes, 64-byte aligned. Buffers must not overlap. Equal sizes
 * copy.
 */
void resize_rgb(uint8_t *out, DataSize out_size, const uint8_t *in, size_t in_stride,
                DataSize in_size, void *scratch);

/*
 * The centred square of `share` of an image's shorter side: its side in whole pixels (half up, at
 * least 1), and the offset of its first pixel in bytes. share in (0, 1].
 */
int resize_centre_square(DataSize size, double share, size_t *offset);

#endif
