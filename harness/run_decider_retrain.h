/* harness/run_decider_retrain.h: the choice among networks trained anew (search/finalists.h). */
#ifndef HARNESS_RUN_DECIDER_RETRAIN_H
#define HARNESS_RUN_DECIDER_RETRAIN_H

#include "harness/run_decider.h"

/*
 * Its points are the part's, which the search has filled (harness/plan_retrain.h). The fact is
 * "ID/winner", ID being the part's.
 */
extern const RunDeciderKind run_decider_retrain;

#endif
