/* harness/cli/jobs_option.h: --jobs of the commands that read a study. */
#ifndef HARNESS_CLI_JOBS_OPTION_H
#define HARNESS_CLI_JOBS_OPTION_H

#include "harness/cli/command.h"

typedef struct JobsOption {
    int64_t n; /* 0: as many as threads */
} JobsOption;

extern const OptionTable jobs_option;

#endif
