/* results/resulttable.c: columns first, then row by row. */
#include "results/resulttable.h"

#include "base/csv.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MOST_SEED 9007199254740992.0 /* 2^53, as a study's */
#define MOST_COUNT 1e9               /* of trials and epochs */
#define MOST_LOSS 1e6                /* nats; whatever is above has diverged */

/* The columns, in the order in which they are missed. */
typedef enum Column {
    TRIAL,
    NETWORK,
    SEED,
    VAL_TOP1,
    TEST_TOP1,
    VAL_LOSS,
    TEST_LOSS,
    EPOCHS,
    NOTE,
    N_COLUMNS
} Column;

static const char *const names[N_COLUMNS] = {
    "trial", "network", "seed", "val_top1", "test_top1", "val_loss", "test_loss", "epochs", "note"};

typedef struct Reading {
    CsvReader csv;
    int n_columns, place[N_COLUMNS];
} Reading;

static ErrCode find_columns(Reading *r, Err *err)
{
    TRY(csv_head(&r->csv, err));
    r->n_columns = r->csv.n_fields;
    for (int c = 0; c < N_COLUMNS; c++)
        r->place[c] = csv_column(&r->csv, names[c]);
    if (r->place[TRIAL] < 0 && r->place[NETWORK] < 0)
        return err_set(err, ERR_DATA, "'%s' has neither a column 'trial' nor 'network'",
                       r->csv.path);
    for (int c = r->place[TRIAL] < 0 ? SEED : VAL_TOP1; c < NOTE; c++)
        if (r->place[c] < 0)
            return err_set(err, ERR_DATA, "'%s' has no column '%s'", r->csv.path, names[c]);
fail:
    return err->code;
}

/* The field, "" where there is no such column. */
static const char *field(const Reading *r, Column column)
{
    return r->place[column] < 0 ? "" : r->csv.fields[r->place[column]];
}

static ErrCode out_of_range(const Reading *r, Column column, const char *wanted, Err *err)
{
    return err_set(err, ERR_DATA, "%s:%" PRId64 ": '%s' is '%s', not %s", r->csv.path,
                   r->csv.number, names[column], field(r, column), wanted);
}

/* A whole number between bounds, or `none` where the field is empty. */
static ErrCode read_whole(const Reading *r, Column column, double low, double high, int64_t none,
                          int64_t *value, Err *err)
{
    double number;
    *value = none;
    if (field(r, column)[0] == '\0')
        return ERR_NONE;
    TRY(csv_number(&r->csv, r->place[column], names[column], &number, err));
    if (number != floor(number) || number < low || number > high)
        return out_of_range(r, column, low > 0 ? "a whole number from 1 on" : "a seed", err);
    *value = (int64_t)number;
fail:
    return err->code;
}

static ErrCode read_top1(const Reading *r, Column column, double *value, Err *err)
{
    TRY(csv_number(&r->csv, r->place[column], names[column], value, err));
    if (!(*value >= 0.0 && *value <= 100.0))
        return out_of_range(r, column, "a percentage", err);
fail:
    return err->code;
}

static ErrCode read_loss(const Reading *r, Column column, double *value, Err *err)
{
    *value = (double)NAN;
    if (field(r, column)[0] == '\0')
        return ERR_NONE;
    TRY(csv_number(&r->csv, r->place[column], names[column], value, err));
    if (!(*value >= 0.0 && *value <= MOST_LOSS))
        return out_of_range(r, column, "a loss in nats", err);
fail:
    return err->code;
}

static ErrCode read_row(const Reading *r, ResultRow *row, Err *err)
{
    TRY(csv_whole(&r->csv, r->n_columns, err));
    *row = (ResultRow){.line = r->csv.number, .network = field(r, NETWORK), .note = field(r, NOTE)};
    TRY(read_whole(r, TRIAL, 1, MOST_COUNT, 0, &row->trial, err));
    TRY(read_whole(r, SEED, 0, MOST_SEED, -1, &row->seed, err));
    TRY(read_whole(r, EPOCHS, 1, MOST_COUNT, 0, &row->epochs, err));
    if (row->trial == 0 && (row->network[0] == '\0' || row->seed < 0))
        return err_set(err, ERR_DATA,
                       "%s:%" PRId64 ": neither 'trial' nor 'network' and 'seed' are given",
                       r->csv.path, r->csv.number);
    if (row->epochs == 0)
        return out_of_range(r, EPOCHS, "a whole number from 1 on", err);
    TRY(read_top1(r, VAL_TOP1, &row->val_top1, err));
    TRY(read_top1(r, TEST_TOP1, &row->test_top1, err));
    TRY(read_loss(r, VAL_LOSS, &row->val_loss, err));
    TRY(read_loss(r, TEST_LOSS, &row->test_loss, err));
fail:
    return err->code;
}

ErrCode resulttable_read(ResultTable *out, const char *path, char *text, Arena *arena, Err *err)
{
    Reading r = {.csv = csv_start(path, text)};
    ResultRow *rows = NULL;
    double most = 0.0;
    *out = (ResultTable){0};
    TRY(find_columns(&r, err));
    while (csv_next(&r.csv)) {
        rows = arena_add_item(arena, rows, &out->n, sizeof *rows);
        TRY(arena_ok(arena, err));
        TRY(read_row(&r, &rows[out->n - 1], err));
        most = fmax(most, fmax(rows[out->n - 1].val_top1, rows[out->n - 1].test_top1));
    }
    if (out->n == 0)
        return err_set(err, ERR_DATA, "'%s' has no rows", path);
    if (most <= 1.0)
        return err_set(err, ERR_DATA, "'%s' has accuracies of at most %g: they are read as percent",
                       path, most);
    out->rows = rows;
fail:
    return err->code;
}
