/* harness/cli/jobs_option.c: the row. */
#include "harness/cli/jobs_option.h"

enum { MAX_JOBS = 1024 };

static const Option rows[] = {
    {.name = "jobs",
     .kind = OPTION_INT,
     .offset = offsetof(JobsOption, n),
     .metavar = "N",
     .min = 1,
     .max = MAX_JOBS,
     .doc = "trials side by side (default: --threads)"},
};

const OptionTable jobs_option = {rows, ARRAY_LEN(rows)};
