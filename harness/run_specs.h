/*
 * harness/run_specs.h: a study's trials for others to train: networks as files, and a list.
 *
 * The study's folder and its store are made, as for a run, and nothing is trained. Results come
 * back by harness/importing.h; then the same call goes on: what waited for them is decided, and
 * what follows is written, too.
 */
#ifndef HARNESS_RUN_SPECS_H
#define HARNESS_RUN_SPECS_H

#include "harness/run.h"
#include "harness/study.h"

#include "base/err.h"

typedef struct RunSpecsReport {
    size_t n_networks; /* files of networks, YAML and ONNX each */
    size_t n_trials;   /* rows of trials.csv */
    size_t n_pending;  /* of them, to be trained */
    size_t n_to_come;  /* at most so many wait to be decided */
} RunSpecsReport;

/*
 * Makes or goes on with the study in settings->out and writes specs/NETWORK.yaml, specs/
 * NETWORK.onnx (with the initial weights of seed 0) and trials.csv there, whose columns are trial,
 * network, seed, macs, status, epochs, lr, resolution, spec. callbacks->planned tells the plan.
 * Errors: as coordinator_run.
 */
ErrCode run_specs_write(const Study *study, const RunSettings *settings,
                        const RunCallbacks *callbacks, RunSpecsReport *report,
                        Err *err) ERR_CHECKED;

#endif
