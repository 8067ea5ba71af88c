/* harness/cli/trained_set.h: a network with its weights, beside images that are normalised as those
 * it was trained on. */
#ifndef HARNESS_CLI_TRAINED_SET_H
#define HARNESS_CLI_TRAINED_SET_H

#include "harness/cli/weights_options.h"

#include "data/imageset.h"
#include "harness/study_data.h"

typedef struct TrainedSet {
    Net *net;      /* of trained_set_open, else NULL */
    Infer *infer;  /* of trained_set_infer, else NULL */
    ImageSet *set; /* at the network's resolution */
    DataStats stats;
    WeightOrigin origin;
} TrainedSet;

/*
 * Opens the network and the set of a study, whose subsets `images` has; `use` says the batch, what
 * is accepted and whether class maps are wanted. Says that images were prepared. Errors: those of
 * weights_options_open, imageset_open and origin_check_data. Release it in either case.
 */
ErrCode trained_set_open(TrainedSet *out, const Call *call, const WeightsOptions *trained,
                         const Study *study, const StudyImages *images, const WeightsUse *use,
                         Err *err) ERR_CHECKED;

/* The same for who only evaluates: `infer` in place of `net`. */
ErrCode trained_set_infer(TrainedSet *out, const Call *call, const WeightsOptions *trained,
                          const Study *study, const StudyImages *images, const WeightsUse *use,
                          Err *err) ERR_CHECKED;

void trained_set_release(TrainedSet *it); /* accepts a zeroed struct */

#endif
