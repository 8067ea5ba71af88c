/*
 * results/verdict_decide.h: from contrasts by the block model to an outcome; private to results/.
 *
 * On numbers alone, so that error rates can be simulated (tests/results/test_scaling_rates.c,
 * docs/verdicts.md).
 */
#ifndef RESULTS_VERDICT_DECIDE_H
#define RESULTS_VERDICT_DECIDE_H

#include "results/verdict.h"

/* How contrasts make an outcome. */
typedef struct VerdictClaim {
    int sign;      /* 1: every contrast is above 0, -1: every one is below */
    bool is_whole; /* all contrasts that the claim names are there */
} VerdictClaim;

/*
 * Outcomes of out->contrasts[] that decide, and of *out: outcome, why, effect (that of the contrast
 * which says least for the claim), n, ripeness, p. CONFIRMED if each of them lies on
 * the claim's side, one-sided 5 % (an intersection-union test, no correction is due), REFUTED if
 * one lies on the other side after Bonferroni over all of them. What is unripe, unfinished, of one
 * seed, or would win by a seed that another network lost, takes neither side.
 */
void verdict_decide(Verdict *out, VerdictContrast *contrasts, size_t n, VerdictClaim claim);

/* The one-sided p that the contrast is not on that side of 0; 1 where it has none. */
double verdict_side_p(const VerdictContrast *contrast, int sign);

/* Whether it may be said to be on that side of 0. */
bool verdict_can_take_side(const VerdictContrast *contrast, int sign);

/* UNRIPE if one is, RIPE if both are. */
VerdictRipeness verdict_joint_ripeness(VerdictRipeness a, VerdictRipeness b);

#endif
