/* results/shapetable.c: rows first, since how many shapes and seeds there are shows at the end. */
#include "results/shapetable.h"

#include "base/csv.h"
#include "base/text.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Shares nearer than this are of one shape. */
#define SAME 1e-6
/* Shares are often written with two digits. */
#define SUM_TOLERANCE 0.02
/* Nats; whatever is above has no meaning, and its squares would overflow. */
#define MOST_LOSS 1e6

enum { MAX_SHAPES = 200 };

static const char *const share_names[] = {"a", "b", "c"}, *const scale_names[] = {"d", "w", "r"};

typedef struct Columns {
    const char *const *names; /* of the three that say the shape */
    const char *value_name;
    int n, shape[3], seed, value;
} Columns;

typedef struct Row {
    int shape, seed;
    double value;
    int64_t line;
} Row;

/* What has been read so far. */
typedef struct Reading {
    CsvReader csv;
    Columns columns;
    Arena *arena;
    Row *rows;
    Shares *shares;
    bool *clamped;
    const char **seeds;
    size_t n_rows, n_shapes, n_clamped, n_seeds;
} Reading;

/* --- columns --- */

static bool find_three(const CsvReader *csv, const char *const *names, int *columns)
{
    for (int k = 0; k < 3; k++)
        columns[k] = csv_column(csv, names[k]);
    return columns[0] >= 0 && columns[1] >= 0 && columns[2] >= 0;
}

static ErrCode find_columns(Reading *r, Err *err)
{
    int scales[3];
    const char *path = r->csv.path;
    TRY(csv_head(&r->csv, err));
    Columns *c = &r->columns;
    *c = (Columns){.names = share_names, .n = r->csv.n_fields};
    const bool has_shares = find_three(&r->csv, share_names, c->shape);
    const bool has_scales = find_three(&r->csv, scale_names, scales);
    if (has_shares && has_scales)
        return err_set(err, ERR_DATA, "'%s' has columns a, b, c and d, w, r: leave out one of them",
                       path);
    if (!has_shares && !has_scales)
        return err_set(err, ERR_DATA,
                       "'%s' has neither columns a, b, c (shares) nor d, w, r (multipliers)", path);
    if (has_scales) {
        c->names = scale_names;
        memcpy(c->shape, scales, sizeof scales);
    }
    c->seed = csv_column(&r->csv, "seed");
    if (c->seed < 0)
        return err_set(err, ERR_DATA, "'%s' has no column 'seed'", path);
    const int loss = csv_column(&r->csv, "loss"), top1 = csv_column(&r->csv, "top1");
    if (loss >= 0 && top1 >= 0)
        return err_set(err, ERR_DATA, "'%s' has columns loss and top1: leave out one of them",
                       path);
    if (loss < 0 && top1 < 0)
        return err_set(err, ERR_DATA, "'%s' has neither a column 'loss' nor 'top1'", path);
    c->value = loss >= 0 ? loss : top1;
    c->value_name = loss >= 0 ? "loss" : "top1";
fail:
    return err->code;
}

/* --- rows --- */

static ErrCode read_shares(const Reading *r, Shares *shares, Err *err)
{
    const CsvReader *csv = &r->csv;
    double x[3];
    for (int k = 0; k < 3; k++)
        TRY(csv_number(csv, r->columns.shape[k], r->columns.names[k], &x[k], err));
    if (r->columns.names == share_names) {
        memcpy(shares->x, x, sizeof x);
        if (!(fabs(x[0] + x[1] + x[2] - 1.0) <= SUM_TOLERANCE))
            return err_set(err, ERR_DATA, "%s:%" PRId64 ": a + b + c is %g, not 1", csv->path,
                           csv->number, x[0] + x[1] + x[2]);
        return ERR_NONE;
    }
    if (!(x[0] > 0.0 && x[1] > 0.0 && x[2] > 0.0) || !scheffe_shares(x[0], x[1], x[2], shares))
        return err_set(err, ERR_DATA,
                       "%s:%" PRId64
                       ": multipliers d %g, w %g, r %g add no cost: they have no shape",
                       csv->path, csv->number, x[0], x[1], x[2]);
fail:
    return err->code;
}

static bool is_same(const Shares *a, const Shares *b)
{
    return fabs(a->x[0] - b->x[0]) < SAME && fabs(a->x[1] - b->x[1]) < SAME &&
           fabs(a->x[2] - b->x[2]) < SAME;
}

/* The number of a shape, which is new if it has not been seen. */
static ErrCode number_shape(Reading *r, Shares shares, int *number, Err *err)
{
    const bool was_negative = scheffe_clamp(&shares);
    for (size_t i = 0; i < r->n_shapes; i++)
        if (is_same(&r->shares[i], &shares)) {
            *number = (int)i;
            return ERR_NONE;
        }
    if (r->n_shapes == MAX_SHAPES)
        return err_set(err, ERR_DATA, "'%s' has more than %d shapes", r->csv.path, MAX_SHAPES);
    *number = (int)r->n_shapes;
    r->shares = arena_add_item(r->arena, r->shares, &r->n_shapes, sizeof *r->shares);
    r->clamped = arena_add_item(r->arena, r->clamped, &r->n_clamped, sizeof *r->clamped);
    TRY(arena_ok(r->arena, err));
    r->shares[*number] = shares;
    r->clamped[*number] = was_negative;
fail:
    return err->code;
}

static ErrCode number_seed(Reading *r, const char *seed, int *number, Err *err)
{
    for (size_t i = 0; i < r->n_seeds; i++)
        if (strcmp(r->seeds[i], seed) == 0) {
            *number = (int)i;
            return ERR_NONE;
        }
    *number = (int)r->n_seeds;
    r->seeds = arena_add_item(r->arena, r->seeds, &r->n_seeds, sizeof *r->seeds);
    TRY(arena_ok(r->arena, err));
    r->seeds[*number] = seed;
fail:
    return err->code;
}

static ErrCode check_value(const Reading *r, double value, Err *err)
{
    const bool is_top1 = strcmp(r->columns.value_name, "top1") == 0;
    if (is_top1 && !(value >= 0.0 && value <= 100.0))
        return err_set(err, ERR_DATA, "%s:%" PRId64 ": 'top1' is %g, not a percentage", r->csv.path,
                       r->csv.number, value);
    if (!(fabs(value) <= MOST_LOSS))
        return err_set(err, ERR_DATA, "%s:%" PRId64 ": 'loss' is %g: the training has diverged",
                       r->csv.path, r->csv.number, value);
    return ERR_NONE;
}

static ErrCode read_row(Reading *r, Err *err)
{
    const CsvReader *csv = &r->csv;
    Row row = {.line = csv->number};
    Shares shares;
    TRY(csv_whole(csv, r->columns.n, err));
    TRY(read_shares(r, &shares, err));
    TRY(csv_number(csv, r->columns.value, r->columns.value_name, &row.value, err));
    TRY(check_value(r, row.value, err));
    TRY(number_shape(r, shares, &row.shape, err));
    TRY(number_seed(r, csv->fields[r->columns.seed], &row.seed, err));
    if (r->n_rows == SHAPETABLE_MAX_CELLS)
        return err_set(err, ERR_DATA, "'%s' has more than %d rows", csv->path,
                       SHAPETABLE_MAX_CELLS);
    r->rows = arena_add_item(r->arena, r->rows, &r->n_rows, sizeof *r->rows);
    TRY(arena_ok(r->arena, err));
    r->rows[r->n_rows - 1] = row;
fail:
    return err->code;
}

/* --- the whole table --- */

static ErrCode check_design(const Reading *r, Err *err)
{
    if (r->n_shapes < SHAPETABLE_MIN_SHAPES)
        return err_set(err, ERR_DATA, "'%s' has %zu shape%s, at least %d are needed", r->csv.path,
                       r->n_shapes, text_plural(r->n_shapes), SHAPETABLE_MIN_SHAPES);
    if (r->n_seeds < 2)
        return err_set(err, ERR_DATA, "'%s' has one seed: noise shows in two or more", r->csv.path);
    if (r->n_shapes * r->n_seeds > SHAPETABLE_MAX_CELLS)
        return err_set(err, ERR_DATA, "'%s' has %zu shapes and %zu seeds, more than %d cells",
                       r->csv.path, r->n_shapes, r->n_seeds, SHAPETABLE_MAX_CELLS);
    double most = 0.0;
    for (size_t i = 0; i < r->n_rows; i++)
        most = fmax(most, r->rows[i].value);
    if (strcmp(r->columns.value_name, "top1") == 0 && most <= 1.0)
        return err_set(err, ERR_DATA, "'%s' has 'top1' of at most %g: it is read as percent",
                       r->csv.path, most);
    return ERR_NONE;
}

/* Rows into cells: each once. */
static ErrCode fill_cells(const Reading *r, double *values, Err *err)
{
    for (size_t i = 0; i < r->n_shapes * r->n_seeds; i++)
        values[i] = (double)NAN;
    for (size_t i = 0; i < r->n_rows; i++) {
        const Row *row = &r->rows[i];
        double *cell = &values[(size_t)row->shape * r->n_seeds + (size_t)row->seed];
        if (!isnan(*cell))
            return err_set(err, ERR_DATA, "%s:%" PRId64 ": this shape has seed '%s' already",
                           r->csv.path, row->line, r->seeds[row->seed]);
        *cell = row->value;
    }
    for (size_t i = 0; i < r->n_shapes * r->n_seeds; i++)
        if (isnan(values[i])) {
            const Shares *shape = &r->shares[i / r->n_seeds];
            return err_set(err, ERR_DATA, "'%s' lacks seed '%s' of shape %.3g, %.3g, %.3g",
                           r->csv.path, r->seeds[i % r->n_seeds], shape->x[0], shape->x[1],
                           shape->x[2]);
        }
    return ERR_NONE;
}

/* Whether a decimal number read to the nearest double is a multiple of 1/unit. */
static bool is_multiple(double value, double unit)
{
    const double many = value * unit; /* two roundings */
    return fabs(many - round(many)) <= 2.0 * DBL_EPSILON * fabs(many);
}

/* One unit of the last decimal that any value has. */
static double resolution_of(const double *values, size_t n)
{
    enum { MAX_DECIMALS = 12 };
    double unit = 1.0;
    for (int k = 0; k <= MAX_DECIMALS; k++, unit *= 10.0) {
        size_t n_whole = 0;
        while (n_whole < n && is_multiple(values[n_whole], unit))
            n_whole++;
        if (n_whole == n)
            return 1.0 / unit;
    }
    return 0.0;
}

ErrCode shapetable_read(ShapeTable *out, const char *path, char *text, Arena *arena, Err *err)
{
    Reading r = {.csv = csv_start(path, text), .arena = arena};
    TRY(find_columns(&r, err));
    while (csv_next(&r.csv))
        TRY(read_row(&r, err));
    TRY(check_design(&r, err));
    double *values = arena_alloc(arena, r.n_shapes * r.n_seeds, sizeof *values);
    TRY(arena_ok(arena, err));
    TRY(fill_cells(&r, values, err));
    *out = (ShapeTable){.n_shapes = (int)r.n_shapes,
                        .n_seeds = (int)r.n_seeds,
                        .is_loss = strcmp(r.columns.value_name, "loss") == 0,
                        .shares = r.shares,
                        .clamped = r.clamped,
                        .values = values,
                        .resolution = resolution_of(values, r.n_shapes * r.n_seeds)};
fail:
    return err->code;
}
