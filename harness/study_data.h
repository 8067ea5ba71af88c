/*
 * harness/study_data.h: from the `data` keys of a study to the opened set and its subsets.
 */
#ifndef HARNESS_STUDY_DATA_H
#define HARNESS_STUDY_DATA_H

#include "data/split.h"
#include "harness/study.h"

typedef struct StudyImages {
    Dataset *set;
    Split split;
} StudyImages;

/* Opens the set and chooses its subsets. data_root NULL = ISOFLOP_DATA. Errors as dataset_open,
 * split_init. */
ErrCode study_data_open(StudyImages *out, const StudyData *data, const char *data_root,
                        Err *err) ERR_CHECKED;

/* Accepts a zeroed struct. */
void study_data_close(StudyImages *images);

#endif
