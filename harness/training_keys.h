/*
 * harness/training_keys.h: what the checkpoints of one training are known by.
 *
 * A checkpoint carries the key of the identity's version (harness/identity.h) that it was written
 * under; those of any version of the same training are taken up.
 */
#ifndef HARNESS_TRAINING_KEYS_H
#define HARNESS_TRAINING_KEYS_H

#include "harness/identity.h"
#include "harness/training.h"

#include "base/err.h"
#include "base/hash.h"

#include <stdbool.h>

typedef struct TrainingKeys {
    char items[IDENTITY_VERSION][HASH_HEX_BYTES]; /* by version; the last goes into checkpoints */
} TrainingKeys;

/* Of the job on images of that digest (harness/study_data.h). ERR_IO (job->init), ERR_MEMORY. */
ErrCode training_keys_make(TrainingKeys *out, const TrainJob *job, const char *images,
                           Err *err) ERR_CHECKED;

bool training_keys_have(const TrainingKeys *keys, const char *key);

#endif
