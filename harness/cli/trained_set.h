/* harness/cli/trained_set.h: a network with its weights, beside images that are normalised as those
 * it was trained on. */
#ifndef HARNESS_CLI_TRAINED_SET_H
#define HARNESS_CLI_TRAINED_SET_H

#include "harness/cli/weights_options.h"

#include "data/imageset.h"
#include "harness/study_data.h"

/* What runs the network. */
typedef enum TrainedRunner {
    TRAINED_NET,  /* nn/net.h */
    TRAINED_INFER /* infer/infer.h: forward only */
} TrainedRunner;

typedef struct TrainedSet {
    Net *net;      /* of TRAINED_NET, else NULL */
    Infer *infer;  /* of TRAINED_INFER, else NULL */
    ImageSet *set; /* at the network's resolution */
    DataStats stats;
    WeightOrigin origin;
} TrainedSet;

/*
 * Opens the network and the set of use->study, whose subsets `images` has; `use` says the batch,
 * what is accepted and whether class maps are wanted, its `data` is ignored. Says that images were
 * prepared. Errors: those of weights_options_open or weights_options_infer, imageset_open and
 * origin_check_data. Release it in either case.
 */
ErrCode trained_set_open(TrainedSet *out, const Call *call, const WeightsOptions *trained,
                         const StudyImages *images, const WeightsUse *use, TrainedRunner runner,
                         Err *err) ERR_CHECKED;

void trained_set_release(TrainedSet *it); /* accepts a zeroed struct */

#endif
