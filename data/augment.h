/* Random changes of training images, keyed by (seed, AUGMENT stream, epoch, index of the image in the set):
 * the same for any order, batch size and number of threads. Evaluation never augments.
 *
 * Order of operations: random resized crop, padded crop, flip, AutoAugment, normalisation, cutout
 * (so cut pixels are exactly the mean), mixup (over a batch, in data/batches.h).
 */
#ifndef ISOFLOP_DATA_AUGMENT_H
#define ISOFLOP_DATA_AUGMENT_H

#include "data/stats.h"

typedef enum AugmentOp {
    AUGMENT_FLIP = 1 << 0,      /* left-right, probability 1/2 */
    AUGMENT_CROP = 1 << 1,      /* pad round(res/8) with black, crop back; uniform offset */
    AUGMENT_CUTOUT = 1 << 2,    /* one square of side round(res/2), centre uniform, clipped */
    AUGMENT_RRC = 1 << 3,       /* random resized crop: area 8..100 %, aspect 3/4..4/3, from source pixels */
    AUGMENT_AUTO_CIFAR = 1 << 4,    /* AutoAugment, CIFAR-10 policy */
    AUGMENT_AUTO_IMAGENET = 1 << 5, /* AutoAugment, ImageNet policy */
    AUGMENT_MIXUP = 1 << 6,     /* pairs of a batch, weight ~ Beta(alpha, alpha) */
} AugmentOp;

typedef struct AugmentName {
    const char *name; /* in recipe.augment */
    AugmentOp op;
    const char *doc;
} AugmentName;

/* The table behind recipe.augment and its documentation; *n is its length. */
const AugmentName *augment_names(size_t *n);

/* Adds the operation of that name to *ops; false where there is none. */
bool augment_parse(const char *name, unsigned *ops);

/* True where train must keep its source pixels (ImageSetSettings.keep_train_source). */
bool augment_needs_source(unsigned ops);

/* Scratch one call of augment_image needs, in bytes, for images of `resolution`. */
size_t augment_scratch_bytes(unsigned ops, int resolution);

/* Where randomness comes from. */
typedef struct AugmentKey {
    uint64_t seed;
    uint32_t epoch;
} AugmentKey;

/* x[resolution][resolution][3] from one image, normalised. With ops 0 the image must have that very
 * size, or is centre-cropped and resized. `scratch` has augment_scratch_bytes, 64-byte aligned. */
void augment_image(float *x, const ImageView *view, int resolution, unsigned ops, AugmentKey key,
                   const DataStats *stats, void *scratch);

#endif
