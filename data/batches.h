/*
 * Batches of one part of an ImageSet: the order of an epoch, and normalised floats for training.
 *
 * Order: file order, or a permutation keyed by (seed, SHUFFLE stream, epoch). Nothing is carried
 * from batch to batch: any batch of any epoch can be filled at any time, which is what resuming
 * needs. Training drops the last incomplete batch; evaluation keeps it.
 *
 * Mixup: each image becomes share * itself + (1 - share) * the next image of the epoch's order (the
 * last one's next is the first), both augmented, and has two labels. share is Beta(0.2, 0.2), keyed
 * by (seed, MIXUP stream, epoch, index of the image), by Joehnk's method. Source: Zhang et al.
 * 2018, "mixup: Beyond Empirical Risk Minimization", whose share is the batch's and whose partner
 * is any of the batch.
 */
#ifndef DATA_BATCHES_H
#define DATA_BATCHES_H

#include "data/augment.h"

typedef struct BatchSettings {
    DataPart part;
    int batch;        /* images a batch, at least 1 */
    bool shuffle;     /* false: file order */
    bool drop_last;   /* true: only full batches */
    unsigned augment; /* AugmentOp bits; 0 none */
    uint64_t seed;
    int max_threads; /* most threads that will fill at once: sizes the scratch */
} BatchSettings;

/* Caller's buffers for one batch. */
typedef struct Batch {
    float *x;             /* [batch][resolution][resolution][3] */
    int32_t *label;       /* [batch] */
    int32_t *mixed_label; /* [batch] of the other image; read only with AUGMENT_MIXUP */
    float *share;         /* [batch] of label, [0, 1]; likewise */
} Batch;

typedef struct Batches Batches;

/*
 * `set` and `stats` must outlive it (stats are copied). Errors: ERR_MEMORY; ERR_USAGE where the
 * part has not even one batch.
 */
ErrCode batches_create(Batches **out, const ImageSet *set, const DataStats *stats,
                       const BatchSettings *settings, Err *err) ERR_CHECKED;

uint32_t batches_count(const Batches *batches);           /* batches an epoch */
int batches_size(const Batches *batches, uint32_t batch); /* images in that batch */

/* Puts the order of an epoch in place (no allocation). Epochs count from 0. */
void batches_begin_epoch(Batches *batches, uint32_t epoch);

/* Fills a batch of the present epoch on `threads` threads (an OpenMP region of its own). */
void batches_fill(Batches *batches, uint32_t batch, const Batch *into, int threads);

/*
 * The same for one image `i` of it, serially, as thread `thread` (< max_threads) of the caller's
 * own region.
 */
void batches_fill_image(Batches *batches, uint32_t batch, int i, const Batch *into, int thread);

void batches_destroy(Batches **batches);

#endif
