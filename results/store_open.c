/*
 * results/store_open.c: whose file is it, which version, how it is opened.
 *
 * A new store is made under a temporary name and renamed, so a half-made one never bears its name.
 * Whose file it is is read without leaving a trace (immutable), before anything opens it for
 * writing. Only SQLite opens it: closing a descriptor of our own would drop its locks.
 */
#include "results/store_internal.h"

#include "base/file.h"
#include "base/proc.h"
#include "base/sys.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number of SQLite's header: four bytes, the highest first. */
static uint32_t header_word(const unsigned char *header, int at)
{
    return (uint32_t)header[at] << 24 | (uint32_t)header[at + 1] << 16 |
           (uint32_t)header[at + 2] << 8 | (uint32_t)header[at + 3];
}

/*
 * Refuses what is not a store of ours by the file's first bytes, without changing any
 * (https://sqlite.org/fileformat.html, 1.3). Asked for a pragma instead, SQLite would call a file
 * damaged that a crash left longer in its header than on the disk, for it does not see the journal.
 */
static ErrCode peek(const char *path, Err *err)
{
    enum { VERSION_AT = 60, APPLICATION_AT = 68 };
    static const char magic[] = "SQLite format 3";
    unsigned char header[DB_HEADER_BYTES];
    Db db = {0};
    TRY(db_open(&db, path, DB_PEEK, err));
    TRY(db_read_header(&db, header, err));
    db_close(&db);
    if (memcmp(header, magic, sizeof(magic)) != 0)
        return err_set(err, ERR_DATA, "'%s' is not a store of isoflop, or is damaged", path);
    if (header_word(header, APPLICATION_AT) != DB_APPLICATION_ID)
        return err_set(err, ERR_DATA,
                       "'%s' belongs to another program (application id %" PRIu32
                       "): it is left alone",
                       path, header_word(header, APPLICATION_AT));
    if (header_word(header, VERSION_AT) > (uint32_t)store_schema_newest())
        return err_set(err, ERR_VERSION,
                       "store '%s' has schema version %" PRIu32
                       ", this isoflop knows up to %d: use a newer isoflop",
                       path, header_word(header, VERSION_AT), store_schema_newest());
    return ERR_NONE;
fail:
    db_close(&db);
    return err->code;
}

/* The tables of a new store. */
static ErrCode put_schema(Db *db, Err *err)
{
    char sql[64];
    snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", store_schema_newest());
    TRY(db_begin_write(db, err));
    TRY(db_exec(db, (const char *)embed_find(results_files, "schema.sql")->data, err));
    TRY(db_exec(db, sql, err));
    TRY(db_commit(db, err));
    return ERR_NONE;
fail:
    db_rollback(db);
    return err->code;
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
    TRY(put_schema(&db, err));
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

/*
 * Whether there is a file, and whether a new store may take its place: none, or an empty one as a
 * crash before the first write leaves it. A link is there, for db_open to refuse.
 */
static ErrCode look(const char *path, bool *is_there, bool *is_fresh, Err *err)
{
    FileFacts facts;
    Err missing = {0};
    const ErrCode code = file_facts(path, false, &facts, &missing);
    *is_there = code == ERR_NONE;
    *is_fresh =
        code == ERR_MISSING || (code == ERR_NONE && facts.kind != FILE_LINK && facts.n_bytes == 0);
    if (code != ERR_NONE && code != ERR_MISSING)
        *err = missing;
    return err->code;
}

/*
 * Our views, in the connection's temporary schema: it is looked up first, and what a file calls a
 * view is never executed (set_pragmas in db.c). Somebody else may have written the file.
 */
static ErrCode put_views(Db *db, Err *err)
{
    static const char begin[] = "\nCREATE VIEW ", end[] = ";\n";
    const char *next = (const char *)embed_find(results_files, "schema.sql")->data;
    Text sql = {0};
    while ((next = strstr(next, begin)) != NULL) {
        next += strlen(begin);
        const char *stop = strstr(next, end);
        const size_t n = stop != NULL ? (size_t)(stop - next) + 1 : strlen(next);
        text_append(&sql, "CREATE TEMP VIEW ");
        text_append_bytes(&sql, next, n);
    }
    TRY(text_ok(&sql, err));
    TRY(db_exec(db, text_string(&sql), err));
fail:
    text_release(&sql);
    return err->code;
}

static ErrCode open_checked(Store **out, const char *path, DbMode mode, StoreWait *wait,
                            void *wait_user, Err *err)
{
    Store *store = NULL;
    int64_t version = 0;
    TRY(peek(path, err));
    store = mem_calloc(1, sizeof(*store));
    if (store == NULL) {
        err_memory(err, sizeof(*store));
        goto fail;
    }
    store->is_writer = mode == DB_WRITE;
    store->db.wait = wait;
    store->db.wait_user = wait_user;
    TRY(db_open(&store->db, path, mode, err));
    /* Only now: the peek did not see what a journal rolls back. */
    TRY(store_schema_version(&store->db, &version, err));
    /* Whoever only reads must not change a store that an older isoflop may be writing. */
    if (mode == DB_READ && version < store_schema_newest())
        TRY(db_to_copy(&store->db, err));
    TRY(store_migrate(store, err));
    TRY(put_views(&store->db, err));
    *out = store;
    return ERR_NONE;
fail:
    store_close(&store);
    return err->code;
}

static ErrCode open_to_write(Store **out, const char *path, StoreWait *wait, void *user, Err *err)
{
    bool is_there = false, is_fresh = false;
    TRY(look(path, &is_there, &is_fresh, err));
    if (is_fresh)
        TRY(create(path, err));
    return open_checked(out, path, DB_WRITE, wait, user, err);
fail:
    return err->code;
}

static ErrCode open_to_read(Store **out, const char *path, StoreWait *wait, void *user, Err *err)
{
    bool is_there = false, is_fresh = false;
    TRY(look(path, &is_there, &is_fresh, err));
    if (!is_there)
        return err_set(err, ERR_MISSING, "there is no store '%s': 'isoflop run' makes it", path);
    if (is_fresh)
        return err_set(err, ERR_DATA, "'%s' is empty, not a store", path);
    return open_checked(out, path, DB_READ, wait, user, err);
fail:
    return err->code;
}

ErrCode store_open(Store **out, const char *path, Err *err)
{
    return store_open_waiting(out, path, STORE_TO_WRITE, NULL, NULL, err);
}

ErrCode store_open_read(Store **out, const char *path, Err *err)
{
    return store_open_waiting(out, path, STORE_TO_READ, NULL, NULL, err);
}

ErrCode store_open_waiting(Store **out, const char *path, StoreAccess access, StoreWait *wait,
                           void *user, Err *err)
{
    *out = NULL;
    return access == STORE_TO_WRITE ? open_to_write(out, path, wait, user, err)
                                    : open_to_read(out, path, wait, user, err);
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
    store->db.score = (DbScore){.score = score, .context = context};
    return ERR_NONE;
}

const char *store_status_name(StoreStatus status)
{
    static const char *const names[] = {"pending", "running", "done", "diverged", "failed"};
    return names[status];
}

bool store_is_part(const StorePoint *point, const char *kind)
{
    const size_t n = strlen(kind);
    return strncmp(point->part, kind, n) == 0 && (point->part[n] == '\0' || point->part[n] == '-');
}

StoreStatus store_status_named(const char *name)
{
    for (StoreStatus s = STORE_PENDING; s < STORE_FAILED; s++)
        if (name != NULL && strcmp(name, store_status_name(s)) == 0)
            return s;
    return STORE_FAILED;
}
