/* results/sizetable.c: rows are sorted by budget, then size; groups are runs of them. */
#include "results/sizetable.h"

#include "base/csv.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* What is above has no meaning, and its products or squares would overflow. */
#define MOST_COUNT 1e60
#define MOST_LOSS 1e6

typedef struct Columns {
    int n, macs, images, loss, budget; /* budget: -1 if there is none */
} Columns;

static ErrCode find_columns(CsvReader *csv, Columns *columns, Err *err)
{
    TRY(csv_head(csv, err));
    *columns = (Columns){csv->n_fields, csv_column(csv, "macs"), csv_column(csv, "images"),
                         csv_column(csv, "loss"), csv_column(csv, "budget")};
    const char *missing = columns->macs < 0     ? "macs"
                          : columns->images < 0 ? "images"
                          : columns->loss < 0   ? "loss"
                                                : NULL;
    if (missing != NULL)
        return err_set(err, ERR_DATA, "'%s' has no column '%s'", csv->path, missing);
fail:
    return err->code;
}

static ErrCode read_positive(const CsvReader *csv, int column, const char *name, double *value,
                             Err *err)
{
    TRY(csv_number(csv, column, name, value, err));
    if (!(*value > 0.0 && *value <= MOST_COUNT))
        return err_set(err, ERR_DATA, "%s:%" PRId64 ": '%s' is %g, not above 0 and at most %g",
                       csv->path, csv->number, name, *value, MOST_COUNT);
fail:
    return err->code;
}

static ErrCode read_row(const CsvReader *csv, const Columns *columns, SizeRow *row, Err *err)
{
    TRY(csv_whole(csv, columns->n, err));
    TRY(read_positive(csv, columns->macs, "macs", &row->macs, err));
    TRY(read_positive(csv, columns->images, "images", &row->images, err));
    TRY(csv_number(csv, columns->loss, "loss", &row->loss, err));
    if (!(fabs(row->loss) <= MOST_LOSS))
        return err_set(err, ERR_DATA, "%s:%" PRId64 ": 'loss' is %g: the training has diverged",
                       csv->path, csv->number, row->loss);
    row->budget = SIZETABLE_FLOPS_A_MAC * row->macs * row->images;
    if (columns->budget >= 0)
        TRY(read_positive(csv, columns->budget, "budget", &row->budget, err));
fail:
    return err->code;
}

static ErrCode read_rows(CsvReader *csv, Arena *arena, SizeRow **rows, size_t *n_rows, Err *err)
{
    Columns columns = {0};
    TRY(find_columns(csv, &columns, err));
    while (csv_next(csv)) {
        if (*n_rows == SIZETABLE_MAX_ROWS)
            return err_set(err, ERR_DATA, "'%s' has more than %d rows", csv->path,
                           SIZETABLE_MAX_ROWS);
        *rows = arena_add_item(arena, *rows, n_rows, sizeof **rows);
        TRY(arena_ok(arena, err));
        TRY(read_row(csv, &columns, &(*rows)[*n_rows - 1], err));
    }
    if (*n_rows == 0)
        return err_set(err, ERR_DATA, "'%s' has no rows", csv->path);
fail:
    return err->code;
}

/* --- groups --- */

static int compare_rows(const void *left, const void *right)
{
    const SizeRow *a = left, *b = right;
    if (a->budget != b->budget)
        return a->budget < b->budget ? -1 : 1;
    return (a->macs > b->macs) - (a->macs < b->macs);
}

/* Sorts rows; those of one budget get the least of theirs. */
static size_t sort_rows(SizeRow *rows, size_t n_rows)
{
    size_t n_groups = 0;
    qsort(rows, n_rows, sizeof *rows, compare_rows);
    double least = 0.0;
    for (size_t i = 0; i < n_rows; i++) {
        if (i == 0 || rows[i].budget > least * (1.0 + SIZETABLE_SAME)) {
            least = rows[i].budget;
            n_groups++;
        }
        rows[i].budget = least;
    }
    qsort(rows, n_rows, sizeof *rows, compare_rows);
    return n_groups;
}

/* The group that begins with `rows`. */
static SizeGroup group_of(const SizeRow *rows, size_t n_left)
{
    SizeGroup group = {.rows = rows};
    double logs = 0.0;
    for (size_t i = 0; i < n_left && rows[i].budget == rows[0].budget; i++) {
        group.n_sizes += i == 0 || rows[i].macs > rows[i - 1].macs * (1.0 + SIZETABLE_SAME);
        logs += log(SIZETABLE_FLOPS_A_MAC * rows[i].macs * rows[i].images);
        group.n_rows++;
    }
    group.compute = exp(logs / group.n_rows);
    return group;
}

ErrCode sizetable_group(SizeTable *out, const char *name, SizeRow *rows, size_t n_rows,
                        Arena *arena, Err *err)
{
    const size_t n_groups = sort_rows(rows, n_rows);
    SizeGroup *groups = arena_alloc(arena, n_groups + 1, sizeof *groups);
    TRY(arena_ok(arena, err));
    size_t begin = 0;
    for (size_t g = 0; g < n_groups; g++) {
        groups[g] = group_of(rows + begin, n_rows - begin);
        begin += (size_t)groups[g].n_rows;
        if (groups[g].n_sizes < SIZETABLE_MIN_SIZES)
            return err_set(err, ERR_DATA,
                           "'%s' has %d size%s of budget %.7g, at least %d are needed: macs x "
                           "images (or a column 'budget') are equal within 1e-6 in one budget",
                           name, groups[g].n_sizes, text_plural((uint64_t)groups[g].n_sizes),
                           rows[begin - 1].budget, SIZETABLE_MIN_SIZES);
    }
    *out = (SizeTable){
        .rows = rows, .n_rows = (int)n_rows, .groups = groups, .n_groups = (int)n_groups};
fail:
    return err->code;
}

ErrCode sizetable_read(SizeTable *out, const char *path, char *text, Arena *arena, Err *err)
{
    CsvReader csv = csv_start(path, text);
    SizeRow *rows = NULL;
    size_t n_rows = 0;
    TRY(read_rows(&csv, arena, &rows, &n_rows, err));
    TRY(sizetable_group(out, path, rows, n_rows, arena, err));
    if (out->n_groups < 2)
        return err_set(err, ERR_DATA, "'%s' has one budget: growth shows in two or more", path);
fail:
    return err->code;
}
