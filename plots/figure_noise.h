/* plots/figure_noise.h: what figures say of a study's noise; private to plots/. */
#ifndef PLOTS_FIGURE_NOISE_H
#define PLOTS_FIGURE_NOISE_H

#include "plots/figure_data.h"

#include "base/arena.h"
#include "base/err.h"

/*
 * From block `value` (network, top1, seed): variables noise_sd, noise_df, n_networks, n_seeds (of
 * a network, as most have) and block `residual`, a group for each seed: the network's mean, the
 * residual, network, seed, and where the network stands among all, from -0.4 to 0.4. Of more than
 * 4000 values it has those of some networks, evenly by rank, and block `thinned` says so. Without
 * degrees of freedom none of it.
 */
ErrCode figure_noise_residuals(FigureData *data, Arena *arena, Err *err) ERR_CHECKED;

/* The same variables and block `detectable`: seeds and least effect of several comparisons. */
ErrCode figure_noise_power(FigureData *data, Arena *arena, Err *err) ERR_CHECKED;

#endif
