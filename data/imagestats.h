/*
 * Mean and standard deviation per channel, for normalisation: those of the training subset.
 * Sums are integers (uint64), so they depend on nothing but the pixels.
 */
#ifndef DATA_IMAGESTATS_H
#define DATA_IMAGESTATS_H

#include "data/imageset.h"

typedef struct DataStats {
    float mean[DATA_CHANNELS]; /* of pixel / 255 */
    float std[DATA_CHANNELS];  /* population; at least 1/255, so constant images stay finite */
    float value[DATA_CHANNELS][256]; /* normalised value of each pixel value, rounded once */
} DataStats;

/* Statistics known from elsewhere, for images of another set. */
DataStats imagestats_given(const float mean[DATA_CHANNELS], const float std[DATA_CHANNELS]);

/* Statistics of one part. Deterministic for any number of threads. */
DataStats imagestats_compute(const ImageSet *set, DataPart part, int threads);

#endif
