/*
 * harness/study_data.h: from the `data` keys of a study to the opened set and its subsets.
 */
#ifndef HARNESS_STUDY_DATA_H
#define HARNESS_STUDY_DATA_H

#include "harness/study.h"

#include "data/imagestats.h"
#include "data/split.h"
#include "weights/origin.h"

typedef struct StudyImages {
    Dataset *set;
    Split split;
    char digest[DATA_DIGEST_CHARS]; /* of the set, its subsets and how images are cut */
} StudyImages;

/* Opens the set and chooses its subsets, on `threads` threads where images must be decoded for it.
 * data_root NULL = ISOFLOP_DATA. Errors as dataset_open, split_init; ERR_USAGE where a set that is
 * drawn is to be cropped. */
ErrCode study_data_open(StudyImages *out, const StudyData *data, const char *data_root, int threads,
                        Err *err) ERR_CHECKED;

/*
 * What weights trained on these say of it, `stats` being those at a resolution; everything is
 * borrowed, and may be filled later.
 */
OriginData study_data_origin(const StudyImages *images, const StudyData *data,
                             const DataStats *stats, int resolution);

/* Accepts a zeroed struct. */
void study_data_close(StudyImages *images);

#endif
