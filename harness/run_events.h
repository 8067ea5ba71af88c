/* harness/run_events.h: the lines a worker writes: epochs, checkpoints, its result. */
#ifndef HARNESS_RUN_EVENTS_H
#define HARNESS_RUN_EVENTS_H

#include "harness/run_state.h"

/* Reads what a process wrote, acts on whole lines. */
ErrCode run_events_hear(RunState *run, RunSlot *slot, bool is_error, Err *err) ERR_CHECKED;

#endif
