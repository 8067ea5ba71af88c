/* plots/report_part_rows.c: points by part, in the order in which the plan names parts first. */
#include "plots/report_part_rows.h"

#include "plots/report_cells.h"

#include "base/text.h"
#include "results/verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What all tables are made from. */
typedef struct Source {
    const StoreResults *results;
    const Ranking *rankings;
    size_t n_rankings;
    StoreTable params; /* network, params; by network */
    bool *is_named;
    Arena *arena;
} Source;

/* --- a row --- */

static int64_t find_params(const StoreTable *params, const char *network)
{
    size_t low = 0, high = params->n_rows;
    int64_t value = -1;
    while (network != NULL && low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(network, params->cells[2 * middle]);
        if (order == 0)
            return text_to_int64(params->cells[2 * middle + 1], &value) ? value : -1;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return value;
}

static void measure(PartRow *row, Arena *arena)
{
    const StorePointResult *r = row->result;
    double *val = arena_zalloc(arena, r->n_seeds + 1, sizeof *val);
    double *test = arena_zalloc(arena, r->n_seeds + 1, sizeof *test);
    for (size_t i = 0; val != NULL && test != NULL && i < r->n_seeds; i++) {
        const StoreSeed *seed = &r->seeds[i];
        row->n_diverged += seed->status == STORE_TRIAL_DIVERGED;
        row->n_waiting += seed->status != STORE_TRIAL_DONE && seed->status != STORE_TRIAL_DIVERGED;
        if (seed->status != STORE_TRIAL_DONE)
            continue;
        val[row->n] = seed->val_top1;
        test[row->n++] = seed->test_top1;
    }
    if (val == NULL || test == NULL)
        return;
    row->val_mean = stats_mean(val, row->n);
    row->val_sd = stats_sd(val, row->n);
    row->test = stats_interval(test, row->n, VERDICT_CONFIDENCE);
}

static void extend_range(PartTable *table, const StorePointResult *r)
{
    for (size_t i = 0; i < r->n_seeds; i++)
        if (r->seeds[i].status == STORE_TRIAL_DONE) {
            table->low = fmin(table->low, r->seeds[i].test_top1);
            table->high = fmax(table->high, r->seeds[i].test_top1);
        }
}

static void add_row(const Source *s, PartTable *table, const StorePointResult *result,
                    const RankingRow *ranked)
{
    PartRow *row = &table->rows[table->n_rows++];
    *row = (PartRow){.table = table,
                     .result = result,
                     .ranked = ranked,
                     .params = find_params(&s->params, result->point.network)};
    measure(row, s->arena);
    extend_range(table, result);
    table->has_targets |= result->point.target_macs > 0;
    table->has_epochs |= result->epochs != table->rows[0].result->epochs;
}

/* --- a table --- */

static const Ranking *find_ranking(const Source *s, const char *part)
{
    for (size_t i = 0; i < s->n_rankings; i++)
        if (strcmp(s->rankings[i].part, part) == 0)
            return &s->rankings[i];
    return NULL;
}

static bool is_of(const PartTable *table, const StorePointResult *result)
{
    return strcmp(result->point.part, table->part) == 0;
}

/* Its number of points; what kind it is. */
static size_t look_at_points(const StoreResults *results, PartTable *table)
{
    size_t n = 0;
    table->kind = table->ranking != NULL ? PART_GRID : PART_LINES;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        if (!is_of(table, &results->points[i]))
            continue;
        n++;
        if (p->genes != NULL)
            table->kind = PART_GENES;
        else if (store_is_part(p, "family"))
            table->kind = PART_FAMILY;
    }
    return n;
}

/* Whole schedules before short ones, then by validation; what has none comes last. */
static int compare_rows(const void *left, const void *right)
{
    const PartRow *a = left, *b = right;
    if (a->result->epochs != b->result->epochs)
        return a->result->epochs > b->result->epochs ? -1 : 1;
    if (a->n == 0 || b->n == 0 || a->val_mean == b->val_mean)
        return (a->n == 0) != (b->n == 0) ? (a->n == 0) - (b->n == 0)
                                          : (a->result > b->result) - (a->result < b->result);
    return a->val_mean > b->val_mean ? -1 : 1;
}

static void fill_table(const Source *s, const char *part, PartTable *table)
{
    *table = (PartTable){.part = part,
                         .ranking = find_ranking(s, part),
                         .is_named = s->is_named,
                         .low = INFINITY,
                         .high = -(double)INFINITY};
    const size_t n_points = look_at_points(s->results, table);
    const bool is_grid = table->kind == PART_GRID;
    const size_t n = is_grid ? table->ranking->n_rows : n_points;
    table->rows = arena_zalloc(s->arena, n + 1, sizeof *table->rows);
    if (table->rows == NULL)
        return;
    for (size_t i = 0; is_grid && i < n; i++)
        add_row(s, table, table->ranking->rows[i].result, &table->ranking->rows[i]);
    for (size_t i = 0; !is_grid && i < s->results->n_points; i++)
        if (is_of(table, &s->results->points[i]))
            add_row(s, table, &s->results->points[i], NULL);
    if (table->kind == PART_GENES)
        qsort(table->rows, table->n_rows, sizeof *table->rows, compare_rows);
    if (table->n_rows > REPORT_MOST_ROWS) {
        table->n_left_out = table->n_rows - REPORT_MOST_ROWS;
        table->n_rows = REPORT_MOST_ROWS;
    }
}

static int64_t highest_trial(const StoreResults *results)
{
    int64_t highest = 0;
    for (size_t i = 0; i < results->n_points; i++)
        for (size_t k = 0; k < results->points[i].n_seeds; k++)
            if (results->points[i].seeds[k].trial > highest)
                highest = results->points[i].seeds[k].trial;
    return highest;
}

/* Adds the names of all parts, each once. */
static ErrCode list_parts(const StoreResults *results, Arena *arena, const char ***parts, size_t *n,
                          Err *err)
{
    for (size_t i = 0; i < results->n_points; i++) {
        const char *part = results->points[i].point.part;
        size_t k = *parts != NULL ? *n : 0;
        while (k > 0 && strcmp((*parts)[k - 1], part) != 0)
            k--;
        if (k > 0)
            continue;
        *parts = arena_add_item(arena, (void *)*parts, n, sizeof **parts);
        TRY(arena_ok(arena, err));
        (*parts)[*n - 1] = part;
    }
fail:
    return err->code;
}

ErrCode report_part_rows(Store *store, const StoreResults *results, const Ranking *rankings,
                         size_t n_rankings, Arena *arena, PartTables *out, Err *err)
{
    Source s = {.results = results, .rankings = rankings, .n_rankings = n_rankings, .arena = arena};
    const char **parts = NULL;
    *out = (PartTables){0};
    TRY(store_query(store, "SELECT digest, params FROM network ORDER BY digest", NULL, arena,
                    &s.params, err));
    TRY(list_parts(results, arena, &parts, &out->n, err));
    s.is_named = arena_zalloc(arena, (size_t)highest_trial(results) + 1, sizeof *s.is_named);
    out->items = arena_zalloc(arena, out->n + 1, sizeof *out->items);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; parts != NULL && i < out->n; i++)
        fill_table(&s, parts[i], &out->items[i]);
    return arena_ok(arena, err);
fail:
    return err->code;
}
