/* harness/cli/fit_shape.h: `isoflop fit shape`: which shape is best at one cost. */
#ifndef HARNESS_CLI_FIT_SHAPE_H
#define HARNESS_CLI_FIT_SHAPE_H

#include "harness/cli/command.h"

/* Fits the table in `text`, which is cut to pieces, and prints what it says. As shapetable_read. */
ErrCode fit_shape(const Call *call, const char *path, char *text, Err *err) ERR_CHECKED;

#endif
