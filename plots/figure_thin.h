/*
 * plots/figure_thin.h: of very much an even choice is drawn, and the figure says so; private to
 * plots/.
 */
#ifndef PLOTS_FIGURE_THIN_H
#define PLOTS_FIGURE_THIN_H

#include "plots/figure_data.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Is the i-th of n things one of the `most` that are drawn? All are where there are not more. */
bool figure_thin_keeps(size_t i, size_t n, size_t most);

/* Block `thinned`, "2000 of 19962 networks", unless all are drawn. Errors: ERR_MEMORY. */
ErrCode figure_thin_tell(FigureData *data, size_t n_drawn, size_t n_all, const char *what,
                         Arena *arena, Err *err) ERR_CHECKED;

/* The same of block `map`, whose column `all_networks` counts those of its group. */
ErrCode figure_thin_grid(FigureData *data, Arena *arena, Err *err) ERR_CHECKED;

#endif
