/*
 * results/ranking.h: a part's points in the order of an objective, with what n cannot tell apart.
 *
 * The objective is the caller's (search/objective.h): a StoreScore over mean accuracy and counted
 * MACs. Ranked are networks, not points: aliases stand with their network. The mean is taken over
 * seeds in ascending order, so a ranking is a function of the rows alone; equal scores: fewer MACs,
 * then the plan's order. Trainings of a shorter schedule than the part's longest, a search's
 * screen, are left out. A network with a diverged trial comes after all without one, one without an
 * eligible score (NaN: outside the objective's band, or no seed in yet) after those.
 */
#ifndef RESULTS_RANKING_H
#define RESULTS_RANKING_H

#include "results/stats.h"
#include "results/store.h"

#include "base/arena.h"
#include "base/err.h"

/* One network of the ranking. */
typedef struct RankingRow {
    int rank;                               /* from 1 */
    const StorePointResult *result;         /* its first point in the plan's order */
    const StorePointResult *const *aliases; /* further points that built the same network */
    size_t n_aliases;
    const double *val_top1;       /* [n], by seed; finished seeds only */
    const double *test_top1;      /* [n] */
    const int64_t *seeds;         /* [n] */
    int n, n_diverged, n_missing; /* missing: pending, running or failed */
    double mean_val, mean_test, sd_val;
    double score;         /* objective of mean_val and the network's MACs; NaN: n = 0 */
    StatsInterval behind; /* winner's score minus this one's, by seed; Bonferroni over rows */
    bool is_indistinct;   /* this n cannot tell it from the winner */
} RankingRow;

/* The ranking of one part. */
typedef struct Ranking {
    const char *part;
    const char *match; /* of its points: "counted", "nominal", "none" */
    RankingRow *rows;  /* best first */
    size_t n_rows;
    size_t n_indistinct;                   /* the winner not counted */
    const StorePointResult *const *unfair; /* points left out, in the plan's order */
    size_t n_unfair;
    bool is_complete;                   /* every trial done or diverged */
    double lowest_ratio, highest_ratio; /* counted cost over target of what was trained */
    double naive_lowest, naive_highest; /* of what the nominal rule would build; NaN: unknown */
} Ranking;

/*
 * Ranks the networks of one part, of any kind, by its name in the store. Errors: ERR_MEMORY.
 */
ErrCode ranking_part(const StoreResults *results, const char *part, StoreScore score,
                     const void *context, Arena *arena, Ranking *out, Err *err) ERR_CHECKED;

/*
 * Ranks every grid part: *out[*n_out], in the plan's order. With `match: nominal`
 * beside `match: counted` in one study the first tells what the naive comparison would have said.
 * Errors: ERR_MEMORY.
 */
ErrCode ranking_all(const StoreResults *results, StoreScore score, const void *context,
                    Arena *arena, Ranking **out, size_t *n_out, Err *err) ERR_CHECKED;

/*
 * The row, without rank and comparisons, that would stand first if all points of the study were one
 * part; *is_there is false if none has a score. Errors: ERR_MEMORY.
 */
ErrCode ranking_best(const StoreResults *results, StoreScore score, const void *context,
                     Arena *arena, RankingRow *out, bool *is_there, Err *err) ERR_CHECKED;

/* The first ranking of that match ("counted", "nominal"), or NULL. */
const Ranking *ranking_find(const Ranking *rankings, size_t n_rankings, const char *match);

#endif
