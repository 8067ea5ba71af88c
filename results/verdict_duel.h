/*
 * results/verdict_duel.h: who meets whom at a target of `compare`; private to results/.
 *
 * Ties are judged among the strategies a verdict names: a compound that is one network with a
 * single dimension, or whose constants scale one alone, compares no balance (a few pixels that
 * matching gave the grid's winner are none); one that is also `dwr`
 * is still a compound, and two single dimensions in one network are one candidate.
 */
#ifndef RESULTS_VERDICT_DUEL_H
#define RESULTS_VERDICT_DUEL_H

#include "results/store.h"

#include "base/arena.h"

/* A compound strategy of `compare`. */
typedef struct DuelCompound {
    const char *series; /* "compound", "compound 1.2 1.1 1.15" */
    bool is_winner;     /* its constants are the grid's */
    const char *alone;  /* the dimension that the grid's winner scales alone, or NULL */
} DuelCompound;

enum { DUEL_SINGLES = 3 };

/* Who is compared at one target. */
typedef struct Duel {
    const StorePointResult *compound;              /* NULL: none at this target */
    const StorePointResult *singles[DUEL_SINGLES]; /* that can be built, distinct networks */
    int n_singles;
    int n_left_out;     /* single dimensions that cannot be built at this cost */
    bool is_whole;      /* each of the three is a single, one network with another, or left out */
    double ratio;       /* target over the baseline's MACs */
    const char *note;   /* why it does not decide, or NULL */
    const char *alone;  /* the dimension that its constants, or the winner, scale alone, or NULL */
    bool is_flat;       /* `alone`, or the compound built a single dimension's network */
    bool is_comparable; /* a compound in tolerance, on its ray and not flat, trained or not */
} Duel;

/* Whether a point's strategy is one dimension alone. */
bool verdict_duel_is_single(const StorePoint *point);

/* Matched within tolerance and on its ray; a tie with another point does not matter. */
bool verdict_duel_is_eligible(const StorePointResult *point);

/* Distinct targets, ascending, into targets[results->n_points]; returns their number. */
int verdict_duel_targets(const StoreResults *results, int64_t *targets);

/*
 * Distinct compounds in the study's order, into compounds[results->n_points + 1]; returns their
 * number, at least 1: "compound" stands for what is not there yet.
 */
int verdict_duel_compounds(const StoreResults *results, DuelCompound *compounds);

/* A compound against the single dimensions; notes are in the arena. */
Duel verdict_duel_find(const StoreResults *results, const DuelCompound *strategy,
                       int64_t target_macs, Arena *arena);

#endif
