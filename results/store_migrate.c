/*
 * results/store_migrate.c: an older schema becomes this program's, in one transaction a version.
 *
 * Nothing is sealed over: rows whose seals do not hold keep them (see the scripts), and only a
 * trial whose digest held before gets a new one. So what `doctor` would have named before it names
 * afterwards, and a damaged store can still be read.
 */
#include "results/trial_digest.h"

#include "base/sys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Trials whose digest holds over their rows. */
typedef struct SoundTrials {
    int64_t *items;
    size_t n, room;
} SoundTrials;

static ErrCode find_sound(Store *store, SoundTrials *sound, Err *err)
{
    Arena arena = {0};
    DbQuery q = {0};
    TrialDigester digester = {0};
    TRY(trial_digester_begin(&digester, store, err));
    TRY(db_query(&q, &store->db,
                 "SELECT trial, digest FROM trial_digest WHERE seal IS seal(trial, digest)", NULL,
                 0, err));
    while (db_next(&q)) {
        char digest[HASH_HEX_BYTES];
        const int64_t trial = db_get_int(&q, 0);
        const char *should = db_get_text(&q, 1, &arena);
        TRY(trial_digester_digest(&digester, trial, digest, err));
        if (should == NULL || strcmp(should, digest) != 0)
            continue;
        TRY(mem_grow(&sound->items, &sound->room, sound->n + 1, sizeof(*sound->items), err));
        sound->items[sound->n++] = trial;
    }
    TRY(db_end(&q, err));
fail:
    db_abandon(&q);
    trial_digester_end(&digester);
    arena_release(&arena);
    return err->code;
}

/* The one update of a store's life: the same facts under the seals of another set of columns. */
static ErrCode digest_anew(Store *store, const SoundTrials *sound, Err *err)
{
    DbQuery q = {0};
    TrialDigester digester = {0};
    TRY(trial_digester_begin(&digester, store, err));
    TRY(db_query(&q, &store->db,
                 "UPDATE trial_digest SET digest = ?2, seal = seal(?1, ?2) WHERE trial = ?1", NULL,
                 0, err));
    for (size_t i = 0; i < sound->n; i++) {
        char digest[HASH_HEX_BYTES];
        TRY(trial_digester_digest(&digester, sound->items[i], digest, err));
        const DbValue values[] = {db_int(sound->items[i]), db_text(digest)};
        TRY(db_bind(&q, values, ARRAY_LEN(values), err));
        db_next(&q);
        TRY(db_rewind(&q, err));
    }
fail:
    db_abandon(&q);
    trial_digester_end(&digester);
    return err->code;
}

/* Rows that refer to nothing. */
static ErrCode count_orphans(Store *store, int64_t *n, Err *err)
{
    return db_scalar(&store->db, "SELECT count(*) FROM pragma_foreign_key_check", NULL, 0, 0, n,
                     err);
}

/* The script that leads to a version from the one before, or NULL. */
static const EmbeddedFile *script_to(int64_t version)
{
    char name[64];
    snprintf(name, sizeof(name), "schema_%" PRId64 ".sql", version);
    return embed_find(results_files, name);
}

int store_schema_newest(void)
{
    int newest = 1;
    while (script_to(newest + 1) != NULL)
        newest++;
    return newest;
}

/* The script that leads from `version` to the next one, and new digests over the same facts. */
static ErrCode rewrite(Store *store, int64_t version, Err *err)
{
    char text[64];
    int64_t before = 0, after = 0;
    SoundTrials sound = {0};
    const EmbeddedFile *file = script_to(version + 1);
    if (file == NULL)
        return err_set(err, ERR_VERSION, "no isoflop ever wrote schema version %" PRId64, version);
    TRY(find_sound(store, &sound, err));
    TRY(count_orphans(store, &before, err));
    TRY(db_exec(&store->db, (const char *)file->data, err));
    TRY(digest_anew(store, &sound, err));
    TRY(count_orphans(store, &after, err));
    if (after > before) {
        err_set(err, ERR_DATA, "%" PRId64 " rows would refer to nothing", after - before);
        goto fail;
    }
    snprintf(text, sizeof(text), "PRAGMA user_version = %" PRId64, version + 1);
    TRY(db_exec(&store->db, text, err));
    mem_free(sound.items);
    return ERR_NONE;
fail:
    mem_free(sound.items);
    return err->code;
}

/* One version up, unless another writer was faster; *version is then what the store has. */
static ErrCode step(Store *store, int64_t *version, Err *err)
{
    TRY(db_begin_write(&store->db, err));
    TRY(store_schema_version(&store->db, version, err));
    if (*version < store_schema_newest()) {
        TRY(rewrite(store, *version, err));
        ++*version;
    }
    TRY(db_commit(&store->db, err));
    return ERR_NONE;
fail:
    db_rollback(&store->db);
    return err->code;
}

ErrCode store_schema_version(Db *db, int64_t *version, Err *err)
{
    return db_scalar(db, "PRAGMA user_version", NULL, 0, 0, version, err);
}

ErrCode store_migrate(Store *store, Err *err)
{
    int64_t version = 0;
    TRY(store_schema_version(&store->db, &version, err));
    if (version == store_schema_newest())
        return ERR_NONE;
    /* Tables are dropped and made again: references must not be followed meanwhile. */
    TRY(db_exec(&store->db, "PRAGMA foreign_keys = OFF", err));
    while (version < store_schema_newest())
        TRY(step(store, &version, err));
    return db_exec(&store->db, "PRAGMA foreign_keys = ON", err);
fail:
    return err_wrap(err, "bringing store '%s' from schema version %" PRId64 " to %d",
                    store->db.path, version, store_schema_newest());
}
