/* harness/cli/bench_study.h: `isoflop bench study`: the steps of a study's networks, in turn. */
#ifndef HARNESS_CLI_BENCH_STUDY_H
#define HARNESS_CLI_BENCH_STUDY_H

#include "harness/cli/command.h"

#include "harness/stepbench.h"

/* Times, stores and prints. Errors: studybench_run's. */
ErrCode bench_study(const Call *call, const StepbenchSettings *settings, Err *err) ERR_CHECKED;

#endif
