/*
 * nn/lbfgs.h: the least value of a smooth convex function of many variables, by limited-memory
 * BFGS: for problems of the whole data at once (nn/headfit.h), not for steps over batches.
 *
 * Double, sums in ascending order, on the calling thread; the function may use more. Memory is
 * reserved once; minimising cannot fail, and says how it ended.
 * Sources: Nocedal, Updating quasi-Newton matrices with limited storage, Math. Comp. 35, 1980
 * (two-loop recursion, start of the diagonal by the last pair); Hager and Zhang, A new conjugate
 * gradient method with guaranteed descent, SIAM J. Optim. 16, 2005 (a step is taken when it
 * satisfies Wolfe's conditions, or, where values differ by rounding alone, the approximate ones).
 */
#ifndef NN_LBFGS_H
#define NN_LBFGS_H

#include "base/err.h"

#include <stddef.h>

typedef struct Lbfgs Lbfgs;

typedef struct LbfgsProblem {
    /* The value at x[n]; fills gradient[n]. Both finite. */
    double (*value)(void *user, const double *x, double *gradient);
    /*
     * direction[n] = B^-1 direction, B symmetric and positive definite: the better it is like the
     * second derivative, the fewer the steps. NULL: the identity.
     */
    void (*solve)(void *user, double *direction);
    void *user;
} LbfgsProblem;

typedef enum LbfgsEnd {
    LBFGS_CONVERGED, /* the gradient is as short as wanted */
    LBFGS_STALLED,   /* no step along the direction is better: rounding has the last word */
    LBFGS_LIMIT,     /* as many iterations as allowed */
} LbfgsEnd;

typedef struct LbfgsReport {
    LbfgsEnd end;
    int iterations;  /* steps taken */
    int evaluations; /* of the function */
    double value;    /* at the end */
    double gradient; /* its Euclidean length there */
} LbfgsReport;

/* For n >= 1 variables. ERR_MEMORY. */
ErrCode lbfgs_create(Lbfgs **out, size_t n, Err *err) ERR_CHECKED;

/*
 * Moves x[n] from where it stands until the gradient is no longer than `shortest`, at most
 * max_iterations steps. The last x is the one that the report is of.
 */
LbfgsReport lbfgs_minimise(Lbfgs *lbfgs, double *x, const LbfgsProblem *problem, double shortest,
                           int max_iterations);

void lbfgs_destroy(Lbfgs **lbfgs); /* accepts NULL */

#endif
