/* plots/figure_sizes.h: fits of size against compute, drawn; private to plots/. */
#ifndef PLOTS_FIGURE_SIZES_H
#define PLOTS_FIGURE_SIZES_H

#include "plots/figure_data.h"

#include "base/arena.h"
#include "base/err.h"

/*
 * From block `value` (macs, loss, images, total): blocks `parabola` and `surface`, a curve for each
 * total (macs, loss); `best` (total as text, macs, loss, low, high, total); `law` (total, best
 * macs), within what was trained and beyond it. What cannot be fitted is empty.
 */
ErrCode figure_sizes_fit(FigureData *data, Arena *arena, Err *err) ERR_CHECKED;

#endif
