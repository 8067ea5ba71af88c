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
    TILE_PANEL_FLOATS = 8192,   /* 32 KiB: panel of a pointwise block */
    TILE_GATHER_FLOATS = 32768, /* 128 KiB: panel of a gathered block */
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

#endif
