/*
 * nn/netshare.h: how the work of a phase is cut into chunks and slots, and who gets which.
 *
 * Chunks and slots are functions of shape and batch; they fix the order of sums and are part of the
 * arithmetic revision. Which thread takes which of them, and which part of a weight gradient that
 * has one slot, moves no bit.
 *
 * Many threads: where the batch has as many images, a phase has a multiple of SLOTS_MAX chunks, all
 * of the same size but for one image, and as many in each slot, so that 8 threads have two slots
 * each and 16 have one. A weight gradient of one slot is shared out by channels, LANES at a time.
 */
#ifndef NN_NETSHARE_H
#define NN_NETSHARE_H

#include "base/team.h"
#include "kernels/kernels.h"

#include <stdbool.h>

/* Part of the arithmetic revision. */
enum {
    CHUNK_PIXELS = 64, /* pixels of a chunk that images are put together for */
    CHUNK_IMAGES = 16, /* most images of a chunk */
    SLOTS_MAX = OPT_MAX_SLOTS,
};

/* Chunks of a batch of maps of so many pixels. Chunk i has the images team_range(batch, i, n). */
static inline int netshare_chunks(int batch, int pixels)
{
    const int group = (CHUNK_PIXELS + pixels - 1) / pixels;
    const int images = group < CHUNK_IMAGES ? group : CHUNK_IMAGES;
    const int chunks = (batch + images - 1) / images;
    const int even = (chunks + SLOTS_MAX - 1) / SLOTS_MAX * SLOTS_MAX;
    return even < batch ? even : batch;
}

/* Slots of so many chunks. Slot i has the chunks team_range(n_chunks, i, n). */
static inline int netshare_slots(int n_chunks)
{
    return n_chunks < SLOTS_MAX ? n_chunks : SLOTS_MAX;
}

/*
 * True where the slots of a weight would move more memory than what it reads and makes: then it has
 * one slot, the sum over the whole batch.
 */
static inline bool netshare_has_one_slot(int n_slots, double weights, double activations)
{
    return n_slots * weights > activations;
}

/* A part of a matrix of K rows and N columns. */
typedef struct MatrixShare {
    TeamRange rows, columns;
} MatrixShare;

/* The share of a thread: of the longer side, in whole lanes but for the last ones. */
static inline MatrixShare netshare_matrix(int K, int N, int thread, int n_threads)
{
    MatrixShare share = {{0, K}, {0, N}};
    const int longer = K > N ? K : N;
    TeamRange range = team_range((longer + LANES - 1) / LANES, thread, n_threads);
    range.first *= LANES;
    range.end = range.end * LANES < longer ? range.end * LANES : longer;
    *(K > N ? &share.rows : &share.columns) = range;
    return share;
}

static inline bool netshare_is_empty(const MatrixShare *share)
{
    return share->rows.first >= share->rows.end || share->columns.first >= share->columns.end;
}

#endif
