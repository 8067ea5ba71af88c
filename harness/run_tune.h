/* harness/run_tune.h: learning rates are chosen in a run, by what their candidates came to. */
#ifndef HARNESS_RUN_TUNE_H
#define HARNESS_RUN_TUNE_H

#include "harness/run_state.h"

#include "base/err.h"

/*
 * Chooses the rates of all tunings that are open, once every trial of their candidates has ended:
 * the largest mean of validation accuracy over the part's seeds; of equals the factor nearest to 1,
 * then the smaller. A rate at which a seed diverged comes after all others; if none has a result it
 * is the recipe's. It is a function of the trials alone, whatever order they ended in, and a fact
 * "tune/...". *is_changed: rates were chosen.
 */
ErrCode run_tune_advance(RunState *run, const StoreTrials *trials, bool *is_changed,
                         Err *err) ERR_CHECKED;

#endif
