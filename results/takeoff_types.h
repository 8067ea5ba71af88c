/* results/takeoff_types.h: groups of networks and how they took off, shared by takeoff*.h. */
#ifndef RESULTS_TAKEOFF_TYPES_H
#define RESULTS_TAKEOFF_TYPES_H

#include "results/survival.h"

#include <stdbool.h>

typedef struct TakeoffGroup {
    const char *name;     /* series, or the network's multipliers or genes */
    int n, n_censored;    /* finished trials; those that never took off */
    int n_shared;         /* of n: in another group of the part, too */
    double median_epochs; /* Kaplan and Meier's; NaN: fewer than half took off */
} TakeoffGroup;

typedef struct TakeoffPart {
    const char *part;
    bool is_by_network; /* groups are networks, for it has one series */
    TakeoffGroup *groups;
    int n_groups;
    int n_elsewhere;        /* trials without a curve */
    int n_tested;           /* groups that have trials of their own; fewer than 2: no test */
    bool shuffles_networks; /* in the test; false: the trials of each seed */
    SurvivalTest test;      /* over these groups */
} TakeoffPart;

#endif
