/*
 * nn/headcurvature.h: about how a linear classifier's cross-entropy is curved: what makes the way
 * to its optimum short where features say nearly the same (nn/headfit.h).
 *
 * The Hessian of class k's coefficients is the mean over images of p_k (1 - p_k) u u' and the
 * penalty's l2. With one weight for all images and classes that is weight S + l2 I, S the mean of
 * u u': Boehning's bound, Multinomial logistic regression algorithm, Ann. Inst. Statist. Math. 44,
 * 1992, with the images' own mean weight in place of 1/2. S is taken over enough images, evenly
 * spaced: it decides how fast the optimum is reached, not where it is.
 */
#ifndef NN_HEADCURVATURE_H
#define NN_HEADCURVATURE_H

#include "nn/headdata.h"

#include "base/err.h"

typedef struct HeadCurvature HeadCurvature;

/*
 * S of u = (x - mean) scale, and 1 behind it, for mean[n_features] and scale[n_features]. The same
 * bits with any number of threads. ERR_MEMORY.
 */
ErrCode headcurvature_create(HeadCurvature **out, const HeadData *data, const double *mean,
                             const double *scale, int threads, Err *err) ERR_CHECKED;

/* Factors weight S + l2 I, weight >= 0, l2 > 0. */
void headcurvature_set(HeadCurvature *curvature, double weight, double l2);

/* v[n_features + 1][n_columns] = (weight S + l2 I)^-1 v, of the last factors. */
void headcurvature_solve(const HeadCurvature *curvature, double *v, int n_columns);

void headcurvature_destroy(HeadCurvature **curvature); /* accepts NULL */

#endif
