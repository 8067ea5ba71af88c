/*
 * harness/trainer_files.h: the files of a training: checkpoints, best and final weights; private to
 * trainer*.c.
 *
 * Errors of all: ERR_IO, ERR_MEMORY.
 */
#ifndef HARNESS_TRAINER_FILES_H
#define HARNESS_TRAINER_FILES_H

#include "harness/trainer_state.h"

/*
 * Opens the folders: the training's, which is made, and those to resume from, some of which may be
 * missing. Also ERR_DATA: a link below the study's folder. Close them, also after an error.
 */
ErrCode trainer_files_open(Trainer *trainer, Err *err) ERR_CHECKED;
void trainer_files_close(Trainer *trainer);

/*
 * Writes a checkpoint of the present position and removes what is older than the one before, once
 * both are known to be good ones of this training.
 */
ErrCode trainer_files_checkpoint(Trainer *trainer, Err *err) ERR_CHECKED;

/*
 * Takes up the newest valid checkpoint of job->resume; *found tells. Damaged ones are warned about,
 * and stay. ERR_USAGE: one of another training lies in job->dir. ERR_IO also where none could be
 * taken up and one could not be read: it is no reason to begin anew.
 */
ErrCode trainer_files_resume(Trainer *trainer, bool *found, Err *err) ERR_CHECKED;

/* Writes best-EPOCH.safetensors and makes it the best. */
ErrCode trainer_files_save_best(Trainer *trainer, const Epoch *epoch, Err *err) ERR_CHECKED;

/*
 * Writes weights.safetensors and best.safetensors; then removes checkpoints unless they are to
 * stay.
 */
ErrCode trainer_files_save_result(Trainer *trainer, Err *err) ERR_CHECKED;

#endif
