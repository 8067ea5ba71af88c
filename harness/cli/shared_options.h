/*
 * harness/cli/shared_options.h: the options that every command has, and those it asks for by its
 * `shared` bits: --threads, --cpu, --help, --version, --json, --set, --data-root.
 */
#ifndef HARNESS_CLI_SHARED_OPTIONS_H
#define HARNESS_CLI_SHARED_OPTIONS_H

#include "harness/cli/command.h"

typedef struct SharedSettings {
    bool help, version, verbose;
    int64_t threads; /* 0: what the process may use */
    const char *cpu; /* NULL: ISOFLOP_CPU, or the best */
    bool json;
    OptionList sets;
    const char *data_root;
} SharedSettings;

enum { SHARED_OPTIONS_MAX = 9 };

/* The rows `command` takes, of a SharedSettings, in `buffer`, which the table points into. */
OptionTable shared_options(const Command *command, Option buffer[SHARED_OPTIONS_MAX]);

#endif
