/* harness/cli/export_store.h: the half of `export` that reads a study's store. */
#ifndef HARNESS_CLI_EXPORT_STORE_H
#define HARNESS_CLI_EXPORT_STORE_H

#include "harness/cli/command.h"

typedef enum ExportStoreFormat {
    EXPORT_STORE_CSV,
    EXPORT_STORE_JSON,
    EXPORT_STORE_TENSORBOARD,
    EXPORT_STORE_OPTUNA
} ExportStoreFormat;

/*
 * csv and json print what the arguments DIR WHAT name; tensorboard and optuna write what DIR holds
 * to `output`. `name` is the format's, for messages. Errors: ERR_USAGE (arguments that do not fit
 * the format), as study_folder_open and the exports.
 */
ErrCode export_store(const Call *call, ExportStoreFormat format, const char *name,
                     const char *output, Err *err) ERR_CHECKED;

#endif
