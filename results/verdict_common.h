/* results/verdict_common.h: what the verdicts share; private to results/. */
#ifndef RESULTS_VERDICT_COMMON_H
#define RESULTS_VERDICT_COMMON_H

#include "results/verdict.h"

#include "base/text.h"

/* Accuracies of the seeds that are done at every one of some points. */
typedef struct SeedMatrix {
    double **values;      /* [point][seed], test, percent */
    double **val;         /* the same of validation */
    int64_t *seeds;       /* [seed], ascending */
    VerdictOrigin origin; /* of these trials */
    int n;                /* seeds */
    int n_diverged;       /* seeds left out since a trial diverged */
    int n_unfinished;     /* seeds left out since a trial is pending, running or failed */
} SeedMatrix;

/* Counts one trial more. */
void verdict_count_origin(VerdictOrigin *origin, const StoreSeed *seed);

/*
 * Sets out->is_mixed, and appends to its summary which contrasts compare trials that were trained
 * here with imported ones, or that all trials of all contrasts were imported; else nothing.
 */
void verdict_say_origin(Verdict *out, Arena *arena);

/* Collects them. The matrix is empty without memory (arena_ok tells). */
SeedMatrix verdict_seeds(const StorePointResult *const *points, int n_points, Arena *arena);

/* What an inconclusive verdict by the block model says of seeds, or "". */
const char *verdict_more_seeds_text(const Verdict *verdict, Arena *arena);

/* The text in the arena; releases it. NULL without memory (arena_ok tells). */
const char *verdict_take_text(Text *text, Arena *arena);

/* What to say about n when there are too few seeds, or "" when there are enough. */
const char *verdict_seeds_text(int n, int seeds_needed, Arena *arena);

/* "An observation about proxy-b0 on cifar-10 ...": the scope of every verdict. */
const char *verdict_scope_text(const StoreResults *results, Arena *arena);

/*
 * That a part of this kind was judged on the seeds that chose, for the end of a summary, or ""
 * where it has seeds of its own.
 */
const char *verdict_judges_text(const StoreResults *results, const char *kind);

/* What the text says, and the scope; releases the text. NULL without memory (arena_ok tells). */
const char *verdict_summary(Text *text, const StoreResults *results, Arena *arena);

/* Whether one of n points, trained ones, is another name of a trained point's network. */
bool verdict_has_network(const StorePointResult *const *points, int n,
                         const StorePointResult *point);

#endif
