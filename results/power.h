/*
 * results/power: what a design would see, before anything is trained.
 *
 * A claim rests on one or more contrasts of networks, judged by the block model of
 * results/blocks.h: two-sided intervals with min(seeds + BLOCKS_PRIOR_DF - 1, (networks - 1)(seeds
 * - 1)) degrees of freedom. A contrast of true size `effect` is placed above 0 with the probability
 * that noncentral t, shifted by effect / (sd sqrt(squares / seeds)), exceeds the interval's
 * quantile. That is exact where the pooled deviation decides alone, and close with the contrast's
 * own mixed in (docs/verdicts.md has both). A claim that needs all of several contrasts is given
 * the product of their probabilities, which is never above the truth for contrasts that share a
 * network.
 */
#ifndef RESULTS_POWER_H
#define RESULTS_POWER_H

#include "results/scheffe.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

#define POWER_DEFAULT_SD 1.5 /* points: of one trial's noise, where there is no pilot */

/* What a claim rests on. */
typedef struct PowerDesign {
    double sd;         /* of one trial's noise, in the unit of effects; > 0 */
    double squares;    /* sum of c^2 of each contrast: 2 for one network less another */
    double confidence; /* two-sided, of each interval */
    int n_contrasts;   /* that must all lie above 0, each of the same true size */
    int n_networks;    /* whose noise is pooled */
    int n_seeds;
    bool is_fit; /* of a fit over all networks: the pooled degrees of freedom are its own */
} PowerDesign;

/*
 * P(T <= t) for noncentral t with df >= 1 degrees of freedom and the shift delta: (Z + delta) over
 * sqrt(chi^2 / df). By Simpson's rule over the root of chi^2 / df, to 1e-9.
 */
double power_noncentral_t(double t, double df, double delta);

/* Degrees of freedom of its intervals; 0: there are none. */
double power_df(const PowerDesign *design);

/* The probability that every contrast is placed above 0 if each is `effect`. NaN without df. */
double power_of(const PowerDesign *design, double effect);

/* The least effect of which that probability is `power`. NaN without degrees of freedom. */
double power_detectable(const PowerDesign *design, double power);

/* The least number of seeds from 2 with which that is at most `effect`, whatever the design has; 0:
 * above `most`, or sd is infinite or NaN, or the effect not above 0. */
int power_seeds(const PowerDesign *design, double effect, double power, int most);

/*
 * `squares` of a shape's claim: the variance, in units of one trial's over its seeds, of Scheffe's
 * quadratic at the centroid less the corner that the n shapes know least of. NaN: they do not
 * determine it. Errors: ERR_MEMORY.
 */
ErrCode power_shape_squares(double *squares, const Shares *shapes, int n, Arena *arena,
                            Err *err) ERR_CHECKED;

#endif
