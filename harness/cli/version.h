/* harness/cli/version.h: `isoflop --version [--verbose]`. */
#ifndef HARNESS_CLI_VERSION_H
#define HARNESS_CLI_VERSION_H

#include "base/err.h"

#include <stdbool.h>

/* Prints the version; verbose adds compiler, flags, kernels, libraries, arithmetic revision. */
ErrCode version_print(bool is_verbose, Err *err) ERR_CHECKED;

#endif
