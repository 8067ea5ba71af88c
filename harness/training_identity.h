/*
 * harness/training_identity.h: what the data of one training's folder are known by.
 *
 * The hash of their contents; an earlier version knew an image folder by names and sizes, and keyed
 * its checkpoints with that. Such a training goes on under what it was begun with, and the contents
 * are recorded beside it from then on (run_identity.h is the same for studies).
 */
#ifndef HARNESS_TRAINING_IDENTITY_H
#define HARNESS_TRAINING_IDENTITY_H

#include "harness/training_folder.h"

/* Digests of the images that `data` asks for. Errors: those of opening the data set. */
ErrCode training_identity_images(TrainingImages *out, const StudyData *data, const char *data_root,
                                 int threads, Err *err) ERR_CHECKED;

/*
 * Sets data->identity, and *images with it, to what the training in job->dir was begun with, if
 * there is one; `images` are those by contents, `data` are the job's. Errors: as above; ERR_IO.
 */
ErrCode training_identity_choose(const TrainJob *job, StudyData *data, TrainingImages *images,
                                 Err *err) ERR_CHECKED;

#endif
