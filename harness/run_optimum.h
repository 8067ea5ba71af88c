/*
 * harness/run_optimum.h: what a profile comes to in a run: the optimum of its surface at each
 * budget, and the corner that is best by it, for a `compare` that trains both once more.
 *
 * It is the fit that reports and verdicts show (results/profiles.h), over the study's seeds and
 * those that have ended at every network of the part, unless the run takes its seeds exactly: a
 * function of the trials alone, whatever order they ended in. Shares are rounded to a thousandth,
 * so that they can be written as a strategy and last bits decide nothing. Facts are "ID/optimum 2"
 * and "ID/corner 2", 2 being the budget; those of a surface without an optimum have no values.
 */
#ifndef HARNESS_RUN_OPTIMUM_H
#define HARNESS_RUN_OPTIMUM_H

#include "harness/run_state.h"

#include "base/err.h"

/*
 * Once all trials of a profile have ended: puts its facts and settles the part. *is_settled: it
 * was. Errors: those of the store; ERR_MEMORY.
 */
ErrCode run_optimum_advance(RunState *run, int part, const StoreTrials *trials, bool *is_settled,
                            Err *err) ERR_CHECKED;

/* Until it is decided anew, its last facts; nothing where there are none. */
ErrCode run_optimum_take_provisional(RunState *run, int part, Err *err) ERR_CHECKED;

#endif
