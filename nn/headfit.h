/*
 * nn/headfit.h: a linear classifier on given features, trained to its optimum: multinomial logistic
 * regression with an L2 penalty.
 *
 * Features are standardised by the images' own mean and deviation, and a feature that is always 1
 * stands behind them, so that a strength means the same for any network. With u these F + 1
 * numbers of an image, z = v u its logits and V = |v|^2 over all K (F + 1) coefficients, the last
 * included,
 *
 *     f(v) = mean over images of (log sum exp z - z[label]) + l2/2 V
 *
 * is l2-strongly convex: it has one optimum, finite also where classes can be told apart without
 * error or have no image, and a gradient g leaves f at most |g|^2 / (2 l2) above its least value
 * and v at most |g| / l2 from there. That bound is when a fit is done (nn/lbfgs.h). Features that
 * do not vary (by less than 1e-6 of their size) take no part.
 *
 * Double, with sums over images in slots that depend on their number alone: the same bits with any
 * number of threads. Nothing depends on the instruction set. The calling thread is left flushing
 * subnormal numbers to zero.
 */
#ifndef NN_HEADFIT_H
#define NN_HEADFIT_H

#include "nn/headdata.h"

#include "base/err.h"

#include <stdbool.h>

#define HEADFIT_GAP 1e-8 /* nats above the least value, at most, where a fit is done */

enum { HEADFIT_MAX_ITERATIONS = 20000 }; /* of one strength */

typedef struct HeadFit HeadFit;

typedef struct HeadFitReport {
    int iterations;
    double gradient;   /* |g| at the end */
    double loss;       /* mean cross-entropy of the images there, nats */
    bool is_converged; /* |g|^2 / (2 l2) <= HEADFIT_GAP */
} HeadFitReport;

/*
 * Of at least one image; `data` is borrowed until the fit is destroyed, labels are in
 * 0..n_classes-1, features finite. All coefficients are 0. ERR_MEMORY.
 */
ErrCode headfit_create(HeadFit **out, const HeadData *data, int n_classes, int threads,
                       Err *err) ERR_CHECKED;

/*
 * Goes to the optimum of a strength l2 > 0 from where the coefficients stand: weak strengths are
 * reached faster from the optimum of stronger ones.
 */
HeadFitReport headfit_run(HeadFit *fit, double l2);

/* Coefficients, with pad of zeros: v[headfit_size], of class k and feature f at [f][k]. */
size_t headfit_size(const HeadFit *fit);

/* f(v), and its gradient[headfit_size]. */
double headfit_value(HeadFit *fit, double l2, const double *v, double *gradient);

/* The same classifier for features as they are: w[n_classes][n_features], b[n_classes]. */
void headfit_read(const HeadFit *fit, float *w, float *b);

void headfit_destroy(HeadFit **fit); /* accepts NULL */

#endif
