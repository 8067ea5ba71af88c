/* harness/run_decider_search.h: the strategies of a search as deciders (search/strategy.h). */
#ifndef HARNESS_RUN_DECIDER_SEARCH_H
#define HARNESS_RUN_DECIDER_SEARCH_H

#include "harness/run_decider.h"

/*
 * One decider for each searcher of the plan (harness/plan_search.h), whose asks become points of
 * it. When all have ended, the facts are, ID being the part's: "ID/winner", the best of the main
 * strategy's runs by validation; "ID/NAME", the best of each strategy's; and "ID/SERIES/ledger",
 * what each searcher found and what it has spent for it. A retrain that follows gets its networks.
 */
extern const RunDeciderKind run_decider_search;

#endif
