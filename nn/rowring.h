/*
 * nn/rowring.h: a ring of rows of an image, for phases that slide windows down it (depthwise).
 */
#ifndef NN_ROWRING_H
#define NN_ROWRING_H

#include "base/arena.h"

#include <string.h>

/* Row i of an image lies in slot i mod n_rows: [row_pixels][C], halo included. */
typedef struct RowRing {
    float *data;
    float *zero_row;
    int n_rows, row_pixels;
    int C; /* channels of the present block */
} RowRing;

static inline RowRing rowring_carve(Arena *arena, int n_rows, int row_pixels, int C)
{
    const size_t row = (size_t)row_pixels * (size_t)C;
    RowRing ring = {.n_rows = n_rows, .row_pixels = row_pixels, .C = C};
    ring.data = arena_floats(arena, (size_t)n_rows * row);
    ring.zero_row = arena_floats(arena, row);
    return ring;
}

/* Zeroes everything, and with it the halos, for a block of C channels. */
static inline void rowring_begin(RowRing *ring, int C)
{
    const size_t row = (size_t)ring->row_pixels * (size_t)C;
    ring->C = C;
    memset(ring->data, 0, (size_t)ring->n_rows * row * sizeof *ring->data);
    memset(ring->zero_row, 0, row * sizeof *ring->zero_row);
}

static inline float *rowring_slot(const RowRing *ring, int row)
{
    return ring->data + (long)(row % ring->n_rows) * ring->row_pixels * ring->C;
}

/* The row, or zeros outside of 0..n-1. */
static inline const float *rowring_row(const RowRing *ring, int row, int n)
{
    return row < 0 || row >= n ? ring->zero_row : rowring_slot(ring, row);
}

#endif
