/*
 * harness/cli/standing.h: where a study stands, from its store alone: counts, what runs, how long
 * it will still take.
 */
#ifndef HARNESS_CLI_STANDING_H
#define HARNESS_CLI_STANDING_H

#include "harness/cli/study_folder.h"

#include "harness/run.h"

#include <stdbool.h>

typedef struct Standing {
    StoreStanding counts;
    bool is_held; /* a run has the lock now */
    char *holder; /* who; owned */
    /*
     * As a run itself would tell it, by finished epochs: share and eta_s at the pace of what runs
     * and of some trials that are done. Without a run nothing is running and both are NaN, as
     * elapsed_s always is.
     */
    RunProgress progress;
} Standing;

/* Reads it; what is running lies in the folder's arena. Errors: as store_standing, store_query,
 * file_lock_holder. */
ErrCode standing_read(Standing *out, StudyFolder *study, Err *err) ERR_CHECKED;

/* Accepts a zeroed one. */
void standing_release(Standing *standing);

#endif
