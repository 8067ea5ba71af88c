/*
 * results/blocks: networks compared with the noise of all of them: seeds are blocks.
 *
 * y[network, seed] = mean[network] + effect[seed] + noise, a randomised complete block design
 * (seeds share the order of data and the augmentation's stream). The noise's deviation is that of
 * the residuals over all networks of equal recipe and data, with (networks - 1)(seeds - 1) degrees
 * of freedom when no cell is missing. Missing cells go by least squares.
 *
 * A contrast sum c y has a variance of its own, v, from the n seeds that have all its networks. It
 * is shrunk to the pooled one with the weight of BLOCKS_PRIOR_DF degrees of freedom,
 * (4 sd^2 sum c^2 + (n - 1) v) / (n + 3), with Student's t at min(n + 3, df): a test of equal
 * variances beforehand rejects always at two seeds and never at three. Simulated error rates:
 * docs/verdicts.md.
 */
#ifndef RESULTS_BLOCKS_H
#define RESULTS_BLOCKS_H

#include "results/stats.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

enum { BLOCKS_PRIOR_DF = 4 };

typedef struct Blocks {
    int n_networks, n_seeds;
    const double *y; /* [n_networks][n_seeds], NaN: missing; borrowed */
    double *means;   /* [n_networks] at the average seed; NaN: the network has no value */
    double sd;       /* of the noise; NaN without degrees of freedom */
    double df;       /* values less what is fitted */
} Blocks;

typedef struct BlocksContrast {
    StatsInterval interval; /* mean: the contrast; sd: of one seed's contrast, shrunk; n seeds */
    double p;               /* two-sided, that it is 0 */
    double p_alone;         /* the same by the contrast's own variance; NaN: n < 2 */
} BlocksContrast;

/* Errors: ERR_MEMORY. */
ErrCode blocks_fit(Blocks *out, const double *y, int n_networks, int n_seeds, Arena *arena,
                   Err *err) ERR_CHECKED;

/*
 * sum c[network] y over the seeds that have every network with c != 0 and that is_in[n_seeds] has
 * (NULL: any). NaN where no seed has, or the model has no degrees of freedom.
 */
BlocksContrast blocks_contrast(const Blocks *blocks, const double *c, const bool *is_in,
                               double confidence);

#endif
