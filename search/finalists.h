/*
 * search/finalists: the decider that chooses among what a search found, trained anew.
 *
 * It asks for nothing: the study gives the networks, ticket i being network i. The candidates come
 * first, in the order in which the search saw them; what stands behind them (the best of each
 * rival, the given baseline) is trained beside them with the same seeds, and cannot be chosen. When
 * all have been heard it yields the candidate with the best score of mean validation accuracy
 * (search/heard.h; equal: the earlier one). One whose trials failed cannot be chosen.
 *
 * The search has seen each candidate with seeds that made it a candidate: its first is the luckiest
 * of many. Seeds that the search did not use know nothing of that.
 */
#ifndef SEARCH_FINALISTS_H
#define SEARCH_FINALISTS_H

#include "search/decider.h"
#include "search/objective.h"

#include <stddef.h>
#include <stdint.h>

typedef struct FinalistsSettings {
    const Objective *objective; /* NULL: accuracy itself */
    const int64_t *macs;        /* [n_networks] for one image */
    size_t n_networks;
    size_t n_candidates; /* the first of them */
} FinalistsSettings;

/* Its settings are FinalistsSettings. */
extern const Decider finalists_decider;

#endif
