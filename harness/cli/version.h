/* harness/cli/version.h: `isoflop --version [--verbose] [--cpu LEVEL]`. */
#ifndef HARNESS_CLI_VERSION_H
#define HARNESS_CLI_VERSION_H

#include "harness/cli/command.h"
#include "harness/cli/options.h"

#include "base/err.h"

/* `--version` in a command's place, for parsing what stands behind it; it is no command. */
extern const Command version_line;

/*
 * Prints the version; verbose adds compiler, flags, libraries, arithmetic revision, and the kernels
 * that the level takes, one a line.
 */
ErrCode version_print(const OptionsWish *wish, Err *err) ERR_CHECKED;

#endif
