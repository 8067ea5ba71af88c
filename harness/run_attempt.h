/* harness/run_attempt.h: the beginning and the end of one life of a trial's process, as facts. */
#ifndef HARNESS_RUN_ATTEMPT_H
#define HARNESS_RUN_ATTEMPT_H

#include "harness/run_state.h"

/* Commits a new attempt of the slot's trial, in the environment that slot->worker is of. */
ErrCode run_attempt_begin(RunState *run, RunSlot *slot, int threads, Err *err) ERR_CHECKED;

/*
 * After the process has ended: ends the attempt and empties the slot. One that never said who it
 * is has an attempt, too, of nobody, so that it is seen why; none if we are stopping.
 */
ErrCode run_attempt_reap(RunState *run, RunSlot *slot, Err *err) ERR_CHECKED;

#endif
