/*
 * results/ranking.c: groups points by network, scores them, sorts, and says what n cannot tell.
 *
 * The set that cannot be told from the winner is conservative: paired t intervals of the score at
 * 90 % after Bonferroni over all other networks, since the winner was picked for being highest.
 */
#include "results/ranking.h"

#include "results/verdict.h"
#include "results/verdict_common.h"

#include "base/hash.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a ranking is made with. */
typedef struct Maker {
    const StoreResults *results;
    StoreScore score;
    const void *context;
    Arena *arena;
} Maker;

static double score_of(const Maker *maker, double top1, int64_t macs)
{
    return maker->score != NULL ? maker->score(top1, (double)macs, maker->context) : top1;
}

/* Eligible first, then diverged, then without a score. */
static int class_of(const RankingRow *row)
{
    if (isnan(row->score))
        return 2;
    return row->n_diverged > 0 ? 1 : 0;
}

static int compare_rows(const void *left, const void *right)
{
    const RankingRow *a = left, *b = right;
    if (class_of(a) != class_of(b))
        return class_of(a) - class_of(b);
    if (!isnan(a->score) && a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (a->result->point.macs != b->result->point.macs)
        return a->result->point.macs < b->result->point.macs ? -1 : 1;
    return a->result < b->result ? -1 : a->result > b->result;
}

/* Values, means and score of a row whose `result` is set. */
static void measure_row(const Maker *maker, RankingRow *row)
{
    const StorePointResult *p = row->result;
    double *val = arena_zalloc(maker->arena, p->n_seeds, sizeof(*val));
    double *test = arena_zalloc(maker->arena, p->n_seeds, sizeof(*test));
    int64_t *seeds = arena_zalloc(maker->arena, p->n_seeds, sizeof(*seeds));
    for (size_t i = 0; val != NULL && test != NULL && seeds != NULL && i < p->n_seeds; i++) {
        const StoreSeed *s = &p->seeds[i];
        row->n_diverged += s->status == STORE_TRIAL_DIVERGED;
        row->n_missing += s->status != STORE_TRIAL_DIVERGED && s->status != STORE_TRIAL_DONE;
        if (s->status != STORE_TRIAL_DONE)
            continue;
        val[row->n] = s->val_top1;
        test[row->n] = s->test_top1;
        seeds[row->n++] = s->seed;
    }
    row->val_top1 = val;
    row->test_top1 = test;
    row->seeds = seeds;
    row->mean_val = stats_mean(val, row->n);
    row->mean_test = stats_mean(test, row->n);
    row->sd_val = stats_sd(val, row->n);
    row->score = row->n ? score_of(maker, row->mean_val, p->point.macs) : (double)NAN;
}

/* Winner minus row by score, over seeds both have; level corrected for n_others comparisons. */
static void compare_to_winner(const Maker *maker, const RankingRow *winner, RankingRow *row,
                              size_t n_others)
{
    const double confidence = 1.0 - (1.0 - VERDICT_CONFIDENCE) / (double)(n_others ? n_others : 1);
    double *d = arena_zalloc(maker->arena, (size_t)row->n, sizeof(*d));
    int n = 0;
    for (int i = 0; d != NULL && i < row->n; i++)
        for (int j = 0; j < winner->n; j++)
            if (winner->seeds[j] == row->seeds[i])
                d[n++] = score_of(maker, winner->val_top1[j], winner->result->point.macs) -
                         score_of(maker, row->val_top1[i], row->result->point.macs);
    row->behind = stats_interval(d, n, confidence);
    row->is_indistinct = row != winner && class_of(row) == 0 &&
                         !(row->behind.n >= STATS_MIN_N && row->behind.low > 0.0);
}

/* Points by network: an open hash table of rows, of a power of two places. */
typedef struct Groups {
    size_t *places;  /* row + 1; 0: free */
    size_t n_places; /* at least twice the points */
    size_t *row_of;  /* [point]: the row of a point of the part that was trained */
} Groups;

static Groups groups_make(size_t n_points, Arena *arena)
{
    Groups g = {.n_places = 2};
    while (g.n_places < 2 * n_points)
        g.n_places *= 2;
    g.places = arena_zalloc(arena, g.n_places, sizeof(*g.places));
    g.row_of = arena_zalloc(arena, n_points, sizeof(*g.row_of));
    return g;
}

/* The row of a point's network, which is begun with the point if it is new. */
static size_t group_of(Groups *g, Ranking *r, const StorePointResult *p)
{
    const char *digest = p->point.trial_digest;
    size_t place = hash_64(digest, strlen(digest)) & (g->n_places - 1);
    for (; g->places[place] != 0; place = (place + 1) & (g->n_places - 1))
        if (strcmp(r->rows[g->places[place] - 1].result->point.trial_digest, digest) == 0)
            return g->places[place] - 1;
    r->rows[r->n_rows] = (RankingRow){.result = p};
    g->places[place] = ++r->n_rows;
    return r->n_rows - 1;
}

static void widen(double *low, double *high, double value)
{
    if (isnan(value))
        return;
    *low = isnan(*low) || value < *low ? value : *low;
    *high = isnan(*high) || value > *high ? value : *high;
}

/* Whether it was trained on a shorter schedule than others of its part. */
static bool is_short(const StorePointResult *p, int64_t longest)
{
    return p->epochs > 0 && p->epochs < longest;
}

static bool is_ranked(const Ranking *r, const StorePointResult *p)
{
    return strcmp(p->point.part, r->part) == 0 && p->point.trial_digest != NULL;
}

/* Lists the further points of each row, in the plan's order; n_aliases were counted. */
static void list_aliases(const Maker *maker, const Groups *groups, int64_t longest,
                         size_t n_aliases, Ranking *r)
{
    const StorePointResult **aliases = arena_zalloc(maker->arena, n_aliases, sizeof(*aliases));
    size_t *n_listed = arena_zalloc(maker->arena, r->n_rows, sizeof(*n_listed));
    if (maker->arena->failed)
        return;
    for (size_t i = 0; i < r->n_rows; i++) {
        r->rows[i].aliases = aliases;
        aliases += r->rows[i].n_aliases;
    }
    for (size_t i = 0; i < maker->results->n_points; i++) {
        const StorePointResult *p = &maker->results->points[i];
        const size_t row = groups->row_of[i];
        if (is_ranked(r, p) && !is_short(p, longest) && r->rows[row].result != p)
            ((const StorePointResult **)(uintptr_t)r->rows[row].aliases)[n_listed[row]++] = p;
    }
}

/* The longest schedule of a part's points: shorter ones screen, and are no results. */
static int64_t longest_of(const StoreResults *results, const char *part)
{
    int64_t longest = 0;
    for (size_t i = 0; i < results->n_points; i++)
        if (strcmp(results->points[i].point.part, part) == 0 && results->points[i].epochs > longest)
            longest = results->points[i].epochs;
    return longest;
}

/* Groups the points of one part. */
static void collect(const Maker *maker, Ranking *r)
{
    const size_t n_points = maker->results->n_points;
    const int64_t longest = longest_of(maker->results, r->part);
    const StorePointResult **unfair = arena_zalloc(maker->arena, n_points, sizeof(*unfair));
    Groups groups = groups_make(n_points, maker->arena);
    size_t n_aliases = 0;
    r->rows = arena_zalloc(maker->arena, n_points, sizeof(*r->rows));
    r->unfair = unfair;
    r->lowest_ratio = r->highest_ratio = r->naive_lowest = r->naive_highest = (double)NAN;
    if (maker->arena->failed)
        return;
    for (size_t i = 0; i < n_points; i++) {
        const StorePointResult *p = &maker->results->points[i];
        if (strcmp(p->point.part, r->part) != 0 || is_short(p, longest))
            continue;
        widen(&r->naive_lowest, &r->naive_highest, p->point.naive_ratio);
        if (!is_ranked(r, p)) {
            unfair[r->n_unfair++] = p;
            continue;
        }
        widen(&r->lowest_ratio, &r->highest_ratio, p->point.ratio);
        const size_t row = groups.row_of[i] = group_of(&groups, r, p);
        if (r->rows[row].result != p) {
            r->rows[row].n_aliases++;
            n_aliases++;
        }
    }
    list_aliases(maker, &groups, longest, n_aliases, r);
}

static void rank(const Maker *maker, Ranking *r)
{
    r->is_complete = true;
    for (size_t i = 0; i < r->n_rows; i++) {
        measure_row(maker, &r->rows[i]);
        r->is_complete = r->is_complete && r->rows[i].n_missing == 0;
    }
    if (maker->arena->failed)
        return;
    qsort(r->rows, r->n_rows, sizeof(*r->rows), compare_rows);
    for (size_t i = 0; i < r->n_rows; i++) {
        RankingRow *row = &r->rows[i];
        const bool ties = i > 0 && class_of(row) == 0 && row[-1].score == row->score;
        row->rank = ties ? row[-1].rank : (int)i + 1;
        compare_to_winner(maker, &r->rows[0], row, r->n_rows - 1);
        r->n_indistinct += row->is_indistinct;
    }
}

ErrCode ranking_part(const StoreResults *results, const char *part, StoreScore score,
                     const void *context, Arena *arena, Ranking *out, Err *err)
{
    const Maker maker = {results, score, context, arena};
    *out = (Ranking){.part = part, .match = "none"};
    for (size_t i = 0; i < results->n_points; i++)
        if (strcmp(results->points[i].point.part, part) == 0) {
            out->match = results->points[i].point.match;
            break;
        }
    collect(&maker, out);
    if (!arena->failed)
        rank(&maker, out);
    return arena_ok(arena, err);
}

ErrCode ranking_all(const StoreResults *results, StoreScore score, const void *context,
                    Arena *arena, Ranking **out, size_t *n_out, Err *err)
{
    Ranking *rankings = arena_zalloc(arena, results->n_points, sizeof(*rankings));
    *out = rankings;
    *n_out = 0;
    for (size_t i = 0; rankings != NULL && i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        size_t at = 0;
        if (!store_is_part(p, "grid"))
            continue;
        while (at < *n_out && strcmp(rankings[at].part, p->part) != 0)
            at++;
        if (at < *n_out)
            continue;
        (*n_out)++;
        TRY(ranking_part(results, p->part, score, context, arena, &rankings[at], err));
    }
    return arena_ok(arena, err);
fail:
    return err->code;
}

ErrCode ranking_best(const StoreResults *results, StoreScore score, const void *context,
                     Arena *arena, RankingRow *out, bool *is_there, Err *err)
{
    const Maker maker = {results, score, context, arena};
    *is_there = false;
    for (size_t i = 0; i < results->n_points && !arena->failed; i++) {
        RankingRow row = {.result = &results->points[i]};
        if (row.result->point.trial_digest == NULL)
            continue;
        measure_row(&maker, &row);
        if (class_of(&row) == 0 && (!*is_there || compare_rows(&row, out) < 0)) {
            *out = row;
            *is_there = true;
        }
    }
    return arena_ok(arena, err);
}

const Ranking *ranking_find(const Ranking *rankings, size_t n_rankings, const char *match)
{
    for (size_t i = 0; i < n_rankings; i++)
        if (strcmp(rankings[i].match, match) == 0)
            return &rankings[i];
    return NULL;
}
