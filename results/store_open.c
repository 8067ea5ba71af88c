/*
 * results/store_open.c: whose file is it, which version, how it is opened.
 *
 * A new store is made under a temporary name and renamed, so a half-made one never bears its name.
 * Whose file it is is read without leaving a trace (immutable), before anything opens it for
 * writing.
 */
#include "results/store_internal.h"

#include "base/file.h"
#include "base/proc.h"
#include "base/sys.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static ErrCode pragma_int(Db *db, const char *name, int64_t *out, Err *err)
{
    char sql[64];
    snprintf(sql, sizeof(sql), "PRAGMA %s", name);
    return db_scalar(db, sql, NULL, 0, 0, out, err);
}

/* Refuses what is not a store of ours; *version is its schema's. Changes no byte of the file. */
static ErrCode peek(const char *path, int64_t *version, Err *err)
{
    Db db = {0};
    int64_t application = 0;
    Err inner = {0};
    TRY(db_open(&db, path, DB_PEEK, err));
    if (pragma_int(&db, "application_id", &application, &inner) != ERR_NONE ||
        pragma_int(&db, "user_version", version, &inner) != ERR_NONE) {
        if (inner.code == ERR_DATA)
            err_set(err, ERR_DATA, "'%s' is not a store of isoflop, or is damaged: %s", path,
                    inner.msg);
        else
            *err = inner;
        goto fail;
    }
    if (application != DB_APPLICATION_ID) {
        err_set(err, ERR_DATA,
                "'%s' belongs to another program (application id %" PRId64 "): it is left alone",
                path, application);
        goto fail;
    }
    if (*version > DB_SCHEMA) {
        err_set(err, ERR_VERSION,
                "store '%s' has schema version %" PRId64 ", this isoflop knows up to %d: use a "
                "newer isoflop",
                path, *version, DB_SCHEMA);
        goto fail;
    }
    db_close(&db);
    return ERR_NONE;
fail:
    db_close(&db);
    return err->code;
}

/* Runs the script that leads from `version` to the next one, in one transaction. */
static ErrCode migrate_step(Db *db, int version, Err *err)
{
    char name[64];
    if (version == 0)
        snprintf(name, sizeof(name), "schema.sql");
    else
        snprintf(name, sizeof(name), "schema_%d.sql", version + 1);
    const EmbeddedFile *file = embed_find(results_files, name);
    if (file == NULL)
        return err_set(err, ERR_VERSION, "store '%s' has schema version %d: too old to go on with",
                       db->path, version);
    snprintf(name, sizeof(name), "PRAGMA user_version = %d", version + 1);
    TRY(db_begin_write(db, err));
    TRY(db_exec(db, (const char *)file->data, err));
    TRY(db_exec(db, name, err));
    TRY(db_commit(db, err));
    return ERR_NONE;
fail:
    db_rollback(db);
    return err->code;
}

static ErrCode migrate(Db *db, int64_t version, Err *err)
{
    for (; version < DB_SCHEMA; version++)
        TRY(migrate_step(db, (int)version, err));
    return ERR_NONE;
fail:
    return err_wrap(err, "bringing the schema to version %d", DB_SCHEMA);
}

/* A complete empty store under `path`, which is not there or empty. */
static ErrCode create(const char *path, Err *err)
{
    Db db = {0};
    Text temporary = {0};
    char sql[64];
    text_printf(&temporary, "%s.tmp-%ld-0", path, (long)proc_pid());
    TRY(text_ok(&temporary, err));
    TRY(file_remove(text_string(&temporary), err));
    TRY(db_open(&db, text_string(&temporary), DB_CREATE, err));
    snprintf(sql, sizeof(sql), "PRAGMA application_id = %d", DB_APPLICATION_ID);
    TRY(db_exec(&db, sql, err));
    TRY(migrate(&db, 0, err));
    db_close(&db);
    TRY(file_sync(text_string(&temporary), err));
    TRY(file_rename(text_string(&temporary), path, err));
    text_release(&temporary);
    return ERR_NONE;
fail : {
    Err ignored = {0};
    db_close(&db);
    if (temporary.data != NULL && file_remove(text_string(&temporary), &ignored) != ERR_NONE)
        err_wrap(err, "%s", ignored.msg);
    text_release(&temporary);
    return err_wrap(err, "creating store '%s'", path);
}
}

/* True for a file that is not there, or empty as a crash before the first write leaves it. */
static ErrCode is_fresh(const char *path, bool *out, Err *err)
{
    uint64_t n_bytes = 0;
    *out = true;
    if (!file_exists(path))
        return ERR_NONE;
    TRY(file_size(path, &n_bytes, err));
    *out = n_bytes == 0;
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode open_checked(Store **out, const char *path, DbMode mode, Err *err)
{
    Store *store = NULL;
    int64_t version = 0;
    TRY(peek(path, &version, err));
    store = mem_calloc(1, sizeof(*store));
    if (store == NULL) {
        err_memory(err, sizeof(*store));
        goto fail;
    }
    store->is_writer = mode == DB_WRITE;
    TRY(db_open(&store->db, path, mode, err));
    /* Read again: the peek did not see what a journal rolls back. */
    TRY(pragma_int(&store->db, "user_version", &version, err));
    if (mode == DB_WRITE)
        TRY(migrate(&store->db, version, err));
    else if (version < DB_SCHEMA) {
        err_set(err, ERR_VERSION,
                "store '%s' has schema version %" PRId64 ", not %d: 'isoflop run' brings it up "
                "to date",
                path, version, DB_SCHEMA);
        goto fail;
    }
    *out = store;
    return ERR_NONE;
fail:
    store_close(&store);
    return err->code;
}

ErrCode store_open(Store **out, const char *path, Err *err)
{
    bool fresh = false;
    *out = NULL;
    TRY(is_fresh(path, &fresh, err));
    if (fresh)
        TRY(create(path, err));
    return open_checked(out, path, DB_WRITE, err);
fail:
    return err->code;
}

ErrCode store_open_read(Store **out, const char *path, Err *err)
{
    bool fresh = false;
    *out = NULL;
    if (!file_exists(path))
        return err_set(err, ERR_MISSING, "there is no store '%s': 'isoflop run' makes it", path);
    TRY(is_fresh(path, &fresh, err));
    if (fresh)
        return err_set(err, ERR_DATA, "'%s' is empty, not a store", path);
    return open_checked(out, path, DB_READ, err);
fail:
    return err->code;
}

void store_close(Store **store)
{
    if (!*store)
        return;
    db_close(&(*store)->db);
    mem_free(*store);
    *store = NULL;
}

const char *store_path(const Store *store)
{
    return store->db.path;
}

ErrCode store_set_score(Store *store, StoreScore score, const void *context, Err *err)
{
    (void)err;
    store->db.score = score;
    store->db.score_context = context;
    return ERR_NONE;
}

const char *store_status_name(StoreStatus status)
{
    static const char *const names[] = {"pending", "running", "done", "diverged", "failed"};
    return names[status];
}
