/* results/tablesql.c: a column for each seed, so the query is made of the seeds that there are. */
#include "results/tablesql.h"

#include "base/arena.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A column of what `value` gives for the finished trial of a seed. */
static void put_column(Text *sql, const char *seed, const char *value, const char *name, size_t at)
{
    text_printf(sql, ",\n  max(CASE WHEN seed = %s AND status = 'done' THEN %s END) AS %s_s%zu",
                seed, value, name, at);
}

/* Columns of every epoch but the last, whose accuracy is the trial's. */
static void put_epochs(Text *sql, const StoreTable *seeds, int64_t n_epochs)
{
    enum { NAME_BYTES = 48, VALUE_BYTES = 128 };
    for (int64_t e = 1; e < n_epochs; e++)
        for (size_t s = 0; s < seeds->n_rows; s++) {
            char name[NAME_BYTES], value[VALUE_BYTES];
            snprintf(name, sizeof name, "val_top1_e%" PRId64, e);
            snprintf(value, sizeof value,
                     "(SELECT e.val_top1 FROM epoch e WHERE e.trial = m.trial AND e.epoch = "
                     "%" PRId64 ")",
                     e);
            put_column(sql, seeds->cells[2 * s], value, name, s);
        }
}

ErrCode tablesql_select(Store *store, Text *sql, Err *err)
{
    enum { MOST_COLUMNS = 1900 }; /* of epochs: SQLite has 2000 in all */
    Arena arena = {0};
    StoreTable seeds;
    TRY(store_query(store,
                    "SELECT seed, max(epochs) FROM measured WHERE part = 'table' GROUP BY seed "
                    "ORDER BY seed",
                    NULL, &arena, &seeds, err));
    if (seeds.n_rows == 0)
        TRY(err_set(err, ERR_USAGE,
                    "the study has no part 'table', which trains all networks of a space"));
    const int64_t n_epochs = strtoll(seeds.cells[1], NULL, 10);
    if (n_epochs > MOST_COLUMNS / (int64_t)seeds.n_rows)
        TRY(err_set(err, ERR_USAGE,
                    "the export 'table' would have a column for each of %" PRId64
                    " epochs and %zu seeds; it has at most %d: read 'result' instead",
                    n_epochs, seeds.n_rows, MOST_COLUMNS));
    text_append(sql, "SELECT genes, min(macs) AS macs, (SELECT n.params FROM network n WHERE "
                     "n.digest = network) AS params");
    for (size_t s = 0; s < seeds.n_rows; s++)
        put_column(sql, seeds.cells[2 * s], "val_top1", "val_top1", s);
    for (size_t s = 0; s < seeds.n_rows; s++)
        put_column(sql, seeds.cells[2 * s], "test_top1", "test_top1", s);
    put_epochs(sql, &seeds, n_epochs);
    text_append(sql, "\nFROM measured m WHERE part = 'table' GROUP BY genes "
                     "HAVING count(val_top1) >= 2 ORDER BY min(place)");
    TRY(text_ok(sql, err));
fail:
    arena_release(&arena);
    return err->code;
}
