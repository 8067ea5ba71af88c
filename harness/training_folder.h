/*
 * harness/training_folder.h: what the folder of one training says about itself, and whether another
 * may go on in it.
 *
 * training.json beside the weights tells what is trained: network, data, recipe, seed, weights
 * begun with. It is written before the first step and never for another training: whoever finds a
 * folder with something else is told what differs.
 */
#ifndef HARNESS_TRAINING_FOLDER_H
#define HARNESS_TRAINING_FOLDER_H

#include "harness/training.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/text.h"

typedef enum TrainingFolderState {
    TRAINING_FOLDER_OPEN, /* empty, or of this training, which is to go on */
    TRAINING_FOLDER_DONE, /* of this training, which has finished: nothing is to be done */
} TrainingFolderState;

/* What is trained on. */
typedef struct TrainingImages {
    char digest[HASH_HEX_BYTES];   /* of set and subsets (harness/study_data.h) */
    char contents[HASH_HEX_BYTES]; /* of the set, whatever that digest is of */
} TrainingImages;

/* Whether a training has begun in the folder whose digest of images is by names and sizes
 * (DATA_BY_LISTING). ERR_IO, ERR_MEMORY; ERR_DATA: training.json is damaged. */
ErrCode training_folder_is_listed(const char *dir, bool *is_listed, Err *err) ERR_CHECKED;

/*
 * Compares job->dir with the job; writes nothing. ERR_USAGE: it holds another training, or weights
 * that nobody says anything of. ERR_IO, ERR_MEMORY; ERR_DATA: training.json is damaged, or a file
 * of the training's is a link.
 */
ErrCode training_folder_check(const TrainJob *job, const TrainingImages *images,
                              TrainingFolderState *state, Err *err) ERR_CHECKED;

/* Writes training.json, with `spec`, the network's text. ERR_IO, ERR_MEMORY. */
ErrCode training_folder_describe(const TrainJob *job, const TrainingImages *images,
                                 const char *spec, Err *err) ERR_CHECKED;

/* Replaces history.jsonl: one line an epoch, then the result. ERR_IO, ERR_MEMORY. */
ErrCode training_folder_history(const char *dir, const Text *lines, Err *err) ERR_CHECKED;

#endif
