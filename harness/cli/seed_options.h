/*
 * harness/cli/seed_options.h: --seeds of the commands that read a study, as a count or a list.
 *
 * A command embeds a SeedOptions in its settings and names the table by OPTION_TABLE.
 */
#ifndef HARNESS_CLI_SEED_OPTIONS_H
#define HARNESS_CLI_SEED_OPTIONS_H

#include "harness/cli/command.h"

#include "harness/study.h"

typedef struct SeedOptions {
    const char *seeds; /* as given; NULL: the study's own */
} SeedOptions;

extern const OptionTable seed_options;

/*
 * study_load of call->args[0] with its --set, and the seeds that --seeds asks for: N is a count
 * (the study's first ones, then the smallest numbers that are not among them and do not judge),
 * N,N,... a list, `N,` a list of one. Errors: study_load's; ERR_USAGE, naming the limit, for a
 * count that is not 1 to 1000, a seed that is not 0 to 2^53, or one that stands twice.
 */
ErrCode seed_options_load(Study **out, const Call *call, const SeedOptions *options,
                          Err *err) ERR_CHECKED;

#endif
