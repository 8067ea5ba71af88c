/* harness/cli/commands.h: one declaration a command; nothing but commands.c needs them. */
#ifndef HARNESS_CLI_COMMANDS_H
#define HARNESS_CLI_COMMANDS_H

#include "harness/cli/command.h"

extern const Command cmd_bench;
extern const Command cmd_cost;
extern const Command cmd_data;
extern const Command cmd_eval;
extern const Command cmd_explain;
extern const Command cmd_export;
extern const Command cmd_family;
extern const Command cmd_infer;
extern const Command cmd_init;
extern const Command cmd_list;
extern const Command cmd_plan;
extern const Command cmd_plot;
extern const Command cmd_report;
extern const Command cmd_run;
extern const Command cmd_scale;
extern const Command cmd_show;
extern const Command cmd_status;
extern const Command cmd_table;
extern const Command cmd_train;
extern const Command cmd_trials;
extern const Command cmd_verdict;

#endif
