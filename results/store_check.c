/*
 * results/store_check.c: is the store what was written?
 *
 * SQLite's integrity check sees its own structure; it does not know what a row should hold, and
 * misses three quarters of the changes of one byte that change an answer (test_doctor.c counts).
 * Seals find a changed row, the digest of a finished trial a lost or added one, and a schema
 * written afresh in memory a changed view.
 */
#include "results/damage.h"

ErrCode store_check(Store *store, Arena *arena, StoreDamage **out, size_t *n_out, Err *err)
{
    static const char *const tables[] = {"study",       "revision",     "network",      "point",
                                         "planned",     "listed_point", "listed_trial", "run",
                                         "environment", "attempt",      "attempt_end",  "epoch",
                                         "finished",    "artifact",     "trial_digest", "fact",
                                         "decision",    "own_seed",     "carried"};
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
