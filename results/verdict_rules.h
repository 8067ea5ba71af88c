/*
 * results/verdict_rules.h: how the verdicts of searches decide, on numbers alone; private to
 * results/.
 *
 * Apart from where the numbers come from, so that error rates can be simulated
 * (tests/results/test_verdict_rules.c, docs/verdicts.md). Intervals are those of stats.h.
 */
#ifndef RESULTS_VERDICT_RULES_H
#define RESULTS_VERDICT_RULES_H

#include "results/verdict.h"

/* The level of intervals of what was chosen: see verdict_chosen. */
#define VERDICT_CHOSEN_CONFIDENCE 0.95

/*
 * Test minus given, by seed, of whichever of k networks the *other* seeds' validation chooses: what
 * was chosen on a seed is never judged on it. values are [network][seed]; differences[n] are
 * filled. Two to one another share most of their choice, so their t interval is too short; at 95 %
 * it errs in at most 5 of 100 on either side. n < STATS_MIN_N: no interval, INCONCLUSIVE.
 */
VerdictOutcome verdict_chosen(const double *const *val, const double *const *test, int k,
                              const double *given, int n, double *differences,
                              StatsInterval *interval);

/*
 * What constants lose, by a surface's bounds: CONFIRMED (they hold) if at most VERDICT_LOSS_POINTS
 * by the upper, REFUTED if more by the lower.
 */
VerdictOutcome verdict_loss(double low, double high);

/* By the upper end, or by the mean where there are too few seeds for an interval. */
bool verdict_reaches_higher(const StatsInterval *a, const StatsInterval *b);

/*
 * Whether one network of k, the `borrowed`, is as good as the best of them but for `margin`.
 * CONFIRMED if for every other the 90 % paired t interval of its lead ends at or below the margin
 * (each must, so no correction is needed); REFUTED if the lead of the one that the other seeds'
 * validation chooses lies above it, as in verdict_chosen at twice its certainty, for two grids are
 * looked at. *lead has the largest lead (verdict_reaches_higher), *n_beyond how many reach over the
 * margin.
 */
VerdictOutcome verdict_borrowed(const double *const *val, const double *const *test, int k,
                                int borrowed, int n, double margin, double *differences,
                                StatsInterval *lead, int *n_beyond);

#endif
