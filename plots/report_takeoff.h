/* plots/report_takeoff.h: how long training took to get going, a section of a report; private to
 * plots/. */
#ifndef PLOTS_REPORT_TAKEOFF_H
#define PLOTS_REPORT_TAKEOFF_H

#include "results/store.h"

#include "base/arena.h"
#include "base/text.h"

/* Medians and log-rank by part (results/takeoff.h); nothing where runs are not short. */
void report_takeoff(Text *page, const StoreResults *results, Arena *arena);

#endif
