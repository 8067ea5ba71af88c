/* harness/run_decider_constants.h: the constants of a grid as a decider (search/constants.h). */
#ifndef HARNESS_RUN_DECIDER_CONSTANTS_H
#define HARNESS_RUN_DECIDER_CONSTANTS_H

#include "harness/run_decider.h"

/*
 * Its points are the grid's, all given. The seeds that count are the study's and those that have
 * finished at every network of the part before, unless the run takes its seeds exactly.
 */
extern const RunDeciderKind run_decider_constants;

#endif
