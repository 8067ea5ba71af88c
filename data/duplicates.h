/*
 * Records of the test split whose identity also occurs in train: what makes a test too easy.
 *
 * Two records are duplicates if their sizes and decoded pixels are equal (by XXH3-64). Labels do
 * not matter.
 */
#ifndef DATA_DUPLICATES_H
#define DATA_DUPLICATES_H

#include "data/dataset.h"

typedef struct DuplicatePair {
    uint32_t test;  /* index in the test split */
    uint32_t train; /* the first such index in the train split */
} DuplicatePair;

typedef struct Duplicates {
    DuplicatePair *pairs; /* ascending by test index */
    uint32_t n_pairs;
    uint32_t n_within_train; /* train records that repeat an earlier one */
} Duplicates;

/*
 * Looks through all records on `threads` threads; polytex has none by construction. `progress` may
 * be NULL. Errors: those of reading images; of several the first in order; ERR_INTERRUPTED.
 */
ErrCode duplicates_find(Duplicates *duplicates, const Dataset *data, int threads,
                        DataProgress progress, void *user, Err *err) ERR_CHECKED;

void duplicates_release(Duplicates *duplicates);

#endif
