/* harness/cli/picture_source.h: pictures of --images or test images of --data, one at a time, as a
 * trained network sees them. */
#ifndef HARNESS_CLI_PICTURE_SOURCE_H
#define HARNESS_CLI_PICTURE_SOURCE_H

#include "harness/cli/data_option.h"
#include "harness/cli/pictures_option.h"
#include "harness/cli/trained_set.h"

#include "data/batches.h"
#include "harness/pictureinput.h"

/* What of the options decides. */
typedef struct PictureChoice {
    const WeightsOptions *trained;
    const DataOption *data;
    const char *images; /* NULL: not given */
    int64_t most;       /* pictures that are wanted */
    bool class_maps;    /* as in WeightsUse */
} PictureChoice;

typedef struct PictureSource {
    TrainedSet trained;   /* the network, of one image; of --data also the set */
    PictureList pictures; /* of --images */
    size_t n_all, n;      /* there are; are wanted: every so many of all */
    /* The rest is its own. */
    PictureInput input;
    Study *study;
    char name[DATA_OPTION_NAME_MAX];
    StudyImages images;
    Batches *batches; /* of one image */
    Batch one;
    Arena arena;
} PictureSource;

/*
 * Opens network and pictures. ERR_USAGE unless exactly one of --images and --data is given; else as
 * weights_options_open, picture_list_add, study_data_open, trained_set_open. Release it in either
 * case.
 */
ErrCode picture_source_open(PictureSource *out, const Call *call, const PictureChoice *choice,
                            Err *err) ERR_CHECKED;

bool picture_source_is_set(const PictureSource *source); /* of --data */

/* The place of the i-th that is wanted among all, from 0. */
size_t picture_source_place(const PictureSource *source, size_t i);

/*
 * The i-th that is wanted, float [R][R][3], normalised; valid until the next call. Errors: those of
 * picture_read.
 */
ErrCode picture_source_read(PictureSource *source, size_t i, const float **image,
                            Err *err) ERR_CHECKED;

void picture_source_release(PictureSource *source); /* accepts a zeroed struct */

#endif
