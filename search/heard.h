/*
 * search/heard: what deciders share that judge given points: the results heard so far, the best.
 *
 * It is the state of such a decider (search/decider.h): zeroed memory has heard nothing.
 */
#ifndef SEARCH_HEARD_H
#define SEARCH_HEARD_H

#include "search/decider.h"
#include "search/objective.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Heard {
    size_t n_told, n_failed;
    DeciderResult results[]; /* by ticket - 1 */
} Heard;

/* Bytes of the results of n points. */
size_t heard_bytes(size_t n);

/* Adds an entry of the log. */
void heard_fold(Heard *heard, const DeciderEntry *entry);

/* The best of some points; zeroed: none yet. */
typedef struct HeardBest {
    bool is_there;
    size_t place; /* ticket - 1 */
    DeciderOutcome outcome;
    double score;
    int64_t macs;
} HeardBest;

/*
 * Considers a point that was heard of, whose network has so many MACs. The best has no diverged
 * seed where another has none, then the best score, then the fewest MACs; of equals it is the one
 * that was considered first. One without a score is never the best. objective: NULL for the
 * accuracy itself.
 */
void heard_consider(HeardBest *best, const Heard *heard, size_t place, const Objective *objective,
                    int64_t macs);

#endif
