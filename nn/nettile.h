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
    TILE_IMAGE_FLOATS = 65536, /* 256 KiB: images that go by together */
    TILE_KEPT_FLOATS = 262144, /* 1 MiB: most that is kept of them from one time to the next */
    TILE_OWNED_ROWS = 96, /* of an owned gradient that go by together; half of it is in whole lanes
                             and whole tiles, too */
};

/* --- chunks --- */

/* Chunks chunks.first..chunks.end-1 of n_images. */
static inline Span nettile_span(const OpPlan *plan, TeamRange chunks, int n_images)
{
    const int n_chunks = netstate_chunks(plan, n_images);
    const int first = team_range(n_images, chunks.first, n_chunks).first;
    return (Span){chunks.first, first, team_range(n_images, chunks.end, n_chunks).first};
}

/* The next P of some rows that lie in one chunk; p0 is the first one's number there. */
typedef struct ChunkPiece {
    int chunk;
    int p0, P;
    bool is_end; /* of the chunk */
} ChunkPiece;

/* From row `row` on, of maps of so many pixels; at most P rows. */
static inline ChunkPiece nettile_piece(const OpPlan *plan, int n_images, int pixels, long row,
                                       int P)
{
    const long long image = row / pixels;
    const int chunk = (int)(((image + 1) * netstate_chunks(plan, n_images) - 1) / n_images);
    const Span span = nettile_span(plan, (TeamRange){chunk, chunk + 1}, n_images);
    const int p0 = (int)(row - (long)span.first_image * pixels);
    const int left = (span.end_image - span.first_image) * pixels - p0;
    return (ChunkPiece){chunk, p0, P < left ? P : left, P >= left};
}

/* Images that go by together: rows enough for the weights that are read for them. */
static inline int nettile_images(const OpPlan *plan, int batch)
{
    const int few = (TILE_ROW_STEP + plan->out_pixels - 1) / plan->out_pixels;
    const long fit = TILE_IMAGE_FLOATS / ((long)plan->in_pixels * plan->Cin);
    const int images = fit > few ? (int)fit : few;
    return images < batch ? images : batch;
}

/* The next images of a span that go by together; false when there are none. */
static inline bool nettile_next_images(const OpPlan *plan, int batch, Span all, Span *part)
{
    const int most = nettile_images(plan, batch), left = all.end_image - part->end_image;
    part->first_image = part->end_image;
    part->end_image += left < most ? left : most;
    return left > 0;
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
    return plan->op->kernel * op_kernel_width(plan->op) * plan->op->in_channels;
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
                       .KH = op->kernel,
                       .KW = op_kernel_width(op),
                       .stride = op->stride,
                       .pad_top = op->pad,
                       .pad_left = op_pad_left(op)};
}

#endif
