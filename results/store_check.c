/*
 * results/store_check.c: is the store what was written?
 *
 * SQLite's integrity check sees its own structure; it does not know what a row should hold, and
 * misses about half of all harmful single-byte changes. Seals find a changed row, the digest of a
 * finished trial a lost or added one, and a schema written afresh in memory a changed view.
 */
#include "results/store_internal.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Found damage, growing in an arena. */
typedef struct Found {
    Arena *arena;
    StoreDamage *items;
    size_t n;
} Found;

static void report(Found *found, int64_t trial, const char *what)
{
    StoreDamage *items = arena_add_item(found->arena, found->items, &found->n, sizeof(*items));
    if (items == NULL)
        return;
    items[found->n - 1] = (StoreDamage){.trial = trial, .what = what};
    found->items = items;
}

/* --- the digest of a trial --- */

static ErrCode hash_seals(Store *store, const char *sql, int64_t trial, Text *seals, Err *err)
{
    const DbValue key = db_int(trial);
    DbQuery q = {0};
    TRY(db_query(&q, &store->db, sql, &key, 1, err));
    while (db_next(&q)) {
        const unsigned char *seal = sqlite3_column_text(q.statement, 0);
        text_append(seals, seal != NULL ? (const char *)seal : "NULL"); /* a damaged row */
        text_append_char(seals, '\n');
    }
    return db_end(&q, err);
fail:
    return err->code;
}

ErrCode store_trial_digest(Store *store, int64_t trial, char digest[HASH_HEX_BYTES], Err *err)
{
    static const char *const parts[] = {
        "SELECT seal FROM planned WHERE id = ?1",
        "SELECT n.seal FROM planned p JOIN network n ON n.digest = p.network WHERE p.id = ?1",
        "SELECT seal FROM epoch WHERE trial = ?1 ORDER BY epoch",
        "SELECT seal FROM artifact WHERE trial = ?1 ORDER BY kind",
        "SELECT seal FROM finished WHERE trial = ?1"};
    Text seals = {0};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        TRY(hash_seals(store, parts[i], trial, &seals, err));
        text_append_char(&seals, ';');
    }
    TRY(text_ok(&seals, err));
    hash_hex(hash_128(seals.data, seals.n_bytes), digest);
    text_release(&seals);
    return ERR_NONE;
fail:
    text_release(&seals);
    return err->code;
}

/* --- checks --- */

/* Lines of a pragma that speaks only when something is wrong. */
static ErrCode check_pragma(Store *store, const char *sql, const char *label, Found *found,
                            Err *err)
{
    Arena lines = {0};
    DbQuery q = {0};
    Err inner = {0};
    TRY(db_query(&q, &store->db, sql, NULL, 0, &inner));
    while (db_next(&q)) {
        const char *line = db_get_text(&q, 0, &lines);
        if (line == NULL || strcmp(line, "ok") != 0)
            report(found, 0,
                   arena_printf(found->arena, "%s: %s", label, line != NULL ? line : "?"));
    }
    TRY(db_end(&q, &inner));
    arena_release(&lines);
    return ERR_NONE;
fail:
    arena_release(&lines);
    if (inner.code != ERR_DATA && inner.code != ERR_DB) {
        *err = inner;
        return err->code;
    }
    report(found, 0, arena_text(found->arena, inner.msg));
    return ERR_NONE;
}

/* One text that holds the whole schema. */
static ErrCode schema_text(Db *db, Arena *arena, const char **out, Err *err)
{
    DbQuery q = {0};
    *out = NULL;
    TRY(db_query(&q, db,
                 "SELECT group_concat(type || ' ' || name || ' ' || tbl_name || ' ' || "
                 "coalesce(sql, ''), ';') FROM (SELECT * FROM sqlite_schema ORDER BY type, name)",
                 NULL, 0, err));
    if (db_next(&q))
        *out = db_get_text(&q, 0, arena);
    return db_end(&q, err);
fail:
    return err->code;
}

static ErrCode check_schema(Store *store, Found *found, Err *err)
{
    Db fresh = {0};
    Arena arena = {0};
    Err inner = {0};
    const char *is = NULL, *should = NULL;
    TRY(db_open(&fresh, ":memory:", DB_CREATE, err));
    TRY(db_exec(&fresh, (const char *)embed_find(results_files, "schema.sql")->data, err));
    TRY(schema_text(&fresh, &arena, &should, err));
    if (schema_text(&store->db, &arena, &is, &inner) != ERR_NONE && inner.code == ERR_MEMORY) {
        *err = inner;
        goto fail;
    }
    if (is == NULL || should == NULL || strcmp(is, should) != 0)
        report(found, 0, "the schema is not the one isoflop writes");
    db_close(&fresh);
    arena_release(&arena);
    return ERR_NONE;
fail:
    db_close(&fresh);
    arena_release(&arena);
    return err->code;
}

/* Names of a table's columns, comma-separated; `which` is SQL that chooses and orders them. */
static ErrCode list_columns(Store *store, const char *table, const char *which, Text *out, Err *err)
{
    Text sql = {0};
    DbQuery q = {0};
    const DbValue key = db_text(table);
    text_printf(&sql, "SELECT name FROM pragma_table_info(?1) WHERE %s", which);
    TRY(text_ok(&sql, err));
    TRY(db_query(&q, &store->db, text_string(&sql), &key, 1, err));
    while (db_next(&q))
        text_printf(out, "%s%s", out->n_bytes ? ", " : "",
                    (const char *)sqlite3_column_text(q.statement, 0));
    text_release(&sql);
    TRY(db_end(&q, err));
    return text_ok(out, err);
fail:
    text_release(&sql);
    return err->code;
}

/* "row (2, 7) of table 'epoch' is not what was written"; the values are those of its key. */
static void report_row(DbQuery *q, const char *table, Found *found)
{
    Text key = {0};
    const bool has_trial =
        strcmp(sqlite3_column_name(q->statement, 0), "trial") == 0 || strcmp(table, "planned") == 0;
    for (int i = 0; i < sqlite3_column_count(q->statement); i++) {
        const char *value = (const char *)sqlite3_column_text(q->statement, i);
        text_printf(&key, "%s%s", i ? ", " : "", value != NULL ? value : "NULL");
    }
    report(found, has_trial ? db_get_int(q, 0) : 0,
           arena_printf(found->arena, "row (%s) of table '%s' is not what was written",
                        text_string(&key), table));
    found->arena->failed |= key.failed;
    text_release(&key);
}

/* The rows of a table whose seal does not hold. */
static ErrCode list_broken(Store *store, const char *table, Found *found, Err *err)
{
    enum { MAX_NAMED = 10 };
    Text columns = {0}, key = {0}, sql = {0};
    DbQuery q = {0};
    int64_t n = 0;
    TRY(list_columns(store, table, "name <> 'seal' ORDER BY cid", &columns, err));
    TRY(list_columns(store, table, "pk > 0 ORDER BY pk", &key, err));
    text_printf(&sql, "SELECT %s FROM %s WHERE seal IS NOT seal(%s)", text_string(&key), table,
                text_string(&columns));
    TRY(text_ok(&sql, err));
    TRY(db_query(&q, &store->db, text_string(&sql), NULL, 0, err));
    while (db_next(&q))
        if (++n <= MAX_NAMED)
            report_row(&q, table, found);
    if (n > MAX_NAMED)
        report(found, 0,
               arena_printf(found->arena, "and %" PRId64 " more row%s of table '%s'", n - MAX_NAMED,
                            text_plural(n - MAX_NAMED), table));
    TRY(db_end(&q, err));
fail:
    text_release(&columns);
    text_release(&key);
    text_release(&sql);
    return err->code;
}

/* Every row of a table against its seal. */
static ErrCode check_seals(Store *store, const char *table, Found *found, Err *err)
{
    Err inner = {0};
    if (list_broken(store, table, found, &inner) == ERR_NONE)
        return ERR_NONE;
    if (inner.code != ERR_DATA && inner.code != ERR_DB) {
        *err = inner;
        return err->code;
    }
    report(found, 0, arena_printf(found->arena, "table '%s': %s", table, inner.msg));
    return ERR_NONE;
}

/* Every finished trial against its digest. */
static ErrCode check_trials(Store *store, Found *found, Err *err)
{
    Arena arena = {0};
    DbQuery q = {0};
    Err inner = {0};
    TRY(db_query(&q, &store->db,
                 "SELECT f.trial, d.digest FROM finished f LEFT JOIN trial_digest d ON d.trial = "
                 "f.trial UNION SELECT trial, digest FROM trial_digest ORDER BY 1",
                 NULL, 0, &inner));
    while (db_next(&q)) {
        char digest[HASH_HEX_BYTES];
        const int64_t trial = db_get_int(&q, 0);
        const char *should = db_get_text(&q, 1, &arena);
        TRY(store_trial_digest(store, trial, digest, &inner));
        if (should == NULL || strcmp(should, digest) != 0)
            report(found, trial,
                   arena_printf(found->arena,
                                "trial %06" PRId64 ": its rows are not those it finished with",
                                trial));
    }
    TRY(db_end(&q, &inner));
    arena_release(&arena);
    return ERR_NONE;
fail:
    db_abandon(&q);
    arena_release(&arena);
    if (inner.code != ERR_DATA && inner.code != ERR_DB) {
        *err = inner;
        return err->code;
    }
    report(found, 0, arena_printf(found->arena, "finished trials: %s", inner.msg));
    return ERR_NONE;
}

ErrCode store_check(Store *store, Arena *arena, StoreDamage **out, size_t *n_out, Err *err)
{
    static const char *const tables[] = {
        "study",        "revision", "network",      "point",   "planned",     "listed_point",
        "listed_trial", "run",      "environment",  "attempt", "attempt_end", "epoch",
        "finished",     "artifact", "trial_digest", "fact",    "decision"};
    Found found = {.arena = arena};
    TRY(db_begin_read(&store->db, err));
    TRY(check_pragma(store, "PRAGMA integrity_check", "structure", &found, err));
    TRY(check_pragma(store, "PRAGMA foreign_key_check", "a row that refers to nothing", &found,
                     err));
    TRY(check_schema(store, &found, err));
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        TRY(check_seals(store, tables[i], &found, err));
    TRY(check_trials(store, &found, err));
    TRY(db_commit(&store->db, err));
    *out = found.items;
    *n_out = found.n;
    return arena_ok(arena, err);
fail:
    db_rollback(&store->db);
    return err->code;
}

/* Finished trials without a digest: the other way round a foreign key tells. */
static ErrCode check_digests(Store *store, Found *found, Err *err)
{
    int64_t n = 0;
    TRY(db_scalar(&store->db,
                  "SELECT count(*) FROM finished f LEFT JOIN trial_digest d ON d.trial = f.trial "
                  "WHERE d.trial IS NULL",
                  NULL, 0, 0, &n, err));
    if (n > 0)
        report(found, 0,
               arena_printf(found->arena, "%" PRId64 " finished trial%s without a digest", n,
                            text_plural(n)));
fail:
    return err->code;
}

/* What a verdict rests on: structure, references and seals of its tables. */
static ErrCode check_ground(Store *store, Found *found, Err *err)
{
    static const char *const tables[] = {"study",       "revision", "network",      "point",
                                         "planned",     "fact",     "listed_point", "listed_trial",
                                         "attempt_end", "finished", "trial_digest", "decision"};
    enum { SQL_BYTES = 64 };
    char sql[SQL_BYTES];
    TRY(check_schema(store, found, err));
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        snprintf(sql, sizeof(sql), "PRAGMA integrity_check(%s)", tables[i]);
        TRY(check_pragma(store, sql, "structure", found, err));
        snprintf(sql, sizeof(sql), "PRAGMA foreign_key_check(%s)", tables[i]);
        TRY(check_pragma(store, sql, "a row that refers to nothing", found, err));
        TRY(check_seals(store, tables[i], found, err));
    }
    return check_digests(store, found, err);
fail:
    return err->code;
}

ErrCode store_trust(Store *store, Err *err)
{
    Arena arena = {0};
    Found found = {.arena = &arena};
    TRY(db_begin_read(&store->db, err));
    TRY(check_ground(store, &found, err));
    TRY(db_commit(&store->db, err));
    TRY(arena_ok(&arena, err));
    if (found.n > 0)
        err_set(err, ERR_DATA,
                "store '%s' is damaged: %s%s; 'isoflop doctor' on its folder says what is",
                store->db.path, found.items[0].what, found.n > 1 ? ", and more" : "");
fail:
    db_rollback(&store->db);
    arena_release(&arena);
    return err->code;
}
