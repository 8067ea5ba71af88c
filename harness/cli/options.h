/*
 * harness/cli/options.h: turns an argument vector into a Call by the tables of
 * harness/cli/command.h.
 *
 * `--name value` and `--name=value`; `--` ends the options. Names are whole, never abbreviated.
 */
#ifndef HARNESS_CLI_OPTIONS_H
#define HARNESS_CLI_OPTIONS_H

#include "harness/cli/command.h"

/* What was asked for besides the command itself. */
typedef struct OptionsWish {
    bool help;
    bool version;
    bool verbose;
    CpuLevel cpu; /* with version: as Call.cpu, but this processor may lack it */
} OptionsWish;

/*
 * Parses argv[0..argc) (what follows the command's name) into call->settings, which is zeroed
 * memory of command->settings_bytes, and the shared fields. Positional arguments are moved to the
 * front of argv. ERR_USAGE names the option, its value and the nearest known one.
 */
ErrCode options_parse(Call *call, OptionsWish *wish, int argc, const char **argv,
                      Err *err) ERR_CHECKED;

#endif
