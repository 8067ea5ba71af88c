/* results/sizestudy.c: one query, numbers out of its cells. */
#include "results/sizestudy.h"

#include "base/text.h"

enum { MACS, IMAGES, LOSS, TOTAL, N_COLUMNS };

/*
 * A series of such a part begins with its total; one that was decided anew does not, and is left
 * out. A trial counts once in a series.
 */
static const char query[] =
    "SELECT macs, 1.0 * epochs * (SELECT n_train FROM study), test_loss, CAST(series AS REAL) "
    "FROM measured WHERE (part = 'sizes' OR part GLOB 'sizes-[0-9]*') AND status = 'done' AND "
    "series NOT GLOB 'earlier *' AND test_loss IS NOT NULL GROUP BY series, trial ORDER BY place, "
    "seed";

static ErrCode take_row(const StoreTable *table, size_t row, SizeRow *out, Err *err)
{
    double values[N_COLUMNS];
    for (size_t c = 0; c < N_COLUMNS; c++)
        if (table->cells[row * N_COLUMNS + c] == NULL ||
            !text_to_double(table->cells[row * N_COLUMNS + c], &values[c]))
            return err_set(err, ERR_DATA, "a point of a part 'sizes' has no total");
    *out = (SizeRow){values[MACS], values[IMAGES], values[LOSS], values[TOTAL]};
    return ERR_NONE;
}

ErrCode sizestudy_read(SizeTable *out, Store *store, Arena *arena, Err *err)
{
    StoreTable table;
    TRY(store_query(store, query, NULL, arena, &table, err));
    if (table.n_rows == 0)
        return err_set(err, ERR_MISSING, "no trial of a part 'sizes' has finished in '%s'",
                       store_path(store));
    SizeRow *rows = arena_alloc(arena, table.n_rows, sizeof *rows);
    TRY(arena_ok(arena, err));
    for (size_t r = 0; r < table.n_rows; r++)
        TRY(take_row(&table, r, &rows[r], err));
    TRY(sizetable_group(out, store_path(store), rows, table.n_rows, arena, err));
    if (out->n_groups < 2)
        return err_set(err, ERR_DATA,
                       "'%s' has one total of training MACs: growth shows in two "
                       "or more",
                       store_path(store));
fail:
    return err->code;
}
