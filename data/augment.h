/*
 * Random changes of training images, keyed by (seed, AUGMENT stream, epoch, index of the image in
 * the set): the same for any order, batch size and number of threads. Evaluation never augments.
 *
 * Order of operations: random resized crop, padded crop, flip, AutoAugment, normalisation, cutout
 * (so cut pixels are exactly the mean), mixup. Mixup is the batch's affair (data/batches.h):
 * augment_image leaves it out.
 *
 * Random resized crop: area uniform over 8 to 100 % of the source, aspect ratio log-uniform over
 * 3/4 to 4/3, ten tries, then the largest centred crop of allowed aspect; resized by data/resize.h.
 * Source: Szegedy et al. 2015, as torchvision 0.15 does it.
 */
#ifndef DATA_AUGMENT_H
#define DATA_AUGMENT_H

#include "data/imagestats.h"

typedef enum AugmentOp {
    AUGMENT_FLIP = 1 << 0,          /* left-right, probability 1/2 */
    AUGMENT_CROP = 1 << 1,          /* pad round(res/8) with black, crop back; uniform offset */
    AUGMENT_CUTOUT = 1 << 2,        /* one square of side round(res/2), centre uniform, clipped */
    AUGMENT_RRC = 1 << 3,           /* random resized crop of the source's pixels */
    AUGMENT_AUTO_IMAGENET = 1 << 4, /* one pair of the policy of that name: data/autoaugment.h */
    AUGMENT_AUTO_CIFAR10 = 1 << 5,
    AUGMENT_MIXUP = 1 << 6, /* with another image of the epoch, likewise augmented */
} AugmentOp;

typedef struct AugmentName {
    const char *name; /* in recipe.augment */
    AugmentOp op;
    const char *doc;
} AugmentName;

/* The table behind recipe.augment and its documentation; *n is its length. */
const AugmentName *augment_names(size_t *n);

/*
 * *ops = the operations of the names; "none" stands alone. `where` names the list in messages.
 * Errors: ERR_USAGE: an unknown name (the message lists them), 'none' beside others, two
 * AutoAugment policies.
 */
ErrCode augment_parse(const char *const *names, size_t n, const char *where, unsigned *ops,
                      Err *err) ERR_CHECKED;

/* The same of one text with commas. */
ErrCode augment_parse_list(const char *text, const char *where, unsigned *ops,
                           Err *err) ERR_CHECKED;

/* Where randomness comes from. */
typedef struct AugmentKey {
    uint64_t seed;
    uint32_t epoch;
} AugmentKey;

/* True where train must keep its source's pixels (ImageSetSettings.keep_train_source). */
bool augment_needs_source(unsigned ops);

/*
 * Bytes of scratch one call of augment_image needs, 64-byte aligned; max_size as imageset_max_size
 * says it. SIZE_MAX on overflow.
 */
size_t augment_scratch_bytes(unsigned ops, int resolution, DataSize max_size);

/*
 * x[resolution][resolution][3] from one image, normalised. Without AUGMENT_RRC the image has that
 * very size. Serial and re-entrant.
 */
void augment_image(float *x, const ImageView *view, int resolution, unsigned ops, AugmentKey key,
                   const DataStats *stats, void *scratch);

#endif
