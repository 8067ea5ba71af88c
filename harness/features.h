/*
 * harness/features.h: what a trained network sees in the images of a set: the input of its
 * classifier's last layer, computed once and kept in the cache folder.
 *
 * The network is run as `eval` runs it, with a classifier that lets its input through (the
 * identity), so that features are its logits; images are cut, resized and normalised as in training
 * without augmentation. The file is named by all that decides a bit: the weights' digest, network,
 * images, normalisation, arithmetic revision. It is sealed by a digest of its contents and appears
 * whole or not at all: what is damaged, cut short or of something else is made anew. Features are
 * held in memory, all of them, four bytes a number.
 */
#ifndef HARNESS_FEATURES_H
#define HARNESS_FEATURES_H

#include "harness/evaluation.h"
#include "harness/study_data.h"

#include "base/arena.h"
#include "base/hash.h"
#include "data/imageset.h"
#include "models/spec.h"
#include "nn/headscore.h"
#include "weights/weights.h"

#include <stdbool.h>

/* All borrowed. */
typedef struct FeatureSource {
    const Spec *spec;            /* whatever its classes */
    const WeightSource *weights; /* whose classifier's last layer is not read */
    const StudyImages *images;
    const StudyData *data; /* how images are cut */
    int batch;             /* images at a time; changes memory, not results */
    int threads;
    CpuLevel level;
    DataProgress preparing, progress; /* of images, then of features; NULL: nobody listens */
    void *progress_user;
} FeatureSource;

typedef struct Features {
    int n_features;
    HeadData parts[N_PARTS];      /* in file order; what they point to is the arena's */
    DataStats stats;              /* by which images were normalised: of the training images */
    int resolution, trained_at;   /* pixels; trained_at 0: the weights do not say it */
    char weights[HASH_HEX_BYTES]; /* digest of the file that they are of */
    ImageSetReport prepared;
    bool was_cached, was_damaged; /* found in the cache; found, but not as it should be */
    double seconds;               /* that making them took; 0: they were cached */
    Arena arena;
} Features;

/*
 * Features of all three subsets. The weights are read and compared with the network also where
 * features are cached. Errors: those of weights_open and imageset_open; ERR_DATA (features that are
 * not finite; features_verify), ERR_INTERRUPTED (progress said so). That they cannot be kept is no
 * error. Release them in either case.
 */
ErrCode features_open(Features *out, const FeatureSource *source, Err *err) ERR_CHECKED;

/* Whether the weight file is still the one that they are of: ERR_DATA if not; ERR_IO. */
ErrCode features_verify(const Features *features, const FeatureSource *source,
                        Err *err) ERR_CHECKED;

uint32_t features_count(const Features *features); /* images of all subsets */

void features_release(Features *features); /* accepts a zeroed struct */

/* What the classifier's last layer reads. */
int features_size(const Network *network);

#endif
