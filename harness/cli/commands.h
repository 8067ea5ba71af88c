/* harness/cli/commands.h: the list of all commands; nothing but main.c asks for it. */
#ifndef HARNESS_CLI_COMMANDS_H
#define HARNESS_CLI_COMMANDS_H

#include "harness/cli/command.h"

/* The command of that name, or NULL. */
const Command *commands_find(const char *name);

/* ERR_USAGE with the nearest name. */
ErrCode commands_unknown(const char *name, Err *err);

/* `isoflop --help`. */
void commands_overview(Text *out);

#endif
