/*
 * results/sizefit: how the best size of a network grows with compute, by two fits that check each
 * other.
 *
 * Parabola: at each budget loss against ln macs; its minimum is the best size there, the rest of
 * the budget its images; over budgets log10 images = intercept + exponent log10 C, C = 6 macs
 * images, by least squares. Errors: the residuals of all parabolas together, by the delta method.
 * Where loss is not symmetric in ln macs the intercept is biased by the range of sizes.
 *
 * Surface: results/sizesurface.h. Sources: Hoffmann et al. (2203.15556), approaches 2 and 3.
 */
#ifndef RESULTS_SIZEFIT_H
#define RESULTS_SIZEFIT_H

#include "results/sizeheldout.h"
#include "results/sizesurface.h"
#include "results/sizetable.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

/* One budget's parabola in u = ln macs - center. */
typedef struct SizeCurve {
    double center, beta[3]; /* loss = beta[0] + beta[1] u + beta[2] u^2 */
} SizeCurve;

typedef struct SizeFit {
    SizeCurve *curves;      /* [n_groups] */
    SizeOptimum *parabolas; /* [n_groups] */
    double sd, df;          /* of the residuals of all parabolas */
    bool has_parabola;      /* two budgets of different compute have a minimum */
    SizeLaw parabola;       /* else NaN */
    SizeHeldOut held_out;   /* of three budgets or more the largest: is it where the law has it? */
    SizeSurface surface;
    SizeLaw surface_law; /* NaN unless the surface is determined */
    SizeOptimum *optima; /* [n_groups] by the surface; likewise */
    const char *warning; /* of the arena; NULL: none */
} SizeFit;

/* The loss at a size by a parabola and by the surface. */
double sizefit_curve_loss(const SizeCurve *curve, double macs);
double sizefit_surface_loss(const SizeSurface *surface, double macs, double images);

/* The best size by a law at compute C = 6 macs images. */
double sizefit_law_macs(const SizeLaw *law, double compute);

/* Errors: ERR_MEMORY. */
ErrCode sizefit_run(SizeFit *out, const SizeTable *table, Arena *arena, Err *err) ERR_CHECKED;

#endif
