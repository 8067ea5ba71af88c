/*
 * harness/importing.h: results of trials that were trained elsewhere, into a study's store.
 */
#ifndef HARNESS_IMPORTING_H
#define HARNESS_IMPORTING_H

#include "base/err.h"
#include "base/file.h"
#include "results/store.h"

#include <stddef.h>

typedef struct ImportReport {
    size_t n_imported;
    size_t n_pending; /* trials of the plan that have no result yet */
} ImportReport;

/*
 * Imports the table of results/resulttable.h in the file `path` into the study in `folder`: all of
 * it, or nothing. `command` is how the user called us. Errors: those of resulttable_read and
 * store_import; ERR_BUSY: a run is at work there; ERR_MISSING: there is no study; ERR_DATA: the
 * store is damaged; ERR_IO, ERR_MEMORY.
 */
ErrCode importing_run(ImportReport *report, const char *folder, const char *path,
                      const char *command, Err *err) ERR_CHECKED;

/*
 * Locks and opens for writing a study that is there (opening for writing alone would make a new
 * one); the caller closes both, also after an error. Errors: as importing_run's.
 */
ErrCode importing_open(FileLock **lock, Store **store, const char *folder, Err *err) ERR_CHECKED;

#endif
