/* harness/run_files.h: the folders of a study's trials: OUT/trials/NNNNNN and aK in them. */
#ifndef HARNESS_RUN_FILES_H
#define HARNESS_RUN_FILES_H

#include "harness/run_state.h"

#include "base/dir.h"

enum { RUN_FILES_NAME_BYTES = 64 };

/* Where a finished attempt's files are and go. */
typedef struct RunResult {
    Dir *dir;                   /* the attempt's */
    Dir *folder;                /* the trial's */
    StoreArtifact artifacts[2]; /* weights, best; texts in arena */
    Arena arena;
} RunResult;

/* "trials/NNNNNN", and "trials/NNNNNN/aK": names in the study's folder, which are returned. */
const char *run_files_trial(char name[RUN_FILES_NAME_BYTES], int64_t number);
const char *run_files_attempt(char name[RUN_FILES_NAME_BYTES], int64_t number, int64_t attempt);

/* Makes the attempt's folder. Errors: as dir_make. */
ErrCode run_files_make_attempt(const RunState *run, int64_t number, int64_t attempt,
                               Err *err) ERR_CHECKED;

/* Opens the folders of a zeroed result; close it, also after an error. Errors: as dir_open. */
ErrCode run_files_open(const RunState *run, const RunSlot *slot, RunResult *result,
                       Err *err) ERR_CHECKED;
void run_files_close(RunResult *result);

/* ERR_MISSING: an attempt that says it is done has left no weights. ERR_MEMORY. */
ErrCode run_files_expect(bool is_done, const RunResult *result, Err *err) ERR_CHECKED;

/*
 * Moves what an attempt left to its trial's folder, synced: weights, described in
 * result->artifacts, or of a diverged trial its last checkpoint. May be called again after a
 * failure.
 */
ErrCode run_files_place(const RunSlot *slot, bool is_done, RunResult *result, Err *err) ERR_CHECKED;

/* Removes the attempts' folders of a finished trial. */
ErrCode run_files_remove_attempts(const Dir *trial, Err *err) ERR_CHECKED;

/* Names the weights of finished trials that are missing or damaged. Errors: ERR_IO, ERR_MEMORY. */
ErrCode run_files_check(RunState *run, Err *err) ERR_CHECKED;

/* Finishes or discards what a crash left in the trials' folders. */
ErrCode run_files_clean(RunState *run, Err *err) ERR_CHECKED;

#endif
