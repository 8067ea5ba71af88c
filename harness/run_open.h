/* harness/run_open.h: a run from nothing to its first trial. */
#ifndef HARNESS_RUN_OPEN_H
#define HARNESS_RUN_OPEN_H

#include "harness/run_state.h"

#include "base/file.h"

/*
 * Gives the study what the store in the folder knows of it, if there is one: its version and what
 * its data are known by. Before run_open, whose plan makes digests; run->settings and callbacks are
 * set. Errors: store_open_waiting's, run_identity_choose's.
 */
ErrCode run_open_study(RunState *run, Study *study, Err *err) ERR_CHECKED;

/*
 * Plans the study, takes the folder's lock, opens its store, refuses what may not go on, puts the
 * plan, begins a run and mends what a crash left. run->study, settings, callbacks and report are
 * set; whatever was opened before an error is the caller's to close.
 */
ErrCode run_open(RunState *run, Err *err) ERR_CHECKED;

/*
 * Locks a study's folder against everybody else who would write into it. ERR_BUSY says who does.
 */
ErrCode run_open_lock(FileLock **lock, const char *out, Err *err) ERR_CHECKED;

/* Releases all that run_open made, also after an error; processes have ended. */
void run_open_close(RunState *run);

#endif
