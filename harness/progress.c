/* harness/progress.c: the estimate. */
#include "harness/progress.h"

#include <math.h>

double progress_eta(const ProgressLeft *left, size_t side_by_side, ProgressPace pace)
{
    if (left->n_trials == 0)
        return 0;
    if (!(pace.work > 0))
        return (double)NAN;
    const size_t n = side_by_side < left->n_trials ? side_by_side : left->n_trials;
    const double shared = left->work / (double)(n > 0 ? n : 1);
    return pace.seconds / pace.work * (shared > left->longest ? shared : left->longest);
}
