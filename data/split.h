/*
 * Which images of a set a study uses: train, validation and test subsets.
 *
 * The rule, fixed for good: key(i) = XXH3-64 (seed 0) of what identifies record i (CIFAR: its 3072
 * pixel bytes in file layout; IDX: its pixel bytes; folders: its relative path; polytex: its index
 * as 8 little-endian bytes). The train split is sorted ascending by (key, index); validation is the
 * first n_val, train the last n_train, each then put back into file order. The test subset is the
 * first n_test of the test split, likewise, and where a set has a validation split of its own, the
 * validation subset is the first n_val of that, and train is drawn from all of train. So smaller
 * subsets are nested in larger ones, train never meets validation, and no choice depends on the
 * order of the files.
 */
#ifndef DATA_SPLIT_H
#define DATA_SPLIT_H

#include "data/dataset.h"

/* The three subsets. */
typedef enum DataPart { PART_TRAIN = 0, PART_VAL = 1, PART_TEST = 2, N_PARTS = 3 } DataPart;

/* "train", "val", "test". */
const char *data_part_name(DataPart part);
/* Where it is drawn from: PART_VAL from DATA_VAL where the set has one, else from DATA_TRAIN. */
DataSplit data_part_split(const Dataset *data, DataPart part);

/* Sizes a study asks for; SPLIT_DEFAULT takes what DatasetKind says. */
#define SPLIT_DEFAULT (-1)
typedef struct SplitSizes {
    int64_t count[N_PARTS];
} SplitSizes;

typedef struct Split {
    uint32_t count[N_PARTS];
    uint32_t *index[N_PARTS];         /* ascending indices into the part's split, owned */
    char digest[DATA_DIGEST_CHARS];   /* of the data's digest and the three lists */
    char contents[DATA_DIGEST_CHARS]; /* the same of the contents' digest: what caches go by */
} Split;

/*
 * Chooses the subsets. Errors: ERR_USAGE where the set is too small (says how many there are) or a
 * size is negative; ERR_MEMORY.
 */
ErrCode split_init(Split *split, const Dataset *data, const SplitSizes *sizes,
                   Err *err) ERR_CHECKED;

/*
 * Chooses training and validation anew for a seed: where they are drawn, key(i) becomes XXH3-64 of
 * the 16 bytes (key(i), seed), little-endian. Sizes stay, and so does the test subset. Errors:
 * ERR_MEMORY; then the split is released.
 */
ErrCode split_vary(Split *split, const Dataset *data, uint64_t seed, Err *err) ERR_CHECKED;

/*
 * The most frequent class of a part, of several the first: its share is the accuracy of always
 * saying it. Of an empty part the share is 0.
 */
typedef struct SplitMajority {
    int label;
    uint32_t n_images;
    double share;
} SplitMajority;

/* `split` is of `data`. Errors: ERR_MEMORY. */
ErrCode split_majority(const Split *split, const Dataset *data, DataPart part,
                       SplitMajority *majority, Err *err) ERR_CHECKED;

void split_release(Split *split);

#endif
