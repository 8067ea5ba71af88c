/*
 * nn/dwtile.h: sizes of the blocks, strips and rings of depthwise phases.
 *
 * None of these sizes moves a bit (docs/numerics.md); they only decide what stays in which cache.
 */
#ifndef NN_DWTILE_H
#define NN_DWTILE_H

#include "nn/netstate.h"

enum {
    TILE_RING_BYTES = 24576,  /* ring of rows, forward */
    TILE_RINGS_BYTES = 98304, /* all rings, backward */
    TILE_DATA_BYTES = 32768,  /* rows of dx on their way, backward */
    TILE_BLOCK_MOST = 64,     /* channels of a depthwise block */
};

typedef struct DepthwiseTile {
    int block;       /* channels at a time */
    int strip;       /* output rows at a time */
    int ring_rows;   /* input rows of a strip */
    int row_pixels;  /* pixels of an input row with its halo */
    int grad_rows;   /* backward: rows of the ring of dz, a multiple of strip */
    int grad_left;   /* zero pixels left of a row of dz */
    int grad_pixels; /* pixels of a row of dz with its halo */
    int data_pixels; /* backward: most pixels of dx on their way */
} DepthwiseTile;

static inline int dwtile_strip_rows(const Op *op, int strip)
{
    return (strip - 1) * op->stride + op_reach(op);
}

static inline int dwtile_input_pixels(const Op *op)
{
    const int read = dwtile_strip_rows(op, op->out_size), stored = op->pad + op->in_size;
    return read > stored ? read : stored;
}

/* C split into equal blocks of at most `most` channels. */
static inline int dwtile_even_block(int C, int most)
{
    const int n = (C + most - 1) / most;
    return lanes_pad((C + n - 1) / n);
}

static inline DepthwiseTile dwtile_forward(const OpPlan *plan)
{
    const Op *op = plan->op;
    DepthwiseTile tile = {.strip = 1, .row_pixels = dwtile_input_pixels(op)};
    int most = TILE_BLOCK_MOST;
    while (most > LANES && dwtile_strip_rows(op, 1) * tile.row_pixels * most * 4 > TILE_RING_BYTES)
        most -= LANES;
    tile.block = dwtile_even_block(plan->Cout, most);
    while (tile.strip < op->out_size &&
           dwtile_strip_rows(op, tile.strip + 1) * tile.row_pixels * tile.block * 4 <=
               TILE_RING_BYTES)
        tile.strip++;
    tile.ring_rows = dwtile_strip_rows(op, tile.strip);
    return tile;
}

/* Rows of dz that one row of dx may need, rounded up to whole strips and one more being written. */
static inline int dwtile_grad_rows(const Op *op, int strip)
{
    const int needed = (op_reach(op) + op->stride - 1) / op->stride + 1;
    return (needed + strip - 1) / strip * strip + strip;
}

static inline int dwtile_backward_bytes(const Op *op, const DepthwiseTile *tile, int strip, int C)
{
    const int rows = dwtile_strip_rows(op, strip);
    return (rows * (tile->row_pixels + op->in_size) +
            dwtile_grad_rows(op, strip) * tile->grad_pixels) *
           C * 4;
}

/* At least those that a strip may complete: what it reads, and at the end all that is left. */
static inline int dwtile_data_pixels(const Op *op, const DepthwiseTile *tile)
{
    const int rows = dwtile_strip_rows(op, tile->strip) + op->stride;
    const int least = (rows < op->in_size ? rows : op->in_size) * op->in_size;
    const int fit = TILE_DATA_BYTES / (tile->block * 4);
    return fit > least ? fit : least;
}

static inline DepthwiseTile dwtile_backward(const OpPlan *plan)
{
    const Op *op = plan->op;
    DepthwiseTile tile = {.strip = 1, .row_pixels = dwtile_input_pixels(op)};
    const int pad_right = dwtile_strip_rows(op, op->out_size) - op->in_size - op->pad;
    tile.grad_left = dw_halo(op_reach(op), op->stride, op->pad);
    tile.grad_pixels = tile.grad_left + op->out_size + dw_halo(op_reach(op), op->stride, pad_right);
    int most = TILE_BLOCK_MOST;
    while (most > LANES && dwtile_backward_bytes(op, &tile, 1, most) > TILE_RINGS_BYTES)
        most -= LANES;
    tile.block = dwtile_even_block(plan->Cout, most);
    while (tile.strip < op->out_size &&
           dwtile_backward_bytes(op, &tile, tile.strip + 1, tile.block) <= TILE_RINGS_BYTES)
        tile.strip++;
    tile.ring_rows = dwtile_strip_rows(op, tile.strip);
    tile.grad_rows = dwtile_grad_rows(op, tile.strip);
    tile.data_pixels = dwtile_data_pixels(op, &tile);
    return tile;
}

#endif
