/* harness/run_plan.h: between a run's plan and its store. */
#ifndef HARNESS_RUN_PLAN_H
#define HARNESS_RUN_PLAN_H

#include "harness/run_state.h"

/* Puts the plan as it stands and reads the trials back. */
ErrCode run_plan_put(RunState *run, Err *err) ERR_CHECKED;

/* Predicted seconds, one thread, of what is planned and not settled; before it is put. */
ErrCode run_plan_seconds(const RunState *run, double *seconds, Err *err) ERR_CHECKED;

/* The same of what wanted searches may still ask for. */
double run_plan_search_seconds(const RunState *run);

/* ERR_USAGE if --only names no part and no figure of the study. */
ErrCode run_plan_check_only(const RunState *run, Err *err) ERR_CHECKED;

/* Reads the trials' statuses anew. */
ErrCode run_plan_read_trials(RunState *run, Err *err) ERR_CHECKED;

#endif
