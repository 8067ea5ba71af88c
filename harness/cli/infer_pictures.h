/* harness/cli/infer_pictures.h: the half of `isoflop infer` that is given pictures. */
#ifndef HARNESS_CLI_INFER_PICTURES_H
#define HARNESS_CLI_INFER_PICTURES_H

#include "harness/cli/weights_options.h"

/*
 * Prints the `top` most probable classes of each picture that `path` and the call's arguments name.
 * Errors: those of picture_list_add, weights_options_infer and recognition_run.
 */
ErrCode infer_pictures(const Call *call, const WeightsOptions *trained, const char *path, int batch,
                       int64_t top, Err *err) ERR_CHECKED;

#endif
