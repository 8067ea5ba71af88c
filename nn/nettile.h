/*
 * nn/nettile.h: sizes of the pieces a phase works on, and the ring of rows of depthwise phases.
 *
 * None of these sizes moves a bit (docs/numerics.md); they only decide what stays in which cache.
 */
#ifndef NN_NETTILE_H
#define NN_NETTILE_H

#include "nn/netplan.h"

#include <string.h>

enum {
    TILE_ROW_STEP = 24, /* rows of a panel: a multiple of the tall register tiles */
    TILE_ROW_MOST = 192,
    TILE_PANEL_FLOATS = 8192,   /* 32 KiB: panel of a pointwise block */
    TILE_GATHER_FLOATS = 32768, /* 128 KiB: panel of a gathered block */
    TILE_RING_BYTES = 24576,    /* ring of rows, forward */
    TILE_RINGS_BYTES = 49152,   /* all rings, backward */
    TILE_BLOCK_MOST = 64,       /* channels of a depthwise block */
};

/* --- chunks --- */

typedef struct Chunk {
    int index;
    int first_image, end_image;
} Chunk;

static inline Chunk nettile_chunk(const OpPlan *plan, int index, int n_images)
{
    const int first = index * plan->group, end = first + plan->group;
    return (Chunk){index, first, end < n_images ? end : n_images};
}

/* --- rows of matrix blocks --- */

static inline int nettile_round_rows(int rows)
{
    rows = rows < TILE_ROW_STEP ? TILE_ROW_STEP : rows;
    rows = rows > TILE_ROW_MOST ? TILE_ROW_MOST : rows;
    return rows / TILE_ROW_STEP * TILE_ROW_STEP;
}

static inline int nettile_rows(const OpPlan *plan)
{
    const int widest = plan->Cin > plan->Cout ? plan->Cin : plan->Cout;
    return nettile_round_rows(TILE_PANEL_FLOATS / widest);
}

/* Depth of the sum of a dense convolution: taps times real input channels. */
static inline int nettile_depth(const OpPlan *plan)
{
    return plan->op->kernel * plan->op->kernel * plan->op->in_channels;
}

static inline size_t nettile_panel_columns(const OpPlan *plan)
{
    return (size_t)lanes_pad(nettile_depth(plan));
}

static inline int nettile_panel_rows(const OpPlan *plan)
{
    return nettile_round_rows(TILE_GATHER_FLOATS / nettile_depth(plan));
}

static inline ConvShape nettile_conv_shape(const OpPlan *plan)
{
    const Op *op = plan->op;
    return (ConvShape){.H = op->in_size,
                       .W = op->in_size,
                       .C = op->in_channels,
                       .OH = op->out_size,
                       .OW = op->out_size,
                       .OC = op->out_channels,
                       .k = op->kernel,
                       .stride = op->stride,
                       .pad_top = op->pad,
                       .pad_left = op->pad};
}

static inline PoolMaxArgs nettile_max_pool(const OpPlan *plan)
{
    const Op *op = plan->op;
    return (PoolMaxArgs){.H = op->in_size,
                         .W = op->in_size,
                         .OH = op->out_size,
                         .OW = op->out_size,
                         .C = plan->Cout,
                         .k = op->kernel,
                         .stride = op->stride,
                         .pad_top = op->pad,
                         .pad_left = op->pad};
}

/* --- rings of rows --- */

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

/* --- depthwise --- */

typedef struct DepthwiseTile {
    int block;       /* channels at a time */
    int strip;       /* output rows at a time */
    int ring_rows;   /* input rows of a strip */
    int row_pixels;  /* pixels of an input row with its halo */
    int grad_rows;   /* backward: rows of the ring of dz, a multiple of strip */
    int grad_left;   /* zero pixels left of a row of dz */
    int grad_pixels; /* pixels of a row of dz with its halo */
} DepthwiseTile;

static inline int nettile_strip_rows(const Op *op, int strip)
{
    return (strip - 1) * op->stride + op->kernel;
}

static inline int nettile_input_pixels(const Op *op)
{
    const int read = nettile_strip_rows(op, op->out_size), stored = op->pad + op->in_size;
    return read > stored ? read : stored;
}

/* C split into equal blocks of at most `most` channels. */
static inline int nettile_even_block(int C, int most)
{
    const int n = (C + most - 1) / most;
    return lanes_pad((C + n - 1) / n);
}

static inline DepthwiseTile nettile_depthwise_forward(const OpPlan *plan)
{
    const Op *op = plan->op;
    DepthwiseTile tile = {.strip = 1, .row_pixels = nettile_input_pixels(op)};
    int most = TILE_BLOCK_MOST;
    while (most > LANES && nettile_strip_rows(op, 1) * tile.row_pixels * most * 4 > TILE_RING_BYTES)
        most -= LANES;
    tile.block = nettile_even_block(plan->Cout, most);
    while (tile.strip < op->out_size &&
           nettile_strip_rows(op, tile.strip + 1) * tile.row_pixels * tile.block * 4 <=
               TILE_RING_BYTES)
        tile.strip++;
    tile.ring_rows = nettile_strip_rows(op, tile.strip);
    return tile;
}

/* Rows of dz that one row of dx may need, rounded up to whole strips and one more being written. */
static inline int nettile_grad_rows(const Op *op, int strip)
{
    const int needed = (op->kernel + op->stride - 1) / op->stride + 1;
    return (needed + strip - 1) / strip * strip + strip;
}

static inline int nettile_backward_bytes(const Op *op, const DepthwiseTile *tile, int strip, int C)
{
    const int rows = nettile_strip_rows(op, strip);
    return (rows * (tile->row_pixels + op->in_size) +
            nettile_grad_rows(op, strip) * tile->grad_pixels) *
           C * 4;
}

static inline DepthwiseTile nettile_depthwise_backward(const OpPlan *plan)
{
    const Op *op = plan->op;
    DepthwiseTile tile = {.strip = 1, .row_pixels = nettile_input_pixels(op)};
    const int pad_right = nettile_strip_rows(op, op->out_size) - op->in_size - op->pad;
    tile.grad_left = dw_halo(op->kernel, op->stride, op->pad);
    tile.grad_pixels = tile.grad_left + op->out_size + dw_halo(op->kernel, op->stride, pad_right);
    int most = TILE_BLOCK_MOST;
    while (most > LANES && nettile_backward_bytes(op, &tile, 1, most) > TILE_RINGS_BYTES)
        most -= LANES;
    tile.block = nettile_even_block(plan->Cout, most);
    while (tile.strip < op->out_size &&
           nettile_backward_bytes(op, &tile, tile.strip + 1, tile.block) <= TILE_RINGS_BYTES)
        tile.strip++;
    tile.ring_rows = nettile_strip_rows(op, tile.strip);
    tile.grad_rows = nettile_grad_rows(op, tile.strip);
    return tile;
}

/* --- netforward.c, for the backward phase too --- */

/* Activated row ih of an image, channels c0.. of the ring's block, into its slot; slope may be
 * NULL. */
void netforward_load_row(const Worker *worker, const OpPlan *plan, int image, int ih, int c0,
                         RowRing *ring, RowRing *slope);

#endif
