/*
 * harness/databench.h: how fast batches are made ready for a step: `bench data`.
 *
 * The trainer's own batches (data/batches.h) of prepared images: shuffled, augmented, normalised;
 * no decoding, which happens once, before the first step. One thread, in its processor time:
 * batches are made image by image on the step's threads, so both grow with them alike.
 */
#ifndef HARNESS_DATABENCH_H
#define HARNESS_DATABENCH_H

#include "data/batches.h"

typedef struct DatabenchSettings {
    int batch;
    unsigned augment; /* AugmentOp bits; AUGMENT_RRC wants a set that keeps its source */
} DatabenchSettings;

typedef struct DatabenchReport {
    double images_per_second; /* batch over the median */
    double ms_per_batch;      /* median */
    double ms_min;
    int64_t batches; /* timed: for half a second, but 10 to 1000 */
} DatabenchReport;

/* Of the training subset. ERR_USAGE (fewer images than a batch), ERR_MEMORY. */
ErrCode databench_run(const ImageSet *set, const DatabenchSettings *settings,
                      DatabenchReport *report, Err *err) ERR_CHECKED;

#endif
