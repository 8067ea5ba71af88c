/*
 * harness/run_decide.h: deciders between plan and store: what parts come to, and the facts of it.
 *
 * Every part that another one takes from has a decider (harness/run_decider.h), but a profile,
 * whose surface is fitted (harness/run_optimum.h). What it yields is a fact, "grid/winner"; decided
 * anew it is a new fact, and the old ones stay.
 */
#ifndef HARNESS_RUN_DECIDE_H
#define HARNESS_RUN_DECIDE_H

#include "harness/run_state.h"

/*
 * Replays the stored logs and settles what they settle; what is to be decided anew takes its last
 * fact provisionally, and what was built on earlier facts becomes past. run->store and run->plan
 * are there, nothing is put yet. ERR_DATA if a log is not the one that its decider makes.
 */
ErrCode run_decide_begin(RunState *run, Err *err) ERR_CHECKED;

/* After trials have ended: goes on deciding. *is_changed: the plan has changed and is to be put. */
ErrCode run_decide_advance(RunState *run, bool *is_changed, Err *err) ERR_CHECKED;

/* Says which parts were not run because another one is not decided. */
void run_decide_note_waiting(const RunState *run);

/* Accepts a run without deciders. */
void run_decide_close(RunState *run);

#endif
