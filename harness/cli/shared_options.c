/* harness/cli/shared_options.c: their rows, each with the bit that asks for it. */
#include "harness/cli/shared_options.h"

enum { MAX_THREADS = 1024, EVERY_COMMAND = 0 };

#define FIELD(field) offsetof(SharedSettings, field)
static const struct {
    unsigned asked_by; /* SharedOptions bit, or EVERY_COMMAND */
    Option option;
} rows[] = {
    {SHARED_JSON,
     {.name = "json", .kind = OPTION_FLAG, .offset = FIELD(json), .doc = "print JSON on stdout"}},
    {SHARED_SET,
     {.name = "set",
      .kind = OPTION_LIST,
      .offset = FIELD(sets),
      .metavar = "PATH=VALUE",
      .doc = "override a key of the study, e.g. recipe.epochs=3; repeatable"}},
    {SHARED_DATA_ROOT,
     {.name = "data-root",
      .kind = OPTION_TEXT,
      .offset = FIELD(data_root),
      .metavar = "DIR",
      .doc = "folder of data sets (default: ISOFLOP_DATA)"}},
    {SHARED_VERBOSE,
     {.name = "verbose",
      .kind = OPTION_FLAG,
      .offset = FIELD(verbose),
      .doc = "a line an epoch, not only one a trial"}},
    {EVERY_COMMAND,
     {.name = "threads",
      .kind = OPTION_INT,
      .offset = FIELD(threads),
      .metavar = "T",
      .min = 1,
      .max = MAX_THREADS,
      .doc = "threads of the whole process (default: what the affinity mask and cgroup quota "
             "allow)"}},
    {EVERY_COMMAND,
     {.name = "cpu",
      .kind = OPTION_TEXT,
      .offset = FIELD(cpu),
      .metavar = "LEVEL",
      .doc =
          "highest instruction set used: generic, neon, avx2 or avx512 (default: ISOFLOP_CPU, or "
          "the best)"}},
    {EVERY_COMMAND,
     {.name = "help", .kind = OPTION_FLAG, .offset = FIELD(help), .doc = "show this help"}},
    {EVERY_COMMAND,
     {.name = "version",
      .kind = OPTION_FLAG,
      .offset = FIELD(version),
      .doc = "show the version; with --verbose also compiler, flags, kernels, libraries"}},
    {EVERY_COMMAND,
     {.name = "verbose",
      .kind = OPTION_FLAG,
      .offset = FIELD(verbose),
      .is_hidden = true,
      .doc = "more of --version"}},
};
#undef FIELD

_Static_assert(ARRAY_LEN(rows) == SHARED_OPTIONS_MAX, "buffers have room for every row");

OptionTable shared_options(const Command *command, Option buffer[SHARED_OPTIONS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].asked_by == EVERY_COMMAND || (command->shared & rows[i].asked_by) != 0)
            buffer[n++] = rows[i].option;
    return (OptionTable){buffer, n};
}
