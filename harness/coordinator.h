/*
 * harness/coordinator.h: `run`: owns the store, starts workers, never trains.
 *
 * It plans, locks the study's folder, finishes or discards what a crash left, runs pending trials
 * in worker processes side by side, longest predicted first, and commits what they report. Whatever
 * was committed survives a SIGKILL at any instant; running it again goes on. It prints nothing: all
 * talk goes through CoordinatorCallbacks.
 */
#ifndef HARNESS_COORDINATOR_H
#define HARNESS_COORDINATOR_H

#include "harness/run.h"
#include "harness/study.h"

#include "base/err.h"

/*
 * Runs or goes on with a study, which takes the version of a store that is there
 * (study_take_version in harness/study.h). ERR_BUSY (who holds the lock), ERR_USAGE (changed study,
 * with a diff; over the time budget), ERR_VERSION, ERR_DB, ERR_IO, ERR_INTERRUPTED (state saved).
 * Call from the main thread after proc_catch_stops. The report is filled also on failure.
 */
ErrCode coordinator_run(const Study *study, const RunSettings *settings,
                        const RunCallbacks *callbacks, RunReport *report, Err *err) ERR_CHECKED;

#endif
