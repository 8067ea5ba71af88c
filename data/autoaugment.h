/*
 * AutoAugment's published policies, as data: 25 pairs of operations, each with its probability and
 * level. An image takes one pair at random, and of it each operation with its probability.
 *
 * Source: Cubuk et al. 2018, "AutoAugment: Learning Augmentation Policies from Data", tables 7
 * (CIFAR-10) and 9 (ImageNet), read as torchvision 0.29 reads them: levels 0..9 are spread evenly
 * over an operation's range, shears, shifts, rotations and blends take either sign, black comes in
 * at the border. Checked operation by operation, level by level and pair by pair against
 * torchvision on Pillow 13 (tests/golden/make_autoaugment.py).
 */
#ifndef DATA_AUTOAUGMENT_H
#define DATA_AUTOAUGMENT_H

#include "data/imageops.h"

#include "base/rng.h"

enum { AUTOAUGMENT_N_PAIRS = 25, AUTOAUGMENT_N_LEVELS = 10 };

typedef enum AutoAugmentPolicy {
    AUTOAUGMENT_IMAGENET,
    AUTOAUGMENT_CIFAR10,
} AutoAugmentPolicy;

typedef struct PolicyStep {
    ImageOp op;
    uint8_t tenths; /* of probability */
    uint8_t level;  /* 0..9; 0 where the operation has none */
} PolicyStep;

typedef struct PolicyPair {
    PolicyStep step[2];
} PolicyPair;

/* The pairs of a policy: AUTOAUGMENT_N_PAIRS of them. */
const PolicyPair *autoaugment_pairs(AutoAugmentPolicy policy);

/*
 * What imageop_apply takes for a level on an image of that size; `negative` counts only where the
 * operation has a sign.
 */
double autoaugment_value(ImageOp op, int level, bool negative, DataSize size);

/*
 * Changes pixels[height][width][3] in place by one pair drawn from rng (always five draws). `spare`
 * as imageop_apply has it.
 */
void autoaugment_image(uint8_t *pixels, DataSize size, AutoAugmentPolicy policy, Rng *rng,
                       uint8_t *spare);

#endif
