/* plots/report_search.h: what was searched and found, a section of a report; private to plots/. */
#ifndef PLOTS_REPORT_SEARCH_H
#define PLOTS_REPORT_SEARCH_H

#include "results/store.h"

#include "base/arena.h"
#include "base/text.h"

/*
 * The networks found, below the given one; the ledger of every searcher; the checklist of a report
 * of a search. Nothing if the study has not searched.
 */
void report_search(Text *page, Store *store, const StoreResults *results, Arena *arena);

#endif
