/* results/sizestudy: the trainings of a study's parts `sizes` as a table for results/sizefit. */
#ifndef RESULTS_SIZESTUDY_H
#define RESULTS_SIZESTUDY_H

#include "results/sizetable.h"
#include "results/store.h"

#include "base/arena.h"
#include "base/err.h"

/*
 * A row for each finished trial of each total: test loss, images of all epochs. Errors:
 * ERR_MISSING: none has finished; ERR_DATA: too few sizes of a total, as sizetable_group, or one
 * total; as store_query.
 */
ErrCode sizestudy_read(SizeTable *out, Store *store, Arena *arena, Err *err) ERR_CHECKED;

#endif
