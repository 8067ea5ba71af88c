/* plots/report_parts.h: the section with a table for each part of a study; private to plots/. */
#ifndef PLOTS_REPORT_PARTS_H
#define PLOTS_REPORT_PARTS_H

#include "base/arena.h"
#include "base/text.h"
#include "results/ranking.h"
#include "results/store.h"

/* Every part in the plan's order: what it is, its table, its files. */
void report_parts(Text *page, Store *store, const StoreResults *results, const Ranking *rankings,
                  size_t n_rankings, Arena *arena);

/* "1.2 × 1.1 × 1.15 (built ...) at 1.03 of the target, mean validation ...": a ranking's first. */
void report_parts_winner(Text *page, const RankingRow *row);

#endif
