/* harness/cli/fit_profile.h: `isoflop fit shape DIR`: which shape is best at each budget of a
 * study. */
#ifndef HARNESS_CLI_FIT_PROFILE_H
#define HARNESS_CLI_FIT_PROFILE_H

#include "harness/cli/command.h"

/*
 * Fits every profile of the study in a folder, and prints what they say. ERR_DATA if it has none,
 * else as study_folder_open.
 */
ErrCode fit_profile(const Call *call, const char *folder, Err *err) ERR_CHECKED;

#endif
