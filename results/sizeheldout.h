/*
 * results/sizeheldout: the power law of the best size, tested where it was not fitted.
 *
 * Of three budgets or more the one of most compute is held out: the law of the others, by their
 * parabolas, says the best size there, and that budget's own parabola says what it is. They agree
 * if the 90 % interval of the difference of their logarithms, whose errors are independent, has 0.
 */
#ifndef RESULTS_SIZEHELDOUT_H
#define RESULTS_SIZEHELDOUT_H

#include "results/sizesurface.h"

#include "base/text.h"

#include <stdbool.h>

/* A budget's best size, as its parabola has it. */
typedef struct SizePoint {
    double compute;     /* C = 6 macs images */
    SizeOptimum best;   /* its interval by the residuals of all parabolas */
    double error;       /* of ln images, in units of the residuals' deviation */
    double squares, df; /* its residuals */
} SizePoint;

typedef struct SizeHeldOut {
    bool is_tested; /* the largest budget has a minimum, and two others of less compute have one */
    int n_fitted;   /* budgets that the law is of */
    double compute; /* of the budget held out */
    SizeOptimum predicted, found; /* factor NaN: three sizes a budget leave no interval */
    bool is_judged, agrees;       /* agrees: if judged */
} SizeHeldOut;

void sizeheldout_test(SizeHeldOut *out, const SizePoint *points, int n);

/* What a test that was made says, without a full stop. */
void sizeheldout_text(const SizeHeldOut *test, Text *out);

#endif
