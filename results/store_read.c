/*
 * results/store_read.c: queries, each one short transaction into an arena.
 *
 * Lists grow by doubling inside the arena: what is outgrown stays until the arena goes, which is a
 * report's life.
 */
#include "results/store_internal.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

ErrCode store_network(Store *store, const char *digest, Arena *arena, StoreNetwork *out, Err *err)
{
    const DbValue key = db_text(digest);
    DbQuery q = {0};
    bool is_there = false;
    TRY(db_query(&q, &store->db,
                 "SELECT digest, name, yaml, resolution, params, macs, acts FROM network WHERE "
                 "digest = ?1",
                 &key, 1, err));
    if (db_next(&q)) {
        is_there = true;
        *out = (StoreNetwork){.digest = db_get_text(&q, 0, arena),
                              .name = db_get_text(&q, 1, arena),
                              .yaml = db_get_text(&q, 2, arena),
                              .resolution = (int)db_get_int(&q, 3),
                              .params = db_get_int(&q, 4),
                              .macs = db_get_int(&q, 5),
                              .acts = db_get_int(&q, 6)};
    }
    TRY(db_end(&q, err));
    if (!is_there)
        return err_set(err, ERR_MISSING, "there is no network '%s' in store '%s'", digest,
                       store_path(store));
    return ERR_NONE;
fail:
    return err->code;
}

/* --- the study's texts --- */

/* The one text that a query of the plan answers. */
static ErrCode planned_text(Store *store, const char *sql, Arena *arena, const char **text,
                            Err *err)
{
    DbQuery q = {0};
    *text = NULL;
    TRY(db_query(&q, &store->db, sql, NULL, 0, err));
    if (db_next(&q))
        *text = db_get_text(&q, 0, arena);
    TRY(db_end(&q, err));
    if (*text == NULL)
        return err_set(err, ERR_MISSING, "nothing was planned yet in store '%s'",
                       store_path(store));
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode store_data_digest(Store *store, Arena *arena, const char **digest, Err *err)
{
    return planned_text(store, "SELECT data_digest FROM study", arena, digest, err);
}

ErrCode store_study_yaml(Store *store, Arena *arena, const char **yaml, Err *err)
{
    return planned_text(store, "SELECT yaml FROM revision ORDER BY id DESC LIMIT 1", arena, yaml,
                        err);
}

ErrCode store_check_arithmetic(Store *store, int revision, Err *err)
{
    DbQuery q = {0};
    int64_t begun_with = revision;
    TRY(db_query(&q, &store->db, "SELECT arithmetic FROM study", NULL, 0, err));
    if (db_next(&q))
        begun_with = db_get_int(&q, 0);
    TRY(db_end(&q, err));
    if (begun_with == revision)
        return ERR_NONE;
    return err_set(err, ERR_USAGE,
                   "store '%s' was begun with arithmetic revision %" PRId64
                   ", this isoflop has %d: "
                   "its trials cannot be compared with new ones, use another folder",
                   store_path(store), begun_with, revision);
fail:
    return err->code;
}

/* --- everything for verdicts and reports --- */

static ErrCode read_study(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    static const char sql[] =
        "SELECT s.name, r.question, s.baseline, s.data_name, s.data_digest, s.classes, s.n_train, "
        "s.n_val, s.n_test, s.is_demo, s.arithmetic, r.yaml, r.digest, r.objective, "
        "r.objective_w, r.target_macs, r.baseline_macs, r.fairness_tolerance, r.epochs, r.recipe, "
        "r.created_utc, (SELECT command FROM run ORDER BY id DESC LIMIT 1) "
        "FROM revision r JOIN study s ON s.id = r.study ORDER BY r.id DESC LIMIT 1";
    DbQuery q = {0};
    bool is_there = false;
    TRY(db_query(&q, &store->db, sql, NULL, 0, err));
    if (db_next(&q)) {
        is_there = true;
        out->study = (StoreStudy){.name = db_get_text(&q, 0, arena),
                                  .question = db_get_text(&q, 1, arena),
                                  .baseline = db_get_text(&q, 2, arena),
                                  .data_name = db_get_text(&q, 3, arena),
                                  .data_digest = db_get_text(&q, 4, arena),
                                  .classes = (int)db_get_int(&q, 5),
                                  .n_train = db_get_int(&q, 6),
                                  .n_val = db_get_int(&q, 7),
                                  .n_test = db_get_int(&q, 8),
                                  .is_demo = db_get_int(&q, 9) != 0,
                                  .arithmetic = (int)db_get_int(&q, 10)};
        out->revision = (StoreRevision){.yaml = db_get_text(&q, 11, arena),
                                        .digest = db_get_text(&q, 12, arena),
                                        .objective = db_get_text(&q, 13, arena),
                                        .objective_w = db_get_real(&q, 14),
                                        .target_macs = db_get_int(&q, 15),
                                        .baseline_macs = db_get_int(&q, 16),
                                        .fairness_tolerance = db_get_real(&q, 17),
                                        .epochs = db_get_int(&q, 18),
                                        .recipe = db_get_text(&q, 19, arena),
                                        .created = db_get_text(&q, 20, arena)};
        out->command = db_get_text(&q, 21, arena);
    }
    TRY(db_end(&q, err));
    if (!is_there)
        return err_set(err, ERR_MISSING, "nothing was planned yet in store '%s'",
                       store_path(store));
    return ERR_NONE;
fail:
    return err->code;
}

static StorePointResult read_point(DbQuery *q, Arena *arena)
{
    return (StorePointResult){
        .point = {.id = db_get_int(q, 0),
                  .part = db_get_text(q, 1, arena),
                  .figure = db_get_text(q, 2, arena),
                  .series = db_get_text(q, 3, arena),
                  .match = db_get_text(q, 4, arena),
                  .nominal = {db_get_real(q, 5), db_get_real(q, 6), db_get_real(q, 7)},
                  .built = {db_get_real(q, 8), db_get_real(q, 9), db_get_real(q, 10)},
                  .trim = db_get_real(q, 11),
                  .x = db_get_real(q, 12),
                  .network = db_get_text(q, 13, arena),
                  .trial_digest = db_get_text(q, 14, arena),
                  .resolution = (int)db_get_int(q, 15),
                  .macs = db_get_int(q, 16),
                  .target_macs = db_get_int(q, 17),
                  .ratio = db_get_real(q, 18),
                  .naive_ratio = db_get_real(q, 19),
                  .status = db_get_text(q, 20, arena),
                  .reason = db_get_text(q, 21, arena),
                  .genes = db_get_text(q, 23, arena)},
        .network_name = db_get_text(q, 22, arena),
        .is_judged = db_get_int(q, 24) != 0,
        .acts = db_get_int(q, 25)};
}

static ErrCode read_points(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    static const char sql[] =
        "SELECT p.id, p.part, p.figure, p.series, p.match, p.nominal_d, p.nominal_w, p.nominal_r, "
        "p.built_d, p.built_w, p.built_r, p.trim, p.x, p.network, p.digest, p.resolution, p.macs, "
        "p.target_macs, p.ratio, p.naive_ratio, p.status, p.reason, n.name, p.genes, "
        "EXISTS (SELECT 1 FROM own_seed o WHERE o.part = p.part), n.acts "
        "FROM current_point p LEFT JOIN network n ON n.digest = p.network ORDER BY p.place";
    DbQuery q = {0};
    TRY(db_query(&q, &store->db, sql, NULL, 0, err));
    while (db_next(&q)) {
        StorePointResult *items =
            arena_add_item(arena, out->points, &out->n_points, sizeof(*items));
        if (items == NULL) {
            q.out_of_memory = true;
            break;
        }
        out->points = items;
        items[out->n_points - 1] = read_point(&q, arena);
    }
    TRY(db_end(&q, err));
    return store_check_listed(store, "listed_point", (int64_t)out->n_points, err);
fail:
    return err->code;
}

/* The seeds of every point, in the order of `points`. */
static ErrCode read_seeds(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    static const char sql[] = "SELECT place, seed, trial, status, val_top1, test_top1, val_loss, "
                              "test_loss, epochs, EXISTS (SELECT 1 FROM attempt_end e WHERE "
                              "e.trial = m.trial AND e.reason = '" STORE_IMPORT "') "
                              "FROM measured m ORDER BY place, seed";
    DbQuery q = {0};
    TRY(db_query(&q, &store->db, sql, NULL, 0, err));
    while (db_next(&q)) {
        const size_t place = (size_t)db_get_int(&q, 0);
        if (place < 1 || place > out->n_points)
            continue;
        StorePointResult *p = &out->points[place - 1];
        StoreSeed *items =
            arena_add_item(arena, (void *)(uintptr_t)p->seeds, &p->n_seeds, sizeof(*items));
        if (items == NULL) {
            q.out_of_memory = true;
            break;
        }
        p->seeds = items;
        p->epochs = db_get_int(&q, 8);
        items[p->n_seeds - 1] = (StoreSeed){.seed = db_get_int(&q, 1),
                                            .trial = db_get_int(&q, 2),
                                            .status = store_status_named(db_get_passing(&q, 3)),
                                            .val_top1 = db_get_real(&q, 4),
                                            .test_top1 = db_get_real(&q, 5),
                                            .val_loss = db_get_real(&q, 6),
                                            .test_loss = db_get_real(&q, 7),
                                            .is_imported = db_get_int(&q, 9) != 0};
    }
    return db_end(&q, err);
fail:
    return err->code;
}

/* Of the facts of one name only the last stays: the one in force. */
static void keep_newest(StoreResults *results)
{
    StoreFact *facts = results->facts;
    size_t n = 0;
    for (size_t i = 0; i < results->n_facts; i++) {
        const bool is_followed = i + 1 < results->n_facts && facts[i + 1].number > 1;
        if (!is_followed)
            facts[n++] = facts[i];
    }
    results->n_facts = n;
}

/* How much of a study is read. */
typedef enum Depth { DEPTH_STUDY, DEPTH_POINTS, DEPTH_SEEDS } Depth;

static ErrCode read_results(Store *store, Depth depth, Arena *arena, StoreResults *out, Err *err)
{
    *out = (StoreResults){0};
    TRY(db_begin_read(&store->db, err));
    TRY(read_study(store, arena, out, err));
    if (depth >= DEPTH_POINTS)
        TRY(read_points(store, arena, out, err));
    if (depth >= DEPTH_SEEDS)
        TRY(read_seeds(store, arena, out, err));
    TRY(store_facts(store, NULL, arena, &out->facts, &out->n_facts, err));
    keep_newest(out);
    TRY(db_commit(&store->db, err));
    return arena_ok(arena, err);
fail:
    db_rollback(&store->db);
    return err->code;
}

ErrCode store_results(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    return read_results(store, DEPTH_SEEDS, arena, out, err);
}

ErrCode store_points(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    return read_results(store, DEPTH_POINTS, arena, out, err);
}

ErrCode store_study(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    return read_results(store, DEPTH_STUDY, arena, out, err);
}

/* --- any query --- */

/* A cell as text: numbers as the shortest decimals that read back equal. */
static const char *cell_text(DbQuery *q, int column, Arena *arena)
{
    if (sqlite3_column_type(q->statement, column) != SQLITE_FLOAT)
        return db_get_text(q, column, arena);
    Text number = {0};
    text_append_double(&number, sqlite3_column_double(q->statement, column));
    const char *text = number.failed ? NULL : arena_text(arena, text_string(&number));
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
static void read_cells(DbQuery *q, size_t n_columns, Arena *arena, const char **cells,
                       bool *is_number)
{
    for (size_t i = 0; i < n_columns; i++) {
        const int type = sqlite3_column_type(q->statement, (int)i);
        cells[i] = cell_text(q, (int)i, arena);
        is_number[i] = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
    }
}

ErrCode store_query(Store *store, const char *sql, const char *parameter, Arena *arena,
                    StoreTable *out, Err *err)
{
    DbQuery q = {0};
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
        read_cells(&q, out->n_columns, arena, cells + at, is_number + at);
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
    Arena names = {0}, texts = {0};
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
        read_cells(&q, row.n_columns, &texts, row.cells, row.is_number);
        if (q.out_of_memory)
            break;
        TRY(see(user, &row, err));
        arena_release(&texts);
    }
    TRY(db_end(&q, err));
fail:
    db_abandon(&q);
    arena_release(&names);
    arena_release(&texts);
    return err->code;
}
