/* results/verdict_field.c: groups by epochs, rows by digest, columns by seed, contrasts with all
 * that belongs to them. */
#include "results/verdict_field.h"

#include "results/verdict_common.h"

#include "base/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double percent = 100.0;

/* --- rows and columns --- */

static int by_group(const void *left, const void *right)
{
    const StorePointResult *a = *(const StorePointResult *const *)left;
    const StorePointResult *b = *(const StorePointResult *const *)right;
    if (a->epochs != b->epochs)
        return a->epochs < b->epochs ? -1 : 1;
    const int order = strcmp(a->point.trial_digest, b->point.trial_digest);
    return order != 0 ? order : (a > b) - (a < b);
}

static bool is_trained(const StorePointResult *point)
{
    return point->point.trial_digest != NULL && point->n_seeds > 0;
}

/* Points that have seeds, by epochs and digest. */
static size_t collect_points(const StoreResults *results, const StorePointResult **points)
{
    size_t n = 0;
    for (size_t i = 0; i < results->n_points; i++)
        if (is_trained(&results->points[i]))
            points[n++] = &results->points[i];
    if (n > 1)
        qsort((void *)points, n, sizeof(*points), by_group);
    return n;
}

/* The distinct seeds of points, ascending. */
static ErrCode collect_seeds(VerdictGroup *group, size_t n_points, Arena *arena, Err *err)
{
    size_t n_cells = 0, n = 0;
    for (size_t i = 0; i < n_points; i++)
        n_cells += group->points[i]->n_seeds;
    group->seeds = arena_alloc(arena, n_cells, sizeof(*group->seeds));
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < n_points; i++)
        for (size_t s = 0; s < group->points[i]->n_seeds; s++)
            group->seeds[n++] = group->points[i]->seeds[s].seed;
    group->n_seeds = (int)sort_int64_once(group->seeds, n);
fail:
    return err->code;
}

static int column_of(const VerdictGroup *group, int64_t seed)
{
    int s = 0;
    while (group->seeds[s] != seed)
        s++;
    return s;
}

static const StoreSeed **row_cells(const VerdictGroup *group, int row)
{
    return group->cells + (size_t)row * (size_t)group->n_seeds;
}

/* One row a digest: points[] keeps the first of each. A cell with a curve is preferred. */
static void fill_cells(VerdictGroup *group, size_t n_points)
{
    int row = -1;
    for (size_t i = 0; i < n_points; i++) {
        const StorePointResult *p = group->points[i];
        if (row < 0 || strcmp(group->points[row]->point.trial_digest, p->point.trial_digest) != 0)
            group->points[++row] = p;
        for (size_t s = 0; s < p->n_seeds; s++) {
            const StoreSeed **cell = &row_cells(group, row)[column_of(group, p->seeds[s].seed)];
            if (*cell == NULL || p->seeds[s].curve != NULL)
                *cell = &p->seeds[s];
        }
    }
    group->n_networks = row + 1;
}

static double value_of(const VerdictField *field, const StoreSeed *cell)
{
    if (cell == NULL || cell->status != STORE_TRIAL_DONE)
        return (double)NAN;
    if (field->scale == VERDICT_POINTS)
        return cell->test_top1;
    const int64_t n = field->results->study.n_test;
    const double half_image = 0.5 / (double)(n > 0 ? n : INT32_MAX);
    const double p = fmin(fmax(cell->test_top1 / percent, half_image), 1.0 - half_image);
    return isnan(cell->test_top1) ? (double)NAN : log(p / (1.0 - p));
}

/* --- ripeness --- */

static Ripeness judge_row(const StoreResults *results, const VerdictGroup *group, int row,
                          const double **curves)
{
    const RipenessRun run = {.n_epochs = (int)group->epochs,
                             .n_val = results->study.n_val,
                             .classes = results->study.classes};
    int n = 0;
    for (int s = 0; s < group->n_seeds; s++) {
        const StoreSeed *cell = row_cells(group, row)[s];
        if (cell != NULL && cell->status == STORE_TRIAL_DONE && cell->curve != NULL &&
            cell->n_epochs == run.n_epochs)
            curves[n++] = cell->curve;
    }
    if (run.n_epochs == 0 || run.n_val == 0 || run.classes == 0)
        return (Ripeness){.state = RIPENESS_UNKNOWN};
    return ripeness_judge(curves, n, &run);
}

/* Fills a group from its points: points[n_points] of one number of epochs, by digest. */
static ErrCode make_group(const VerdictField *field, const StorePointResult **points,
                          size_t n_points, Arena *arena, VerdictGroup *out, Err *err)
{
    *out = (VerdictGroup){.epochs = points[0]->epochs, .points = points, .blocks.sd = (double)NAN};
    TRY(collect_seeds(out, n_points, arena, err));
    out->cells = arena_zalloc(arena, n_points * (size_t)out->n_seeds, sizeof(*out->cells));
    TRY(arena_ok(arena, err));
    fill_cells(out, n_points);
    const size_t n_rows = (size_t)out->n_networks, n_values = n_rows * (size_t)out->n_seeds;
    double *values = arena_alloc(arena, n_values, sizeof(*values));
    const double **curves = arena_zalloc(arena, (size_t)out->n_seeds, sizeof(*curves));
    out->ripeness = arena_zalloc(arena, n_rows, sizeof(*out->ripeness));
    out->is_unripe = arena_zalloc(arena, n_rows, sizeof(*out->is_unripe));
    out->weights = arena_zalloc(arena, n_rows, sizeof(*out->weights));
    out->is_listed = arena_zalloc(arena, (size_t)out->n_seeds, sizeof(*out->is_listed));
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < n_values; i++)
        values[i] = value_of(field, out->cells[i]);
    for (int row = 0; row < out->n_networks; row++)
        out->ripeness[row] = judge_row(field->results, out, row, curves);
    TRY(blocks_fit(&out->blocks, values, out->n_networks, out->n_seeds, arena, err));
fail:
    return err->code;
}

ErrCode verdict_field_make(VerdictField *out, const StoreResults *results, VerdictScale scale,
                           Arena *arena, Err *err)
{
    *out = (VerdictField){.results = results, .scale = scale};
    const StorePointResult **points = arena_zalloc(arena, results->n_points + 1, sizeof(*points));
    out->groups = arena_zalloc(arena, results->n_points + 1, sizeof(*out->groups));
    TRY(arena_ok(arena, err));
    const size_t n_points = collect_points(results, points);
    for (size_t begin = 0, end = 0; begin < n_points; begin = end) {
        while (end < n_points && points[end]->epochs == points[begin]->epochs)
            end++;
        TRY(make_group(out, points + begin, end - begin, arena, &out->groups[out->n_groups++],
                       err));
    }
fail:
    return err->code;
}

/* --- contrasts --- */

/* The group of all networks of a contrast; NULL, and *note says why: there is none. */
static VerdictGroup *find_group(const VerdictField *field, const VerdictTerm *terms, int n_terms,
                                const char **note)
{
    bool is_mixed = false;
    *note = "not trained";
    for (int t = 0; t < n_terms; t++) {
        if (!is_trained(terms[t].point))
            return NULL;
        is_mixed |= terms[t].point->epochs != terms[0].point->epochs;
    }
    for (int g = 0; n_terms > 0 && !is_mixed && g < field->n_groups; g++)
        if (field->groups[g].epochs == terms[0].point->epochs)
            return &field->groups[g];
    if (is_mixed)
        *note = "trained for different numbers of epochs";
    return NULL;
}

/* The row of a network that is in the group. */
static int find_row(const VerdictGroup *group, const StorePointResult *point)
{
    int low = 0, high = group->n_networks - 1;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (strcmp(point->point.trial_digest, group->points[middle]->point.trial_digest) <= 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool has_seed(const StorePointResult *point, int64_t seed)
{
    for (size_t s = 0; s < point->n_seeds; s++)
        if (point->seeds[s].seed == seed)
            return true;
    return false;
}

/* Marks the seeds that every point of the contrast has as its part's own view of it. */
static void list_seeds(VerdictGroup *group, const VerdictTerm *terms, int n_terms)
{
    for (int s = 0; s < group->n_seeds; s++) {
        group->is_listed[s] = true;
        for (int t = 0; t < n_terms; t++)
            if (group->weights[find_row(group, terms[t].point)] != 0.0)
                group->is_listed[s] &= has_seed(terms[t].point, group->seeds[s]);
    }
}

static bool has_status(const StoreSeed *cell, StoreStatus status)
{
    return cell != NULL && cell->status == status;
}

/* Which of its seeds the contrast has lost, and whose. */
static void count_losses(const VerdictGroup *group, const VerdictTerm *terms, int n_terms,
                         VerdictContrast *c)
{
    for (int s = 0; s < group->n_seeds; s++) {
        bool is_diverged = false, is_unfinished = false;
        for (int t = 0; t < n_terms && group->is_listed[s]; t++) {
            const int row = find_row(group, terms[t].point);
            const StoreSeed *cell = row_cells(group, row)[s];
            if (group->weights[row] == 0.0)
                continue;
            is_unfinished |= has_status(cell, STORE_PENDING) || has_status(cell, STORE_RUNNING);
            if (!has_status(cell, STORE_TRIAL_DIVERGED))
                continue;
            is_diverged = true;
            c->bars_positive |= group->weights[row] > 0.0;
            c->bars_negative |= group->weights[row] < 0.0;
        }
        c->n_diverged += is_diverged;
        c->n_unfinished += is_unfinished && !is_diverged;
    }
}

/* The trials of the seeds that a contrast is over: those that it lists and that are whole. */
static VerdictOrigin find_origin(const VerdictGroup *group)
{
    VerdictOrigin origin = {0};
    for (int s = 0; s < group->n_seeds; s++) {
        VerdictOrigin here = {0};
        bool is_whole = group->is_listed[s];
        for (int row = 0; row < group->n_networks && is_whole; row++) {
            const StoreSeed *cell = row_cells(group, row)[s];
            if (group->weights[row] == 0.0)
                continue;
            is_whole = has_status(cell, STORE_TRIAL_DONE) && !isnan(cell->test_top1);
            if (is_whole)
                verdict_count_origin(&here, cell);
        }
        origin.n_trials += is_whole ? here.n_trials : 0;
        origin.n_imported += is_whole ? here.n_imported : 0;
    }
    return origin;
}

/* What N test images alone leave open, and whether all is ripe. */
static void weigh_rows(const VerdictField *field, VerdictGroup *group, const VerdictTerm *terms,
                       int n_terms, VerdictContrast *c)
{
    const double n_test = (double)field->results->study.n_test;
    double variance = 0.0;
    c->ripeness = VERDICT_RIPE;
    for (int t = 0; t < n_terms; t++) {
        const int row = find_row(group, terms[t].point);
        const double p = group->blocks.means[row] / percent, weight = group->weights[row];
        if (weight == 0.0)
            continue;
        if (ripeness_is_unripe(&group->ripeness[row])) {
            c->ripeness = VERDICT_UNRIPE;
            group->is_unripe[row] = true;
        } else if (group->ripeness[row].state == RIPENESS_UNKNOWN && c->ripeness == VERDICT_RIPE) {
            c->ripeness = VERDICT_RIPENESS_UNKNOWN;
        }
        variance += weight * weight * p * (1.0 - p);
        group->weights[row] = 0.0;
    }
    c->floor = field->scale == VERDICT_POINTS && n_test > 0.0 ? percent * sqrt(variance / n_test)
                                                              : (double)NAN;
}

VerdictContrast verdict_field_contrast(VerdictField *field, const VerdictTerm *terms, int n_terms,
                                       const char *name, const char *unit)
{
    VerdictContrast c = {.name = name,
                         .unit = unit,
                         .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE),
                         .floor = (double)NAN};
    VerdictGroup *group = find_group(field, terms, n_terms, &c.note);
    if (group == NULL)
        return c;
    c.note = NULL;
    group->is_met = true;
    for (int t = 0; t < n_terms; t++)
        group->weights[find_row(group, terms[t].point)] += terms[t].weight;
    list_seeds(group, terms, n_terms);
    for (int row = 0; row < group->n_networks; row++)
        c.squares += group->weights[row] * group->weights[row];
    const BlocksContrast b =
        blocks_contrast(&group->blocks, group->weights, group->is_listed, VERDICT_CONFIDENCE);
    if (b.interval.n > 0)
        c.interval = b.interval;
    c.has_p = !isnan(b.p);
    c.p = b.p;
    c.p_alone = b.p_alone;
    c.decides = true;
    c.origin = find_origin(group);
    count_losses(group, terms, n_terms, &c);
    weigh_rows(field, group, terms, n_terms, &c); /* clears the weights */
    return c;
}
