/*
 * search/fronts: which points of two objectives survive: non-dominated fronts, crowding distance.
 *
 * Deb, Pratap, Agarwal, Meyarivan, "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II",
 * IEEE Transactions on Evolutionary Computation 6, 2002, sections III A and B. Values are
 * maximised, MACs minimised. Ties go to the earlier place, so the outcome is one for any order of
 * members.
 */
#ifndef SEARCH_FRONTS_H
#define SEARCH_FRONTS_H

#include <stdbool.h>
#include <stdint.h>

enum { FRONTS_MAX = 512 }; /* members */

typedef struct FrontMember {
    int32_t place; /* whose it is; unique */
    int32_t front; /* 0: dominated by none */
    double value, macs, crowding;
} FrontMember;

/* At least as good in both, and better in one. */
bool fronts_dominates(const FrontMember *a, const FrontMember *b);

/* By front, then the larger crowding distance, then the earlier place. */
bool fronts_is_better(const FrontMember *a, const FrontMember *b);

/*
 * members[n], n <= FRONTS_MAX: those of the first fronts that hold `wanted` come first, sorted by
 * fronts_is_better; their fronts and crowding distances are set, those of the others mean nothing.
 */
void fronts_select(FrontMember *members, int n, int wanted);

#endif
