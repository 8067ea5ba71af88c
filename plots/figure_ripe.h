/* plots/figure_ripe.h: which learning curves are ripe; private to plots/. */
#ifndef PLOTS_FIGURE_RIPE_H
#define PLOTS_FIGURE_RIPE_H

#include "plots/figure_data.h"

#include "base/arena.h"
#include "base/err.h"

/*
 * Writes "ripe" or "unripe" (results/ripeness.h) into the column `label` of block `line`, by the
 * curves of block `seed`: line, epoch, val_top1, seed, trial. Seeds that made fewer epochs than the
 * first of their line are left out. If lines are left out that the
 * store has, by block `range`, block `thinned` says so. Errors: ERR_MEMORY.
 */
ErrCode figure_ripe_mark(FigureData *data, Arena *arena, Err *err) ERR_CHECKED;

#endif
