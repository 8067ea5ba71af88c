/* harness/run_attempt.h: the beginning and the end of one life of a trial's process. */
#ifndef HARNESS_RUN_ATTEMPT_H
#define HARNESS_RUN_ATTEMPT_H

#include "harness/run_state.h"

/* Commits a new attempt and starts its process in an empty slot. */
ErrCode run_attempt_start(RunState *run, int slot, RunTrial *trial, Err *err) ERR_CHECKED;

/* After the process has ended: ends the attempt and empties the slot. */
ErrCode run_attempt_reap(RunState *run, RunSlot *slot, Err *err) ERR_CHECKED;

#endif
