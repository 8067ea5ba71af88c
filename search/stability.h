/*
 * search/stability: how firm a choice among trained networks is: over seeds, and over w.
 *
 * An objective with a score chooses one network, by the mean of its seeds: the best score, of
 * equals the one with fewer MACs, then the earlier. `pareto` chooses the front: all that no other
 * beats in one of accuracy and MACs and equals in the other. Seeds are paired: a draw of seeds is
 * the same for all networks; a network without any of them is not chosen.
 */
#ifndef SEARCH_STABILITY_H
#define SEARCH_STABILITY_H

#include "search/objective.h"

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct StabilityNetwork {
    double macs;
    const double *values; /* [n_seeds] accuracy in percent; NaN: not in */
} StabilityNetwork;

/* What is chosen from. */
typedef struct StabilityField {
    Objective objective;
    const StabilityNetwork *networks; /* [n], by MACs, fewest first */
    size_t n;
    int n_seeds;
} StabilityField;

/* Where one network wins: low < w < high; low may be -inf. */
typedef struct StabilityRange {
    double low, high;
    size_t network;
} StabilityRange;

/* is_chosen[n]: by the mean over these n_draws seeds, each a place in values, perhaps repeated. */
void stability_choose(const StabilityField *field, const int *seeds, int n_draws, bool *is_chosen);

/*
 * shares[n] = in how many of n_samples bootstrap samples of the seeds each is chosen, as a share.
 * A function of its arguments. Errors: ERR_MEMORY.
 */
ErrCode stability_resample(const StabilityField *field, int n_samples, double *shares,
                           Err *err) ERR_CHECKED;

/*
 * Which network wins for which w <= 0, by the mean of all seeds: ranges[n], of which *n_ranges are
 * set, from the lowest w to 0. None where scores do not depend on w. Networks of accuracy 0 are
 * left out.
 */
void stability_over_w(const StabilityField *field, StabilityRange *ranges, size_t *n_ranges);

#endif
