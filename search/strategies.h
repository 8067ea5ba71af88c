/*
 * search/strategies: the strategies there are, one file each; what they share is search/strategy.h.
 */
#ifndef SEARCH_STRATEGIES_H
#define SEARCH_STRATEGIES_H

#include "search/strategy.h"

extern const SearchStrategy strategy_evolution_row, strategy_local_row, strategy_nsga2_row,
    strategy_policy_row, strategy_ppo_row, strategy_random_row, strategy_tpe_row;

/* Sorted by name, NULL-terminated. */
extern const SearchStrategy *const strategies[];

/* ERR_USAGE names the nearest known one, or all. */
ErrCode strategies_find(const char *name, const SearchStrategy **strategy, Err *err) ERR_CHECKED;

/*
 * The strategy of a search that names none: `local` without a band; in a band `tpe`, whose regret
 * is the least there, but with a screen `random`, until another is shown to be better
 * (docs/search.md). A search that says nothing at all is screened.
 */
const SearchStrategy *strategies_default(bool is_band, bool has_screen);

#endif
