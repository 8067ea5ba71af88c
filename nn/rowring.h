/*
 * nn/rowring.h: rings of rows of an image, for phases that slide windows down it (depthwise).
 */
#ifndef NN_ROWRING_H
#define NN_ROWRING_H

#include "base/arena.h"
#include "kernels/mb/mb.h"

#include <string.h>

static inline MbRing rowring_carve(Arena *arena, int n_rows, int row_pixels, int C)
{
    const size_t row = (size_t)row_pixels * (size_t)C;
    MbRing ring = {.n_rows = n_rows, .row_pixels = row_pixels, .C = C};
    ring.data = arena_floats(arena, (size_t)n_rows * row);
    ring.zero_row = arena_floats(arena, row);
    return ring;
}

/* For a block of C channels: zeroes the halos, which are what lies before and behind the pixels
 * left..left+pixels-1 of each row. */
static inline void rowring_begin(MbRing *ring, int C, int left, int pixels)
{
    const size_t pixel = (size_t)C * sizeof *ring->data;
    const int behind = left + pixels;
    ring->C = C;
    for (int i = 0; i < ring->n_rows; i++) {
        float *row = mb_slot(ring, i);
        memset(row, 0, (size_t)left * pixel);
        memset(row + (long)behind * C, 0, (size_t)(ring->row_pixels - behind) * pixel);
    }
    memset(ring->zero_row, 0, (size_t)ring->row_pixels * pixel);
}

#endif
