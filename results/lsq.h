/*
 * results/lsq: linear least squares by Householder reflections, for the few columns of a fit.
 *
 * Dense, double, in the order given but for one thing: a column that depends on those before it is
 * left out, and its coefficient is 0. So seeds and networks that no trial connects, or a term that
 * no shape determines, do no harm. Not for large or sparse problems. Memory is reserved once
 * (lsq_plan); factoring and solving cannot fail.
 */
#ifndef RESULTS_LSQ_H
#define RESULTS_LSQ_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

enum { LSQ_MAX_POSITIVE = 8 }; /* columns of lsq_positive */

/* The factors of X = QR, for any number of right sides. Memory is the arena's. */
typedef struct Lsq {
    int n_rows, n_columns;
    int rank;         /* columns that are not left out */
    double *factors;  /* [n_columns][n_rows]: R above the diagonal, below it what Q is made of */
    double *diagonal; /* [n_columns] of R, `rank` are used */
    double *lengths;  /* [n_columns] half the squared length of each reflection's vector */
    int *kept;        /* [n_columns] which column stands in the k-th row of R, `rank` are used */
    double *work;     /* [n_rows] */
} Lsq;

/* Errors: ERR_MEMORY. */
ErrCode lsq_plan(Lsq *lsq, int n_rows, int n_columns, Arena *arena, Err *err) ERR_CHECKED;

/* Factors x[n_rows][n_columns]; with `use` only the columns for which use[column] is true. */
void lsq_factor(Lsq *lsq, const double *x, const bool *use);

/* beta[n_columns] with the least |y - X beta|; returns the square of that length. */
double lsq_solve(const Lsq *lsq, const double *y, double *beta);

/*
 * whitened[rank] of f[n_columns]: f beta has the variance |whitened|^2 in units of one value's, and
 * differences of f have differences of it.
 */
void lsq_whiten(const Lsq *lsq, const double *f, double *whitened);

/* f (X'X)^-1 f' for f[n_columns]: the variance of f beta in units of one value's. */
double lsq_variance(const Lsq *lsq, const double *f);

/*
 * beta[n_columns] >= 0 with the least |y - X beta|, by trying every set of at most LSQ_MAX_POSITIVE
 * columns; returns the square of that length. `lsq` is left with the factors of the last set.
 */
double lsq_positive(Lsq *lsq, const double *x, const double *y, double *beta);

#endif
