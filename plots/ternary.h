/*
 * plots/ternary.h: the figure `ternary`: which shape is best at each budget; private to plots/.
 *
 * A panel a profile (results/profiles.h): the triangle of shares with its corners named, networks
 * as dots shaded by mean test accuracy, what the fit says as shaded bands with contours, the
 * optimum with its region, named rules as open marks with how far below the optimum they are.
 * Everything is laid out here, for a screen or for a page (plots/ternary_layout.h), y downwards;
 * gnuplot only draws.
 */
#ifndef PLOTS_TERNARY_H
#define PLOTS_TERNARY_H

#include "plots/figure_data.h"
#include "plots/figure_style.h"

/*
 * Adds the figure's blocks; `head` has no rows if no profile has a result. Errors: as
 * store_results, ERR_MEMORY.
 */
ErrCode ternary_add(Store *store, const FigureStyle *style, FigureData *data, Arena *arena,
                    Err *err) ERR_CHECKED;

#endif
