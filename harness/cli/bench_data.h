/* harness/cli/bench_data.h: `isoflop bench data`: how fast batches are made, beside the step. */
#ifndef HARNESS_CLI_BENCH_DATA_H
#define HARNESS_CLI_BENCH_DATA_H

#include "harness/cli/command.h"
#include "harness/cli/data_option.h"
#include "harness/cli/network_options.h"

#include "harness/stepbench.h"

/* What its options say. */
typedef struct BenchDataChoice {
    NetworkChoice network; /* whose resolution the images have, and whose step it is */
    DataOption data;
    const char *augment; /* a list with commas */
} BenchDataChoice;

/*
 * Prints images a second of batches and of the step, on one thread in processor time: `step` says
 * how many images and steps. ERR_USAGE, and the errors of opening a set.
 */
ErrCode bench_data(const Call *call, const BenchDataChoice *choice, StepbenchSettings step,
                   Err *err) ERR_CHECKED;

#endif
