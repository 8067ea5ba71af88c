/* harness/cli/commands.c: the list of all commands, sorted by name. Nothing else knows it. */
#include "harness/cli/commands.h"

const Command *const commands[] = {
    &cmd_cost,
    &cmd_plan,
    &cmd_run,
    &cmd_train,
    NULL,
};
