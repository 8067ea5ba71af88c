/* harness/cli/plan_specs.h: `isoflop plan --specs`: a study for others to train. */
#ifndef HARNESS_CLI_PLAN_SPECS_H
#define HARNESS_CLI_PLAN_SPECS_H

#include "harness/cli/command.h"

#include "harness/study.h"

/* Writes the study's networks and trials into `folder` and prints its plan. As run_specs_write. */
ErrCode plan_specs(const Call *call, const Study *study, const char *folder, int jobs,
                   Err *err) ERR_CHECKED;

#endif
