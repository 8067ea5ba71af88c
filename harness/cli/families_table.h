/* harness/cli/families_table.h: `isoflop table 2 --study DIR`: a study's families as the paper's
 * table 2. */
#ifndef HARNESS_CLI_FAMILIES_TABLE_H
#define HARNESS_CLI_FAMILIES_TABLE_H

#include "harness/cli/command.h"

/*
 * Prints the members of the study's first family by cost, below each the other families' networks
 * whose test accuracy it is the first to reach, with ratios to it, and beside it the EfficientNet
 * that table 2 prints for its place. ERR_DATA if the study has no family or none of its members a
 * result, else as study_folder_open.
 */
ErrCode families_table(const Call *call, const char *folder, Err *err) ERR_CHECKED;

#endif
