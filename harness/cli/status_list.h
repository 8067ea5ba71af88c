/* harness/cli/status_list.h: `isoflop status DIR DIR...`: a line a study. */
#ifndef HARNESS_CLI_STATUS_LIST_H
#define HARNESS_CLI_STATUS_LIST_H

#include "harness/cli/command.h"

/*
 * Prints how far each folder of call->args is, its best network and its verdicts. A folder without
 * a study, or whose store is damaged, has a line that says so. Errors, after all lines: ERR_MISSING
 * if none is a study, ERR_DATA if one could not be read.
 */
ErrCode status_list(const Call *call, Err *err) ERR_CHECKED;

#endif
