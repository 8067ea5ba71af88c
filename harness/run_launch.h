/* harness/run_launch.h: a trial's process: started, greeted, and given its job. */
#ifndef HARNESS_RUN_LAUNCH_H
#define HARNESS_RUN_LAUNCH_H

#include "harness/run_state.h"

/* Starts a process for the trial in an empty slot, behind the launcher if there is one. */
ErrCode run_launch_start(RunState *run, RunSlot *slot, RunTrial *trial, Err *err) ERR_CHECKED;

/*
 * Answers a hello (slot->worker): commits a new attempt in that environment, makes its folder and
 * sends the job. One that cannot work for us gets none, which ends it.
 */
ErrCode run_launch_greet(RunState *run, RunSlot *slot, Err *err) ERR_CHECKED;

#endif
