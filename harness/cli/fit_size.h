/* harness/cli/fit_size.h: `isoflop fit size`: how the best size grows with compute. */
#ifndef HARNESS_CLI_FIT_SIZE_H
#define HARNESS_CLI_FIT_SIZE_H

#include "harness/cli/command.h"

/* Fits the table in `text`, which is cut to pieces, and prints what it says. As sizetable_read. */
ErrCode fit_size(const Call *call, const char *path, char *text, Err *err) ERR_CHECKED;

/* The same of a study's parts `sizes`, in folder `path`. As study_folder_open, sizestudy_read. */
ErrCode fit_size_study(const Call *call, const char *path, Err *err) ERR_CHECKED;

#endif
