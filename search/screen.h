/*
 * search/screen: a search on a short schedule with a part of the budget, then the best in full.
 *
 * Half of the budget goes to a strategy that sees nothing but points trained for few epochs, on a
 * whole schedule of their own; then the best of them are trained in full, one for each full
 * training that is left. It yields the best of those. That short trainings rank networks well
 * enough is measured, not assumed (docs/search.md).
 */
#ifndef SEARCH_SCREEN_H
#define SEARCH_SCREEN_H

#include "search/strategy.h"

typedef struct ScreenSettings {
    StrategySettings search; /* of the short ones: its budget, its epochs, at least 1 */
    int64_t n_full;          /* trained in full afterwards, at least 1 */
    int64_t full_epochs;     /* 0: the recipe's; not those of the search */
    int64_t budget_macs;     /* of short and full ones together, as StrategySettings'; 0: none */
    double full_factor;      /* a full one's training MACs over those of its network */
} ScreenSettings;

/* Its settings are ScreenSettings. */
extern const Decider screen_decider;

/*
 * Divides a search's budget of full trainings: half, rounded down, is spent in full, and the rest,
 * at `cost` of a full training each, on the short ones. ERR_USAGE: a budget below 2, a cost outside
 * (0, 1), more short ones than STRATEGY_MAX_BUDGET.
 */
ErrCode screen_divide(ScreenSettings *settings, const StrategySettings *search, double cost,
                      int64_t epochs, Err *err) ERR_CHECKED;

/*
 * The same for a search with a budget in counted training MACs: half of it is spent on the short
 * ones, each `short_factor` times its network's MACs, and the rest in full.
 */
void screen_divide_macs(ScreenSettings *settings, const StrategySettings *search,
                        double short_factor, int64_t epochs, int64_t min_macs);

#endif
