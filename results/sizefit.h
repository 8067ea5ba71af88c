/*
 * results/sizefit: how the best size of a network grows with compute, by two fits that check each
 * other.
 *
 * Parabola: at each budget loss against ln macs; its minimum is the best size there, the rest of
 * the budget its images; over budgets log10 images = intercept + exponent log10 C, C = 6 macs
 * images, by least squares. Errors: the residuals of all parabolas together, by the delta method.
 * Where loss is not symmetric in ln macs the intercept is biased by the range of sizes.
 *
 * Surface: loss = E + A macs^-p + B images^-q over all rows, E, A, B >= 0: for each p and q the
 * best of these by non-negative least squares, p and q from a grid and then MINPACK's
 * Levenberg-Marquardt. Its best size at C has exponent p/(p + q) of images. Sources: Hoffmann et
 * al. (2203.15556), approaches 2 and 3.
 */
#ifndef RESULTS_SIZEFIT_H
#define RESULTS_SIZEFIT_H

#include "results/sizetable.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

#define SIZEFIT_CONFIDENCE 0.90

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

typedef struct SizeFit {
    SizeOptimum *parabolas; /* [n_groups] */
    double sd, df;          /* of the residuals of all parabolas */
    bool has_parabola;      /* two budgets have a minimum */
    SizeLaw parabola;       /* else NaN */
    SizeSurface surface;
    SizeLaw surface_law; /* NaN unless the surface is determined */
    SizeOptimum *optima; /* [n_groups] by the surface; likewise */
    const char *warning; /* of the arena; NULL: none */
} SizeFit;

/* Errors: ERR_MEMORY. */
ErrCode sizefit_run(SizeFit *out, const SizeTable *table, Arena *arena, Err *err) ERR_CHECKED;

/* The intercept for C = 3 macs images, multiply-adds of training as studies count them. */
double sizefit_train_intercept(const SizeLaw *law);

#endif
