/* results/verdict_field.c: rows by digest, columns by seed, contrasts with all that belongs to
 * them. */
#include "results/verdict_field.h"

#include "results/verdict_common.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double percent = 100.0;

/* --- rows and columns --- */

static int by_digest(const void *left, const void *right)
{
    const StorePointResult *a = *(const StorePointResult *const *)left;
    const StorePointResult *b = *(const StorePointResult *const *)right;
    const int order = strcmp(a->point.trial_digest, b->point.trial_digest);
    return order != 0 ? order : (a > b) - (a < b);
}

static int by_number(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* Points trained with the study's own recipe, and how many seeds these have in sum. */
static size_t collect_points(const StoreResults *results, const StorePointResult **points,
                             size_t *n_cells)
{
    size_t n = 0;
    *n_cells = 0;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (p->point.trial_digest == NULL || p->n_seeds == 0 ||
            p->epochs != results->revision.epochs)
            continue;
        points[n++] = p;
        *n_cells += p->n_seeds;
    }
    if (n > 1)
        qsort((void *)points, n, sizeof(*points), by_digest);
    return n;
}

/* Their distinct seeds, ascending, into seeds[n_cells]; returns their number. */
static int collect_seeds(const StorePointResult *const *points, size_t n_points, int64_t *seeds)
{
    size_t n_cells = 0;
    int n = 0;
    for (size_t i = 0; i < n_points; i++)
        for (size_t s = 0; s < points[i]->n_seeds; s++)
            seeds[n_cells++] = points[i]->seeds[s].seed;
    if (n_cells > 1)
        qsort(seeds, n_cells, sizeof(*seeds), by_number);
    for (size_t i = 0; i < n_cells; i++)
        if (n == 0 || seeds[n - 1] != seeds[i])
            seeds[n++] = seeds[i];
    return n;
}

static int column_of(const VerdictField *field, int64_t seed)
{
    const int64_t *found =
        bsearch(&seed, field->seeds, (size_t)field->n_seeds, sizeof(*field->seeds), by_number);
    return (int)(found - field->seeds);
}

static const StoreSeed **row_cells(const VerdictField *field, int row)
{
    return field->cells + (size_t)row * (size_t)field->n_seeds;
}

/* One row a digest: points[] keeps the first of each. A cell with a curve is preferred. */
static void fill_cells(VerdictField *field, size_t n_points)
{
    int row = -1;
    for (size_t i = 0; i < n_points; i++) {
        const StorePointResult *p = field->points[i];
        if (row < 0 || strcmp(field->points[row]->point.trial_digest, p->point.trial_digest) != 0)
            field->points[++row] = p;
        for (size_t s = 0; s < p->n_seeds; s++) {
            const StoreSeed **cell = &row_cells(field, row)[column_of(field, p->seeds[s].seed)];
            if (*cell == NULL || p->seeds[s].curve != NULL)
                *cell = &p->seeds[s];
        }
    }
    field->n_networks = row + 1;
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

static Ripeness judge_row(const VerdictField *field, int row, const double **curves)
{
    const StoreResults *results = field->results;
    const RipenessRun run = {.n_epochs = (int)results->revision.epochs,
                             .n_val = results->study.n_val,
                             .classes = results->study.classes};
    int n = 0;
    for (int s = 0; s < field->n_seeds; s++) {
        const StoreSeed *cell = row_cells(field, row)[s];
        if (cell != NULL && cell->status == STORE_TRIAL_DONE && cell->curve != NULL &&
            cell->n_epochs == run.n_epochs)
            curves[n++] = cell->curve;
    }
    if (run.n_epochs == 0 || run.n_val == 0 || run.classes == 0)
        return (Ripeness){.state = RIPENESS_UNKNOWN};
    return ripeness_judge(curves, n, &run);
}

ErrCode verdict_field_make(VerdictField *out, const StoreResults *results, VerdictScale scale,
                           Arena *arena, Err *err)
{
    size_t n_cells = 0;
    *out = (VerdictField){.results = results, .scale = scale, .blocks.sd = (double)NAN};
    out->points = arena_zalloc(arena, results->n_points + 1, sizeof(*out->points));
    TRY(arena_ok(arena, err));
    const size_t n_points = collect_points(results, out->points, &n_cells);
    if (n_points == 0)
        return ERR_NONE;
    out->seeds = arena_alloc(arena, n_cells, sizeof(*out->seeds));
    TRY(arena_ok(arena, err));
    out->n_seeds = collect_seeds(out->points, n_points, out->seeds);
    out->cells = arena_zalloc(arena, n_points * (size_t)out->n_seeds, sizeof(*out->cells));
    TRY(arena_ok(arena, err));
    fill_cells(out, n_points);
    const size_t n_rows = (size_t)out->n_networks, n_values = n_rows * (size_t)out->n_seeds;
    double *values = arena_alloc(arena, n_values, sizeof(*values));
    const double **curves = arena_zalloc(arena, (size_t)out->n_seeds, sizeof(*curves));
    out->ripeness = arena_zalloc(arena, n_rows, sizeof(*out->ripeness));
    out->is_unripe = arena_zalloc(arena, n_rows, sizeof(*out->is_unripe));
    out->weights = arena_zalloc(arena, n_rows, sizeof(*out->weights));
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < n_values; i++)
        values[i] = value_of(out, out->cells[i]);
    for (int row = 0; row < out->n_networks; row++)
        out->ripeness[row] = judge_row(out, row, curves);
    TRY(blocks_fit(&out->blocks, values, out->n_networks, out->n_seeds, arena, err));
fail:
    return err->code;
}

/* --- contrasts --- */

/* The row of a point's network; -1: it was not trained with the study's recipe. */
static int find_row(const VerdictField *field, const StorePointResult *point)
{
    int low = 0, high = field->n_networks - 1;
    while (point->point.trial_digest != NULL && low <= high) {
        const int middle = low + (high - low) / 2;
        const int order =
            strcmp(point->point.trial_digest, field->points[middle]->point.trial_digest);
        if (order == 0)
            return middle;
        if (order < 0)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return -1;
}

static bool has_status(const StoreSeed *cell, StoreStatus status)
{
    return cell != NULL && cell->status == status;
}

/* Which seeds the contrast has lost, and whose. */
static void count_losses(const VerdictField *field, const VerdictTerm *terms, int n_terms,
                         VerdictContrast *c)
{
    for (int s = 0; s < field->n_seeds; s++) {
        bool is_diverged = false, is_unfinished = false;
        for (int t = 0; t < n_terms; t++) {
            const int row = find_row(field, terms[t].point);
            const StoreSeed *cell = row_cells(field, row)[s];
            if (field->weights[row] == 0.0)
                continue;
            is_unfinished |= has_status(cell, STORE_PENDING) || has_status(cell, STORE_RUNNING);
            if (!has_status(cell, STORE_TRIAL_DIVERGED))
                continue;
            is_diverged = true;
            c->bars_positive |= field->weights[row] > 0.0;
            c->bars_negative |= field->weights[row] < 0.0;
        }
        c->n_diverged += is_diverged;
        c->n_unfinished += is_unfinished && !is_diverged;
    }
}

/* What N test images alone leave open, and whether all is ripe. */
static void weigh_rows(VerdictField *field, const VerdictTerm *terms, int n_terms,
                       VerdictContrast *c)
{
    const double n_test = (double)field->results->study.n_test;
    double variance = 0.0;
    c->ripeness = VERDICT_RIPE;
    for (int t = 0; t < n_terms; t++) {
        const int row = find_row(field, terms[t].point);
        const double p = field->blocks.means[row] / percent, weight = field->weights[row];
        if (weight == 0.0)
            continue;
        if (ripeness_is_unripe(&field->ripeness[row])) {
            c->ripeness = VERDICT_UNRIPE;
            field->is_unripe[row] = true;
        } else if (field->ripeness[row].state == RIPENESS_UNKNOWN && c->ripeness == VERDICT_RIPE) {
            c->ripeness = VERDICT_RIPENESS_UNKNOWN;
        }
        variance += weight * weight * p * (1.0 - p);
        field->weights[row] = 0.0;
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
    double squares = 0.0;
    for (int t = 0; t < n_terms; t++)
        if (find_row(field, terms[t].point) < 0) {
            c.note = "not trained";
            return c;
        }
    for (int t = 0; t < n_terms; t++)
        field->weights[find_row(field, terms[t].point)] += terms[t].weight;
    for (int row = 0; row < field->n_networks; row++)
        squares += field->weights[row] * field->weights[row];
    const BlocksContrast b = blocks_contrast(&field->blocks, field->weights, VERDICT_CONFIDENCE);
    if (b.interval.n > 0)
        c.interval = b.interval;
    c.has_p = !isnan(b.p);
    c.p = b.p;
    c.p_alone = b.p_alone;
    c.decides = true;
    c.squares = squares;
    count_losses(field, terms, n_terms, &c);
    weigh_rows(field, terms, n_terms, &c); /* clears the weights */
    return c;
}

/* --- words --- */

static const char *state_text(RipenessState state)
{
    static const char *const texts[] = {[RIPENESS_UNKNOWN] = "unknown",
                                        [RIPENESS_RIPE] = "ripe",
                                        [RIPENESS_SHORT] = "too few epochs",
                                        [RIPENESS_GUESSES] = "has not left chance",
                                        [RIPENESS_SPLIT] = "some seeds have not left chance",
                                        [RIPENESS_RISES] = "still rises"};
    return texts[state];
}

/* "depth 2 (still rises; trials 3, 17)". */
static void describe_row(const VerdictField *field, int row, Text *text)
{
    const StorePoint *p = &field->points[row]->point;
    int n = 0;
    text_printf(text, "%s %s %.3g (%s; trial", p->part, p->series, p->x,
                state_text(field->ripeness[row].state));
    for (int s = 0; s < field->n_seeds; s++)
        n += row_cells(field, row)[s] != NULL;
    text_append(text, text_plural((size_t)n));
    for (int s = 0, k = 0; s < field->n_seeds; s++)
        if (row_cells(field, row)[s] != NULL)
            text_printf(text, "%s %" PRId64, k++ > 0 ? "," : "", row_cells(field, row)[s]->trial);
    text_append(text, ")");
}

/* What the trials whose times are known took, seconds; *n of them. */
static double seconds_spent(const VerdictField *field, int *n)
{
    double sum = 0.0;
    *n = 0;
    for (int i = 0; i < field->n_networks * field->n_seeds; i++) {
        const StoreSeed *cell = field->cells[i];
        if (cell == NULL || cell->curve == NULL || isnan(cell->seconds))
            continue;
        sum += cell->seconds;
        ++*n;
    }
    return sum;
}

static void describe_cost(const VerdictField *field, int epochs_to_try, Text *text)
{
    const int n_epochs = (int)field->results->revision.epochs;
    char duration[TEXT_NUMBER_BYTES];
    int n = 0;
    const double seconds = seconds_spent(field, &n) * epochs_to_try / n_epochs;
    text_printf(text, " Train longer: try recipe.epochs=%d in another folder", epochs_to_try);
    if (n > 0 && seconds > 0.0)
        text_printf(text,
                    "; the %d trials compared, which took %d epoch%s each, then take about %s one "
                    "after another",
                    n, n_epochs, text_plural((size_t)n_epochs), text_duration(duration, seconds));
    text_append(text, ".");
}

const char *verdict_field_remedy(VerdictField *field, int *epochs_to_try, Arena *arena)
{
    enum { NAMED = 3 };
    Text text = {0};
    int n = 0;
    *epochs_to_try = 0;
    for (int row = 0; row < field->n_networks; row++) {
        if (!field->is_unripe[row])
            continue;
        const int epochs =
            ripeness_epochs_to_try(&field->ripeness[row], (int)field->results->revision.epochs);
        *epochs_to_try = epochs > *epochs_to_try ? epochs : *epochs_to_try;
        field->is_unripe[row] = false;
        if (n++ >= NAMED)
            continue;
        text_append(&text, n == 1 ? " Unripe: " : ", ");
        describe_row(field, row, &text);
    }
    if (n > NAMED)
        text_printf(&text, " and %d more", n - NAMED);
    if (n > 0) {
        text_append(&text, ".");
        describe_cost(field, *epochs_to_try, &text);
    }
    return verdict_take_text(&text, arena);
}

/* For the deciding contrast in points that has the most noise; 0: there is none. */
static int seeds_needed(const VerdictField *field, const Verdict *v)
{
    double squares = 0.0;
    for (size_t i = 0; i < v->n_contrasts; i++)
        if (v->contrasts[i].decides && strcmp(v->contrasts[i].unit, "points") == 0)
            squares = fmax(squares, v->contrasts[i].squares);
    return squares > 0.0
               ? blocks_seeds_needed(field->blocks.sd, squares, field->n_networks,
                                     VERDICT_EFFECT_POINTS, VERDICT_CONFIDENCE, VERDICT_POWER)
               : 0;
}

/* Of the deciding contrasts in points the largest floor; NaN: none. */
static double largest_floor(const Verdict *v)
{
    double floor = (double)NAN;
    for (size_t i = 0; i < v->n_contrasts; i++)
        if (v->contrasts[i].decides && strcmp(v->contrasts[i].unit, "points") == 0)
            floor = fmax(floor, v->contrasts[i].floor); /* fmax leaves NaN out */
    return floor;
}

void verdict_field_sign(const VerdictField *field, Verdict *out, Arena *arena)
{
    Text text = {0};
    const double floor = largest_floor(out);
    out->seeds_needed = seeds_needed(field, out);
    out->has_noise = field->blocks.df > 0.0;
    out->noise =
        (VerdictNoise){field->blocks.sd, field->blocks.df, field->n_networks, field->n_seeds};
    if (!out->has_noise)
        return;
    text_printf(&text, "noise of %d networks on %d seeds: sd %.2f points, %.0f degrees of freedom",
                field->n_networks, field->n_seeds, field->blocks.sd, field->blocks.df);
    if (!isnan(floor))
        text_printf(&text,
                    "; its %" PRId64 " test images alone leave a contrast a deviation of up to "
                    "%.2f points (answers by image are not stored: as if networks erred on "
                    "different images)",
                    field->results->study.n_test, floor);
    out->basis = verdict_take_text(&text, arena);
}
