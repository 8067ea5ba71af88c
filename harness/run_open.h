/* harness/run_open.h: a run from nothing to its first trial. */
#ifndef HARNESS_RUN_OPEN_H
#define HARNESS_RUN_OPEN_H

#include "harness/run_state.h"

/*
 * Gives the study the version of the store in folder `out`, if there is one: before run_open, whose
 * plan makes digests. Errors: store_open_read's.
 */
ErrCode run_open_version(Study *study, const char *out, Err *err) ERR_CHECKED;

/*
 * Plans the study, takes the folder's lock, opens its store, refuses what may not go on, puts the
 * plan, begins a run and mends what a crash left. run->study, settings, callbacks and report are
 * set; whatever was opened before an error is the caller's to close.
 */
ErrCode run_open(RunState *run, Err *err) ERR_CHECKED;

#endif
