/* harness/cli/commands.h: one declaration a command; nothing but commands.c needs them. */
#ifndef HARNESS_CLI_COMMANDS_H
#define HARNESS_CLI_COMMANDS_H

#include "harness/cli/command.h"

extern const Command cmd_cost;
extern const Command cmd_plan;
extern const Command cmd_run;
extern const Command cmd_train;

#endif
