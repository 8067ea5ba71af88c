/*
 * results/optuna.h: a store's finished trials as an SQLite file that Optuna and its dashboard open.
 *
 * One study of Optuna, named as ours, that maximises val_top1; one COMPLETE trial for each of ours
 * that is done, and no other. Parameters are what was built (depth, width, resolution, or a
 * network's genes), intermediate values val_top1 by epoch; the rest are attributes (docs/store.md
 * names them). The file is written for reading: nothing leads back from it into the store.
 */
#ifndef RESULTS_OPTUNA_H
#define RESULTS_OPTUNA_H

#include "results/store.h"

#include "base/err.h"

/*
 * Writes `path` anew, atomically. A file that an earlier export wrote is replaced, any other is
 * left alone. Errors: ERR_USAGE (another file is there), ERR_IO, as store_query.
 */
ErrCode optuna_write(Store *store, const char *path, Err *err) ERR_CHECKED;

#endif
