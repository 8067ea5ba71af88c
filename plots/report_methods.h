/*
 * plots/report_methods.h: how a study was made, in words to be copied into a paper; private to
 * plots/.
 */
#ifndef PLOTS_REPORT_METHODS_H
#define PLOTS_REPORT_METHODS_H

#include "base/arena.h"
#include "base/text.h"
#include "results/store.h"

/*
 * Data, split, recipe, seeds, cost, statistics, machine; the checklist, unless the study searches
 * (report_search has its own); how to cite it. `version` is isoflop's, or NULL.
 */
void report_methods(Text *page, Store *store, const StoreResults *results, const char *version,
                    Arena *arena);

#endif
