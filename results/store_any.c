/*
 * results/store_any.c: any query's answer as text.
 *
 * An arena gives each thing a cache line of its own, which is most of a table of short cells: their
 * texts lie one behind the other instead.
 */
#include "results/store_internal.h"

#include "base/text.h"

#include <string.h>

/* Where the next text goes; zeros, but the arena, to begin with. */
typedef struct CellTexts {
    Arena *arena;
    char *at;
    size_t n_left;
} CellTexts;

static const char *keep_text(CellTexts *texts, const char *text)
{
    enum { PIECE_BYTES = 4096 };
    const size_t n = strlen(text) + 1;
    if (n > texts->n_left) {
        const size_t n_new = n > PIECE_BYTES ? n : PIECE_BYTES;
        texts->at = arena_alloc(texts->arena, n_new, 1);
        texts->n_left = texts->at != NULL ? n_new : 0;
        if (texts->at == NULL)
            return NULL;
    }
    char *copy = memcpy(texts->at, text, n);
    texts->at += n;
    texts->n_left -= n;
    return copy;
}

/* A cell as text: numbers as the shortest decimals that read back equal. */
static const char *cell_text(DbQuery *q, int column, CellTexts *texts)
{
    Text number = {0};
    const char *text = NULL, *source = NULL;
    if (db_is_null(q, column))
        return NULL;
    if (sqlite3_column_type(q->statement, column) == SQLITE_FLOAT) {
        text_append_double(&number, sqlite3_column_double(q->statement, column));
        source = number.failed ? NULL : text_string(&number);
    } else
        source = db_get_passing(q, column);
    text = source != NULL ? keep_text(texts, source) : NULL;
    q->out_of_memory |= text == NULL;
    text_release(&number);
    return text;
}

/* Prepares a query of anything and binds its one text. */
static ErrCode begin_any(DbQuery *q, Store *store, const char *sql, const char *parameter, Err *err)
{
    TRY(db_query(q, &store->db, sql, NULL, 0, err));
    if (q->statement == NULL || !sqlite3_stmt_readonly(q->statement)) {
        err_set(err, ERR_INTERNAL, "not a query: %.80s", sql);
        goto fail;
    }
    if (sqlite3_bind_parameter_count(q->statement) > 0 &&
        sqlite3_bind_text(q->statement, 1, parameter, -1, SQLITE_TRANSIENT) != SQLITE_OK) {
        db_error(&store->db, "read", err);
        goto fail;
    }
    return ERR_NONE;
fail:
    db_abandon(q);
    return err->code;
}

/* The names of an answer's columns, and room for a row of it. */
static void name_columns(DbQuery *q, Arena *arena, StoreTable *out)
{
    const int n_columns = sqlite3_column_count(q->statement);
    *out = (StoreTable){.n_columns = (size_t)n_columns};
    out->names = arena_zalloc(arena, out->n_columns, sizeof(*out->names));
    for (int i = 0; out->names != NULL && i < n_columns; i++)
        out->names[i] = arena_text(arena, sqlite3_column_name(q->statement, i));
}

/* The cells of the row that the query stands at. */
static void read_cells(DbQuery *q, size_t n_columns, CellTexts *texts, const char **cells,
                       bool *is_number)
{
    for (size_t i = 0; i < n_columns; i++) {
        const int type = sqlite3_column_type(q->statement, (int)i);
        cells[i] = cell_text(q, (int)i, texts);
        is_number[i] = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
    }
}

ErrCode store_query(Store *store, const char *sql, const char *parameter, Arena *arena,
                    StoreTable *out, Err *err)
{
    DbQuery q = {0};
    CellTexts texts = {.arena = arena};
    *out = (StoreTable){0};
    TRY(begin_any(&q, store, sql, parameter, err));
    name_columns(&q, arena, out);
    while (db_next(&q)) {
        size_t n_rows = out->n_rows;
        const char **cells =
            arena_add_item(arena, out->cells, &n_rows, out->n_columns * sizeof(*cells));
        bool *is_number = arena_add_item(arena, out->is_number, &out->n_rows, out->n_columns);
        if (cells == NULL || is_number == NULL) {
            q.out_of_memory = true;
            break;
        }
        const size_t at = (n_rows - 1) * out->n_columns;
        out->cells = cells;
        out->is_number = is_number;
        read_cells(&q, out->n_columns, &texts, cells + at, is_number + at);
    }
    TRY(db_end(&q, err));
    return arena_ok(arena, err);
fail:
    db_abandon(&q);
    return err->code;
}

ErrCode store_each_row(Store *store, const char *sql, const char *parameter, StoreSeeRow see,
                       void *user, Err *err)
{
    Arena names = {0}, passing = {0};
    StoreTable row;
    DbQuery q = {0};
    TRY(begin_any(&q, store, sql, parameter, err));
    name_columns(&q, &names, &row);
    row.cells = arena_zalloc(&names, row.n_columns, sizeof(*row.cells));
    row.is_number = arena_zalloc(&names, row.n_columns, sizeof(*row.is_number));
    TRY(arena_ok(&names, err));
    TRY(see(user, &row, err));
    row.n_rows = 1;
    while (db_next(&q)) {
        CellTexts texts = {.arena = &passing};
        read_cells(&q, row.n_columns, &texts, row.cells, row.is_number);
        if (q.out_of_memory)
            break;
        TRY(see(user, &row, err));
        arena_release(&passing);
    }
    TRY(db_end(&q, err));
fail:
    db_abandon(&q);
    arena_release(&names);
    arena_release(&passing);
    return err->code;
}
