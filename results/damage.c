/* results/damage.c: SQL that answers with what is wrong; see damage.h. */
#include "results/damage.h"

#include "results/trial_digest.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void damage_report(DamageList *found, int64_t trial, const char *what)
{
    StoreDamage *items = arena_add_item(found->arena, found->items, &found->n, sizeof(*items));
    if (items == NULL)
        return;
    items[found->n - 1] = (StoreDamage){.trial = trial, .what = what};
    found->items = items;
}

/* What becomes of a look that an error cut short: a finding, where the file is to blame. */
static ErrCode cut_short(DamageList *found, const Err *inner, const char *what, Err *err)
{
    if (inner->code != ERR_DATA && inner->code != ERR_DB) {
        *err = *inner;
        return err->code;
    }
    damage_report(found, 0, what);
    return ERR_NONE;
}

ErrCode damage_pragma(Store *store, const char *sql, const char *label, DamageList *found, Err *err)
{
    Arena lines = {0};
    DbQuery q = {0};
    Err inner = {0};
    TRY(db_query(&q, &store->db, sql, NULL, 0, &inner));
    while (db_next(&q)) {
        const char *line = db_get_text(&q, 0, &lines);
        if (line == NULL || strcmp(line, "ok") != 0)
            damage_report(found, 0,
                          arena_printf(found->arena, "%s: %s", label, line != NULL ? line : "?"));
    }
    TRY(db_end(&q, &inner));
    arena_release(&lines);
    return ERR_NONE;
fail:
    arena_release(&lines);
    return cut_short(found, &inner, arena_text(found->arena, inner.msg), err);
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

ErrCode damage_schema(Store *store, DamageList *found, Err *err)
{
    Db fresh = {0};
    Arena arena = {0};
    Err inner = {0};
    const char *is = NULL, *should = NULL;
    TRY(db_open(&fresh, DB_IN_MEMORY, DB_CREATE, err));
    TRY(db_exec(&fresh, (const char *)embed_find(results_files, "schema.sql")->data, err));
    TRY(schema_text(&fresh, &arena, &should, err));
    if (schema_text(&store->db, &arena, &is, &inner) != ERR_NONE && inner.code == ERR_MEMORY) {
        *err = inner;
        goto fail;
    }
    if (is == NULL || should == NULL || strcmp(is, should) != 0)
        damage_report(found, 0, "the schema is not the one isoflop writes");
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
        text_printf(out, "%s%s", out->n_bytes ? ", " : "", db_get_passing(&q, 0));
    text_release(&sql);
    TRY(db_end(&q, err));
    return text_ok(out, err);
fail:
    text_release(&sql);
    return err->code;
}

/* "row (2, 7) of table 'epoch' is not what was written"; the values are those of its key. */
static void report_row(DbQuery *q, const char *table, DamageList *found)
{
    Text key = {0};
    const bool has_trial =
        strcmp(sqlite3_column_name(q->statement, 0), "trial") == 0 || strcmp(table, "planned") == 0;
    for (int i = 0; i < sqlite3_column_count(q->statement); i++) {
        const char *value = db_get_passing(q, i);
        text_printf(&key, "%s%s", i ? ", " : "", value != NULL ? value : "NULL");
    }
    damage_report(found, has_trial ? db_get_int(q, 0) : 0,
                  arena_printf(found->arena, "row (%s) of table '%s' is not what was written",
                               text_string(&key), table));
    found->arena->failed |= key.failed;
    text_release(&key);
}

static ErrCode list_broken(Store *store, const char *table, const DamageRows *rows,
                           DamageList *found, Err *err)
{
    enum { MAX_NAMED = 10 };
    Text columns = {0}, key = {0}, sql = {0};
    DbQuery q = {0};
    int64_t n = 0;
    TRY(list_columns(store, table, "name <> 'seal' ORDER BY cid", &columns, err));
    TRY(list_columns(store, table, "pk > 0 ORDER BY pk", &key, err));
    text_printf(&sql, "SELECT %s FROM %s WHERE seal IS NOT seal(%s)", text_string(&key), table,
                text_string(&columns));
    if (rows != NULL)
        text_printf(&sql, " AND (%s)", rows->which);
    TRY(text_ok(&sql, err));
    TRY(db_query(&q, &store->db, text_string(&sql), rows != NULL ? &rows->value : NULL,
                 rows != NULL, err));
    while (db_next(&q))
        if (++n <= MAX_NAMED)
            report_row(&q, table, found);
    if (n > MAX_NAMED)
        damage_report(found, 0,
                      arena_printf(found->arena, "and %" PRId64 " more row%s of table '%s'",
                                   n - MAX_NAMED, text_plural(n - MAX_NAMED), table));
    TRY(db_end(&q, err));
fail:
    text_release(&columns);
    text_release(&key);
    text_release(&sql);
    return err->code;
}

ErrCode damage_seals(Store *store, const char *table, const DamageRows *rows, DamageList *found,
                     Err *err)
{
    Err inner = {0};
    if (list_broken(store, table, rows, found, &inner) == ERR_NONE)
        return ERR_NONE;
    return cut_short(found, &inner, arena_printf(found->arena, "table '%s': %s", table, inner.msg),
                     err);
}

ErrCode damage_digests(Store *store, int64_t trial, DamageList *found, Err *err)
{
    static const char all[] =
        "SELECT f.trial, d.digest FROM finished f LEFT JOIN trial_digest d ON d.trial = f.trial "
        "UNION SELECT trial, digest FROM trial_digest ORDER BY 1";
    static const char one[] =
        "SELECT ?1, (SELECT digest FROM trial_digest WHERE trial = ?1) WHERE EXISTS (SELECT 1 FROM "
        "finished WHERE trial = ?1) OR EXISTS (SELECT 1 FROM trial_digest WHERE trial = ?1)";
    const DbValue key = db_int(trial);
    Arena arena = {0};
    DbQuery q = {0};
    Err inner = {0};
    TrialDigester digester = {0};
    TRY(trial_digester_begin(&digester, store, &inner));
    TRY(db_query(&q, &store->db, trial != 0 ? one : all, &key, trial != 0, &inner));
    while (db_next(&q)) {
        char digest[HASH_HEX_BYTES];
        const int64_t number = db_get_int(&q, 0);
        const char *should = db_get_text(&q, 1, &arena);
        TRY(trial_digester_digest(&digester, number, digest, &inner));
        if (should == NULL || strcmp(should, digest) != 0)
            damage_report(found, number,
                          arena_printf(found->arena,
                                       "trial %06" PRId64
                                       ": its rows are not those it finished with",
                                       number));
    }
    TRY(db_end(&q, &inner));
fail:
    db_abandon(&q);
    trial_digester_end(&digester);
    arena_release(&arena);
    if (inner.code == ERR_NONE)
        return ERR_NONE;
    return cut_short(found, &inner, arena_printf(found->arena, "finished trials: %s", inner.msg),
                     err);
}

ErrCode damage_refuse(const Store *store, const DamageList *found, Err *err)
{
    if (found->n == 0)
        return ERR_NONE;
    return err_set(err, ERR_DATA,
                   "store '%s' is damaged: %s%s; 'isoflop doctor' on its folder says what is",
                   store->db.path, found->items[0].what, found->n > 1 ? ", and more" : "");
}
