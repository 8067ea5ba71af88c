/*
 * results/optuna.c: results/optuna.sql, run with a new file attached to the store's connection.
 *
 * The file bears a mark of ours (its application id), so that a second export may take its place
 * and a data base of somebody's own studies stays as it is.
 */
#include "results/optuna.h"

#include "results/store_internal.h"

#include "base/file.h"
#include "base/proc.h"
#include "base/sys.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { MARK = 0x69736f6f, MARK_AT = 68, BYTE_BITS = 8 }; /* "isoo", where SQLite has it */

/* Whether a file's first bytes say that an export of ours wrote it. */
static ErrCode is_ours(const char *path, bool *yes, Err *err)
{
    unsigned char header[DB_HEADER_BYTES] = {0};
    uint32_t word = 0;
    size_t n = 0;
    int fd = -1;
    TRY(file_open_read(path, &fd, err));
    TRY(file_read_some(fd, path, header, sizeof header, &n, err));
    for (int i = 0; i < 4; i++)
        word = word << BYTE_BITS | header[MARK_AT + i];
    *yes = word == MARK || n == 0;
fail:
    file_close_fd(fd);
    return err->code;
}

/* ERR_USAGE where something is that is not ours to replace. */
static ErrCode check_place(const char *path, Err *err)
{
    FileFacts facts;
    Err missing = {0};
    bool is_free = false;
    const ErrCode code = file_facts(path, false, &facts, &missing);
    if (code == ERR_MISSING)
        return ERR_NONE;
    if (code != ERR_NONE) {
        *err = missing;
        return code;
    }
    if (facts.kind == FILE_REGULAR)
        TRY(is_ours(path, &is_free, err));
    if (!is_free)
        return err_set(err, ERR_USAGE,
                       "'%s' is there and was not written by 'isoflop export': name another file",
                       path);
fail:
    return err->code;
}

/* Attaches the empty file, fills it in one transaction, lets go of it. */
static ErrCode fill(Store *store, const char *path, Err *err)
{
    const EmbeddedFile *script = embed_find(results_files, "optuna.sql");
    const DbValue name = db_text(path);
    char mark[64];
    DbQuery attach = {0};
    Err ignored = {0};
    bool is_attached = false;
    snprintf(mark, sizeof mark, "PRAGMA optuna.application_id = %d", MARK);
    TRY(db_query(&attach, &store->db, "ATTACH ?1 AS optuna", &name, 1, err));
    while (db_next(&attach))
        ;
    TRY(db_end(&attach, err));
    is_attached = true;
    TRY(db_exec(&store->db, mark, err));
    TRY(db_begin_read(&store->db, err));
    TRY(db_exec(&store->db, (const char *)script->data, err));
    TRY(db_commit(&store->db, err));
fail:
    db_abandon(&attach);
    db_rollback(&store->db);
    if (is_attached && db_exec(&store->db, "DETACH optuna", &ignored) != ERR_NONE &&
        err->code == ERR_NONE)
        *err = ignored;
    return err->code;
}

ErrCode optuna_write(Store *store, const char *path, Err *err)
{
    Text temporary = {0};
    char *resolved = NULL;
    Err ignored = {0};
    if (check_place(path, err) != ERR_NONE)
        return err->code;
    TRY(file_resolve_folder(path, &resolved, err)); /* SQLite follows no link of ours */
    text_printf(&temporary, "%s.tmp-%ld-0", resolved, (long)proc_pid());
    TRY(text_ok(&temporary, err));
    TRY(file_write(text_string(&temporary), "", 0,
                   err)); /* whose opening SQLite takes for its own */
    TRY(fill(store, text_string(&temporary), err));
    TRY(file_sync(text_string(&temporary), err));
    TRY(file_rename(text_string(&temporary), path, err));
fail:
    if (err->code != ERR_NONE && temporary.data != NULL &&
        file_remove(text_string(&temporary), &ignored) != ERR_NONE)
        err_wrap(err, "%s", ignored.msg);
    text_release(&temporary);
    mem_free(resolved);
    return err->code == ERR_NONE ? ERR_NONE : err_wrap(err, "writing '%s'", path);
}
