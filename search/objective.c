/* search/objective: scores. */
#include "search/objective.h"

#include "base/fmath.h"

#include <math.h>

const char *const objective_form_names[] = {"soft", "hard", "band", NULL};

#define HARD_EXPONENT (-1.0) /* of macs above the target: MnasNet's beta */

double objective_score(const Objective *objective, double accuracy, double macs)
{
    const double ratio = macs / objective->target_macs;
    switch (objective->form) {
    case OBJECTIVE_SOFT:
        return accuracy * fm_pow(ratio, objective->w);
    case OBJECTIVE_HARD:
        return ratio <= 1.0 ? accuracy : accuracy * fm_pow(ratio, HARD_EXPONENT);
    case OBJECTIVE_BAND:
        return fabs(ratio - 1.0) <= objective->tolerance ? accuracy : (double)NAN;
    }
    return (double)NAN;
}
