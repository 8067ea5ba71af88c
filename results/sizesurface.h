/*
 * results/sizesurface: one surface over size and data, and where it is lowest at a budget.
 *
 * loss = E + A macs^-p + B images^-q over all rows, E, A, B >= 0: for each p and q the best of
 * these by non-negative least squares, p and q from a grid and then MINPACK's Levenberg-Marquardt.
 * At C = 6 macs images its best number of images has the exponent p/(p + q). Intervals by the delta
 * method.
 */
#ifndef RESULTS_SIZESURFACE_H
#define RESULTS_SIZESURFACE_H

#include "results/sizetable.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

#define SIZESURFACE_CONFIDENCE 0.90 /* of intervals, two-sided */

/* log10 of the best number of images = intercept + exponent log10 C. */
typedef struct SizeLaw {
    double exponent, intercept;
    double low, high; /* of the exponent, 90 %; NaN: the rows leave no degrees of freedom */
} SizeLaw;

/* The best size at one budget; its interval is multiplicative: images / factor to images * factor.
 */
typedef struct SizeOptimum {
    double macs, images; /* NaN: the parabola has no minimum */
    double factor;       /* NaN: no degrees of freedom */
    bool is_inside;      /* among the sizes trained */
} SizeOptimum;

typedef struct SizeSurface {
    double E, A, p, B, q;
    double sd, df;      /* of the residuals */
    bool is_determined; /* both terms are there and neither exponent is at its limit */
} SizeSurface;

/* Errors: ERR_MEMORY. */
ErrCode sizesurface_fit(SizeSurface *out, const SizeTable *table, Arena *arena,
                        Err *err) ERR_CHECKED;

/*
 * Where a determined surface is lowest along each budget, optima[n_groups], and the law of it, with
 * intervals. Errors: ERR_MEMORY.
 */
ErrCode sizesurface_optima(const SizeSurface *surface, const SizeTable *table, SizeOptimum *optima,
                           SizeLaw *law, Arena *arena, Err *err) ERR_CHECKED;

/* The intercept for C = 3 macs images, multiply-adds of training as studies count them. */
double sizesurface_train_intercept(const SizeLaw *law);

#endif
