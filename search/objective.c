/* search/objective: scores and rankings. */
#include "search/objective.h"

#include "base/fmath.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

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

/* Best first; equal scores: fewer macs, then the earlier; not eligible last, in their order. */
static int compare(const void *left, const void *right)
{
    const Candidate *a = left, *b = right;
    const bool has_a = !isnan(a->score), has_b = !isnan(b->score);
    if (has_a != has_b)
        return has_a ? -1 : 1;
    if (has_a && a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (has_a && a->macs != b->macs)
        return a->macs < b->macs ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

size_t objective_rank(const Objective *objective, Candidate *candidates, size_t n)
{
    size_t n_eligible = 0;
    for (size_t i = 0; i < n; i++) {
        candidates[i].index = i;
        candidates[i].score =
            objective_score(objective, candidates[i].accuracy, candidates[i].macs);
        n_eligible += isnan(candidates[i].score) ? 0 : 1;
    }
    if (n > 1)
        qsort(candidates, n, sizeof *candidates, compare);
    for (size_t i = 0; i < n; i++) {
        const bool is_tied = i > 0 && candidates[i].score == candidates[i - 1].score;
        candidates[i].rank = is_tied ? candidates[i - 1].rank : i + 1;
        if (isnan(candidates[i].score))
            candidates[i].rank = 0;
    }
    return n_eligible;
}
