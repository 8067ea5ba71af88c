/*
 * results/tensorboard.h: a store's trials as event files that TensorBoard shows.
 *
 * A run is a trial that has at least one finished epoch: a folder NNNNNN-POINT-sSEED (its number,
 * the first point it belongs to, its seed) with one file of scalars by epoch: loss/train, loss/val,
 * top1/val, lr, and with the last epoch of a finished trial loss/test and top1/test. What is not a
 * number has no scalar. Instants are those of the run, from attempts' begins and epochs' durations.
 */
#ifndef RESULTS_TENSORBOARD_H
#define RESULTS_TENSORBOARD_H

#include "results/store.h"

#include "base/err.h"

/*
 * Writes the runs below `folder`, which is made; each file atomically, over that of an earlier
 * export. *n_runs of them. Errors: ERR_IO, as store_query.
 */
ErrCode tensorboard_write(Store *store, const char *folder, int64_t *n_runs, Err *err) ERR_CHECKED;

#endif
