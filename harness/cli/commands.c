/* harness/cli/commands.c: the list of all commands, sorted by name. Nothing else knows it. */
#include "harness/cli/commands.h"

const Command *const commands[] = {
    &cmd_bench,  &cmd_cost,   &cmd_data,    &cmd_eval, &cmd_explain, &cmd_export,
    &cmd_family, &cmd_infer,  &cmd_init,    &cmd_list, &cmd_plan,    &cmd_plot,
    &cmd_report, &cmd_run,    &cmd_scale,   &cmd_show, &cmd_status,  &cmd_table,
    &cmd_train,  &cmd_trials, &cmd_verdict, NULL,
};
