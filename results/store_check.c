/*
 * results/store_check.c: is the store what was written?
 *
 * SQLite's integrity check sees its own structure; it does not know what a row should hold, and
 * misses about half of all harmful single-byte changes. Seals find a changed row, the digest of a
 * finished trial a lost or added one, and a schema written afresh in memory a changed view.
 */
#include "results/damage.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

ErrCode store_check(Store *store, Arena *arena, StoreDamage **out, size_t *n_out, Err *err)
{
    static const char *const tables[] = {
        "study",        "revision", "network",      "point",   "planned",     "listed_point",
        "listed_trial", "run",      "environment",  "attempt", "attempt_end", "epoch",
        "finished",     "artifact", "trial_digest", "fact",    "decision"};
    DamageList found = {.arena = arena};
    TRY(db_begin_read(&store->db, err));
    TRY(damage_pragma(store, "PRAGMA integrity_check", "structure", &found, err));
    TRY(damage_pragma(store, "PRAGMA foreign_key_check", "a row that refers to nothing", &found,
                      err));
    TRY(damage_schema(store, &found, err));
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        TRY(damage_seals(store, tables[i], NULL, &found, err));
    TRY(damage_digests(store, 0, &found, err));
    TRY(db_commit(&store->db, err));
    *out = found.items;
    *n_out = found.n;
    return arena_ok(arena, err);
fail:
    db_rollback(&store->db);
    return err->code;
}
