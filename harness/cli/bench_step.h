/* harness/cli/bench_step.h: `isoflop bench step`: how fast the trainer's own step is, and why. */
#ifndef HARNESS_CLI_BENCH_STEP_H
#define HARNESS_CLI_BENCH_STEP_H

#include "harness/cli/command.h"
#include "harness/cli/network_options.h"

#include "harness/stepbench.h"

/*
 * Prints images a second and milliseconds of a step; with `is_explained` also where they go,
 * against the roofs of this machine, which are measured first. `step` has no observer. ERR_USAGE,
 * ERR_MEMORY, and the errors of reading a network.
 */
ErrCode bench_step(const Call *call, const NetworkChoice *choice, StepbenchSettings step,
                   bool is_explained, Err *err) ERR_CHECKED;

#endif
