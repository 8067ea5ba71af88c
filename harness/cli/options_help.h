/* harness/cli/options_help.h: what a command's table says to people. */
#ifndef HARNESS_CLI_OPTIONS_HELP_H
#define HARNESS_CLI_OPTIONS_HELP_H

#include "harness/cli/command.h"

/* `isoflop COMMAND --help`. */
void options_help(const Command *command, Text *out);

#endif
