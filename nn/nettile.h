/*
 * nn/nettile.h: sizes of the pieces a phase works on.
 *
 * None of these sizes moves a bit (docs/numerics.md); they only decide what stays in which cache.
 */
#ifndef NN_NETTILE_H
#define NN_NETTILE_H

#include "nn/netstate.h"

enum {
    TILE_ROW_STEP = 24, /* rows of a panel: a multiple of the tall register tiles */
    TILE_ROW_MOST = 192,
    TILE_PANEL_FLOATS = 8192,  /* 32 KiB: rows of a block that share the first-level cache */
    TILE_BLOCK_FLOATS = 65536, /* 256 KiB: most of them, in the second */
};

/* --- chunks --- */

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

/* Depth of the sum of a dense convolution: taps times real input channels. */
static inline int nettile_depth(const OpPlan *plan)
{
    return plan->op->kernel * plan->op->kernel * plan->op->in_channels;
}

/* A block holds as many numbers as the weights that are read once for it, within what the caches
 * take: else reading the weights costs more than reading the rows. */
static inline int nettile_rows(const OpPlan *plan)
{
    const int widest = plan->Cin > plan->Cout ? plan->Cin : plan->Cout;
    long floats = (long)nettile_depth(plan) * plan->Cout;
    floats = floats < TILE_PANEL_FLOATS ? TILE_PANEL_FLOATS : floats;
    floats = floats > TILE_BLOCK_FLOATS ? TILE_BLOCK_FLOATS : floats;
    return nettile_round_rows((int)floats / widest);
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

#endif
