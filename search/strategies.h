/* search/strategies: the rows of search/strategy.c's table, one file each. */
#ifndef SEARCH_STRATEGIES_H
#define SEARCH_STRATEGIES_H

#include "search/strategy.h"

extern const SearchStrategy strategy_evolution_row, strategy_local_row, strategy_nsga2_row,
    strategy_policy_row, strategy_ppo_row, strategy_random_row, strategy_tpe_row;

#endif
