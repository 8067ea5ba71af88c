/*
 * search/strategy_random: uniform, without replacement of networks.
 *
 * The rival of every search: Li and Talwalkar, "Random Search and Reproducibility for Neural
 * Architecture Search" (arXiv 1902.07638), section 3. Networks are drawn, not genotypes: two
 * genotypes of one canonical form are one draw each, and what was drawn is not drawn again.
 */
#include "search/strategies.h"

const SearchStrategy strategy_random_row = {
    .name = "random",
    .summary = "uniform, without replacement of networks",
    .propose = strategy_random,
};
