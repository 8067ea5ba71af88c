/*
 * results/sizeheldout: the power law of the best size, tested where it was not fitted.
 *
 * Of three budgets or more the one of most compute is held out: the law of the others, by their
 * parabolas, says the best size there, and that budget's own parabola says what it is. A minimum
 * outside the sizes trained is none, neither of the law nor of the one held out. Judged is the
 * quotient of the two by its 90 % interval: the residuals' deviation, one for all parabolas, on its
 * degrees of freedom, with the errors of both, which are independent. An interval that has 1 is no
 * agreement: it says that nothing contradicts the law, and how wide it is says how much that is.
 */
#ifndef RESULTS_SIZEHELDOUT_H
#define RESULTS_SIZEHELDOUT_H

#include "results/sizesurface.h"

#include "base/text.h"

#include <stdbool.h>

/* A budget's best size, as its parabola has it. */
typedef struct SizePoint {
    double compute;   /* C = 6 macs images */
    SizeOptimum best; /* its interval by the residuals of all parabolas */
    double error;     /* of ln images, in units of the residuals' deviation */
} SizePoint;

typedef struct SizeHeldOut {
    bool is_tested;          /* two budgets of less compute than the largest have a minimum */
    int n_smaller, n_fitted; /* those of less compute; of these, those that the law is of */
    double compute;          /* of the budget held out */
    SizeOptimum predicted;   /* factor NaN: three sizes a budget leave no interval */
    bool is_found;           /* the budget held out has a minimum; else all below is 0 and false */
    SizeOptimum found;
    double ratio;       /* macs found over those foretold */
    double factor;      /* of its interval: ratio / factor to ratio * factor */
    bool is_judged;     /* that is a finite number */
    bool is_compatible; /* if judged: the interval has 1 */
} SizeHeldOut;

/* `unit` makes an error half of a 90 % interval: t(df) times the residuals' deviation, or NaN. */
void sizeheldout_test(SizeHeldOut *out, const SizePoint *points, int n, double unit);

/* What a test that was made says, without a full stop. */
void sizeheldout_text(const SizeHeldOut *test, Text *out);

#endif
