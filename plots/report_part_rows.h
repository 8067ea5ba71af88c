/*
 * plots/report_part_rows.h: the networks of each part with their results, as rows of its table;
 * private to plots/.
 */
#ifndef PLOTS_REPORT_PART_ROWS_H
#define PLOTS_REPORT_PART_ROWS_H

#include "base/arena.h"
#include "base/err.h"
#include "results/ranking.h"
#include "results/stats.h"
#include "results/store.h"

#include <stdbool.h>

/* What tables of parts have in common: columns that only some of them have. */
typedef enum PartKind {
    PART_GRID = 1,   /* ranked by the objective; aliases share a row */
    PART_FAMILY = 2, /* members by phi, with their nominal cost */
    PART_GENES = 4,  /* networks of a search space */
    PART_LINES = 8,  /* any other: curves, lines, strategies */
} PartKind;

typedef struct PartTable PartTable;

/* One row. */
typedef struct PartRow {
    const PartTable *table;
    const StorePointResult *result;
    const RankingRow *ranked; /* of a grid; NULL */
    int64_t params;           /* -1: not known */
    int n, n_diverged, n_waiting;
    double val_mean, val_sd;
    StatsInterval test; /* of the mean, VERDICT_CONFIDENCE */
} PartRow;

/* One part. */
struct PartTable {
    const char *part;
    PartKind kind;
    const Ranking *ranking; /* of a grid; NULL */
    PartRow *rows;
    size_t n_rows, n_left_out; /* left out: beyond what a page can hold */
    double low, high;          /* of all test accuracies of seeds */
    bool has_targets;          /* costs are held against targets, not against the baseline */
    bool has_epochs;           /* its networks differ in how long they are trained */
    bool *is_named;            /* [trial]: a mark of the page has the trial's name already */
};

/* All parts in the plan's order. */
typedef struct PartTables {
    PartTable *items;
    size_t n;
} PartTables;

/*
 * Reads the networks' parameters from the store; all else is in results and rankings, which outlive
 * *out. Errors: as store_query.
 */
ErrCode report_part_rows(Store *store, const StoreResults *results, const Ranking *rankings,
                         size_t n_rankings, Arena *arena, PartTables *out, Err *err) ERR_CHECKED;

#endif
