/*
 * results/survival: times until something happens, where it may not have happened yet: the median
 * by Kaplan and Meier, J. Am. Stat. Assoc. 53 (1958), and the log-rank test of several groups
 * (Mantel, Cancer Chemotherapy Reports 50 (1966); Peto and Peto, J. R. Stat. Soc. A 135 (1972)).
 *
 * A trial whose time is censored counts among those at risk up to and at its time. The log-rank's
 * chi-square sums, over the distinct times of events, what each group had less its share of those
 * at risk, by the hypergeometric variance (ties as they are). It is a law of many trials: of ten
 * groups of three it calls equal ones different in 10 of 100 studies at 5 %, and trials of one
 * network for as many witnesses. So beside it stands the share of shuffles with a chi-square as
 * large: units of one block are dealt one another's groups, the trials of a unit together. Where
 * units are exchangeable within blocks, that share errs no more often than it says, at any number.
 * Groups that are networks: a unit is a trial, its block the seed, for trials of one seed saw the
 * same data. Groups of several networks: a unit is a network, and there is one block.
 */
#ifndef RESULTS_SURVIVAL_H
#define RESULTS_SURVIVAL_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { SURVIVAL_DRAWS = 2000 };

typedef struct SurvivalTime {
    double time;   /* of the event, or how long there was none */
    bool is_event; /* false: censored */
    int group;     /* from 0; survival_median looks at none of these three */
    int64_t block; /* any number */
    int unit;      /* any number; equal ones in a block are one unit, of one group */
} SurvivalTime;

/* Of several groups, that they are alike. */
typedef struct SurvivalTest {
    double chi2;
    int df;            /* groups at risk at the first event, less one; 0: nothing can be said */
    double p;          /* by the chi-square; NaN for df 0 */
    double p_shuffled; /* by SURVIVAL_DRAWS shuffles, and the data themselves */
} SurvivalTest;

/* The earliest time by which half have had the event; NaN: never. Sorts times[n]. */
double survival_median(SurvivalTime *times, int n);

/* Sorts times[n]. Errors: ERR_MEMORY. */
ErrCode survival_logrank(SurvivalTime *times, int n, int n_groups, Arena *arena, SurvivalTest *out,
                         Err *err) ERR_CHECKED;

#endif
