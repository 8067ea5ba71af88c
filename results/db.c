/*
 * results/db.c: SQLite behind base's system calls.
 *
 * Rejected: WAL (a corruption race before SQLite 3.51.3), mmap (a damaged disk would be a SIGBUS),
 * cached statements (a study commits a few times a second; the disk's sync is what costs).
 */
#include "results/db.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"

#include <math.h>
#include <pthread.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- SQLite on top of base's table of system calls --- */

static int call_open(const char *path, int flags, int mode)
{
    return sys_calls.open(AT_FDCWD, path, flags, (mode_t)mode);
}

static ssize_t call_read(int fd, void *data, size_t n_bytes)
{
    return sys_calls.read(fd, data, n_bytes);
}

/*
 * Why the last write of this thread failed. SQLite asks for errno only when a failed commit has
 * been rolled back, and finds what came after.
 */
static _Thread_local int write_errno;

static ssize_t call_write(int fd, const void *data, size_t n_bytes)
{
    const ssize_t n = sys_calls.write(fd, data, n_bytes);
    if (n < 0)
        write_errno = errno;
    return n;
}

static ssize_t call_pread(int fd, void *data, size_t n_bytes, off_t offset)
{
    return sys_calls.pread(fd, data, n_bytes, offset);
}

/* base has no pwrite; a connection's descriptor is used by one thread at a time. */
static ssize_t call_pwrite(int fd, const void *data, size_t n_bytes, off_t offset)
{
    return lseek(fd, offset, SEEK_SET) < 0 ? -1 : call_write(fd, data, n_bytes);
}

static int call_ftruncate(int fd, off_t size)
{
    return sys_calls.ftruncate(fd, size);
}

static int call_unlink(const char *path)
{
    return sys_calls.unlink(AT_FDCWD, path);
}

static int round_up(int n_bytes)
{
    return (n_bytes + 7) & ~7;
}

static int memory_init(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void memory_shutdown(void *unused)
{
    (void)unused;
}

/* Once a process, before its first connection. Lookaside is off: every allocation is base's. */
static void adopt_sqlite(void)
{
    static const sqlite3_mem_methods memory = {
        mem_sized_alloc, mem_sized_free, mem_sized_realloc, mem_sized_size,
        round_up,        memory_init,    memory_shutdown,   NULL};
    static const struct {
        const char *name;
        sqlite3_syscall_ptr call;
    } calls[] = {{"open", (sqlite3_syscall_ptr)call_open},
                 {"read", (sqlite3_syscall_ptr)call_read},
                 {"write", (sqlite3_syscall_ptr)call_write},
                 {"pread", (sqlite3_syscall_ptr)call_pread},
                 {"pread64", (sqlite3_syscall_ptr)call_pread},
                 {"pwrite", (sqlite3_syscall_ptr)call_pwrite},
                 {"pwrite64", (sqlite3_syscall_ptr)call_pwrite},
                 {"ftruncate", (sqlite3_syscall_ptr)call_ftruncate},
                 {"unlink", (sqlite3_syscall_ptr)call_unlink}};
    sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
    sqlite3_vfs *vfs = sqlite3_vfs_find("unix");
    for (size_t i = 0; vfs != NULL && i < ARRAY_LEN(calls); i++)
        vfs->xSetSystemCall(vfs, calls[i].name, calls[i].call);
}

/* --- errors --- */

static ErrCode code_of(int status)
{
    switch (status & 0xff) {
    case SQLITE_NOMEM:
        return ERR_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
        return status == SQLITE_IOERR_NOMEM ? ERR_MEMORY : ERR_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_DATA;
    default:
        return ERR_DB;
    }
}

ErrCode db_error(Db *db, const char *doing, Err *err)
{
    const int status = db->handle != NULL ? sqlite3_extended_errcode(db->handle) : SQLITE_NOMEM;
    const char *words = db->handle != NULL ? sqlite3_errmsg(db->handle) : "out of memory";
    const int seen = db->handle != NULL ? sqlite3_system_errno(db->handle) : 0;
    const int number = status == SQLITE_IOERR_WRITE ? write_errno : seen;
    const ErrCode found = code_of(status);
    const bool is_full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    const ErrCode code = found == ERR_IO && is_full ? ERR_FULL : found;
    if ((code == ERR_IO || code == ERR_FULL) && number != 0)
        return err_set(err, code, "cannot %s in store '%s': %s (%s)", doing, db->path, words,
                       strerror(number));
    return err_set(err, code, "cannot %s in store '%s': %s", doing, db->path, words);
}

/* --- connections --- */

/* `file:` with everything but plain path characters as %XX. */
static void append_uri(Text *uri, const char *path, const char *query)
{
    text_append(uri, "file:");
    for (const unsigned char *c = (const unsigned char *)path; *c; c++) {
        const bool is_plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                              (*c >= '0' && *c <= '9') || strchr("/._-", *c) != NULL;
        if (is_plain)
            text_append_char(uri, (char)*c);
        else
            text_printf(uri, "%%%02X", *c);
    }
    text_append(uri, query);
}

/*
 * SQLite's busy handler, of which there is one: naps that grow, until others let go, the time is up
 * or nobody wants to wait any more.
 */
static int handle_busy(void *opaque, int n_naps)
{
    enum { SHORT_NS = 1000000, LONG_NS = 100000000, N_SHORT = 50 };
    const Db *db = opaque;
    const int64_t waited_ns =
        n_naps < N_SHORT ? (int64_t)n_naps * SHORT_NS
                         : N_SHORT * (int64_t)SHORT_NS + (n_naps - N_SHORT) * (int64_t)LONG_NS;
    const int64_t patience_ns = db->busy_ms * (int64_t)SHORT_NS;
    if (waited_ns >= patience_ns && db->wait == NULL)
        return 0;
    if (db->wait != NULL && !db->wait(db->wait_user, (double)waited_ns * 1e-9))
        return 0;
    clock_sleep_ns(n_naps < N_SHORT ? SHORT_NS : LONG_NS);
    return 1;
}

static ErrCode set_pragmas(Db *db, DbMode mode, Err *err)
{
    sqlite3_extended_result_codes(db->handle, 1);
    db->busy_ms = mode == DB_READ ? STORE_READ_BUSY_MS : STORE_BUSY_MS;
    sqlite3_busy_handler(db->handle, handle_busy, db);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* Of the file's own; those of the temporary schema are ours (store_open.c). */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    if (mode == DB_PEEK)
        return ERR_NONE;
    return db_exec(db,
                   "PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON;"
                   "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON",
                   err);
}

static ErrCode prepare(Db *db, DbMode mode, Err *err)
{
    TRY(set_pragmas(db, mode, err));
    const int code = db_add_functions(db->handle, &db->score);
    if (code == SQLITE_NOMEM)
        return err_set(err, ERR_MEMORY, "out of memory in store '%s'", db->path);
    if (code != SQLITE_OK)
        return db_error(db, "register functions", err);
    return ERR_NONE;
fail:
    return err->code;
}

/*
 * SQLite refuses a link in any part of the path then; those above the store's own folder are the
 * user's, and resolved before.
 */
static ErrCode open_handle(Db *db, DbMode mode, Err *err)
{
    static const int flags[] = {[DB_PEEK] = SQLITE_OPEN_READONLY,
                                [DB_READ] = SQLITE_OPEN_READWRITE,
                                [DB_WRITE] = SQLITE_OPEN_READWRITE,
                                [DB_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
    Text uri = {0};
    char *resolved = NULL;
    if (strcmp(db->path, DB_IN_MEMORY) != 0)
        TRY(file_resolve_folder(db->path, &resolved, err));
    append_uri(&uri, resolved != NULL ? resolved : DB_IN_MEMORY,
               mode == DB_PEEK ? "?mode=ro&immutable=1" : "");
    TRY(text_ok(&uri, err));
    const int status = sqlite3_open_v2(text_string(&uri), &db->handle,
                                       flags[mode] | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW, NULL);
    if (status != SQLITE_OK && db->handle != NULL &&
        sqlite3_extended_errcode(db->handle) == SQLITE_CANTOPEN_SYMLINK)
        (void)err_set(err, ERR_DATA, "store '%s' is a link: put the file itself there", db->path);
    else if (status != SQLITE_OK)
        (void)db_error(db, "open the file", err);
fail:
    text_release(&uri);
    mem_free(resolved);
    return err->code;
}

ErrCode db_open(Db *db, const char *path, DbMode mode, Err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, adopt_sqlite);
    *db = (Db){.path = mem_strdup(path), .wait = db->wait, .wait_user = db->wait_user};
    if (db->path == NULL) {
        (void)err_memory(err, strlen(path) + 1);
        goto fail;
    }
    TRY(open_handle(db, mode, err));
    TRY(prepare(db, mode, err));
    return ERR_NONE;
fail:
    db_close(db);
    return err->code;
}

void db_close(Db *db)
{
    sqlite3_close_v2(db->handle);
    mem_free(db->path);
    *db = (Db){0};
}

ErrCode db_read_header(Db *db, unsigned char header[DB_HEADER_BYTES], Err *err)
{
    sqlite3_file *file = NULL;
    memset(header, 0, DB_HEADER_BYTES);
    sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, (void *)&file);
    const int status = file != NULL && file->pMethods != NULL
                           ? file->pMethods->xRead(file, header, DB_HEADER_BYTES, 0)
                           : SQLITE_CANTOPEN;
    if (status != SQLITE_OK && status != SQLITE_IOERR_SHORT_READ)
        return err_set(err, code_of(status), "cannot read store '%s'", db->path);
    return ERR_NONE;
}

ErrCode db_to_copy(Db *db, Err *err)
{
    sqlite3 *file = db->handle;
    sqlite3_backup *copying = NULL;
    db->handle = NULL;
    if (sqlite3_open_v2("", &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
        SQLITE_OK) {
        db_error(db, "make a copy", err);
        goto fail;
    }
    copying = sqlite3_backup_init(db->handle, "main", file, "main");
    const bool is_copied = copying != NULL && sqlite3_backup_step(copying, -1) == SQLITE_DONE;
    sqlite3_backup_finish(copying);
    if (!is_copied) {
        db_error(db, "read a copy", err);
        goto fail;
    }
    TRY(prepare(db, DB_CREATE, err));
fail:
    sqlite3_close_v2(file);
    return err->code;
}

ErrCode db_exec(Db *db, const char *sql, Err *err)
{
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return db_error(db, "set up", err);
    return ERR_NONE;
}

/* --- transactions --- */

ErrCode db_begin_write(Db *db, Err *err)
{
    if (sqlite3_exec(db->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return db_error(db, "begin a transaction", err);
    return ERR_NONE;
}

ErrCode db_begin_read(Db *db, Err *err)
{
    if (sqlite3_exec(db->handle, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        return db_error(db, "begin reading", err);
    return ERR_NONE;
}

ErrCode db_commit(Db *db, Err *err)
{
    if (sqlite3_exec(db->handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return db_error(db, "commit", err);
    return ERR_NONE;
}

void db_rollback(Db *db)
{
    if (db->handle != NULL && !sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* --- values and queries --- */

DbValue db_int(int64_t value)
{
    return (DbValue){.kind = DB_INT, .integer = value};
}

DbValue db_real(double value)
{
    if (isnan(value))
        return (DbValue){.kind = DB_NULL};
    return (DbValue){.kind = DB_REAL, .real = value};
}

DbValue db_text(const char *value)
{
    return value != NULL ? (DbValue){.kind = DB_TEXT, .text = value} : (DbValue){.kind = DB_NULL};
}

static int bind(sqlite3_stmt *statement, int index, const DbValue *value)
{
    switch (value->kind) {
    case DB_INT:
        return sqlite3_bind_int64(statement, index, value->integer);
    case DB_REAL:
        return sqlite3_bind_double(statement, index, value->real);
    case DB_TEXT:
        return sqlite3_bind_text(statement, index, value->text, -1, SQLITE_TRANSIENT);
    case DB_NULL:
        break;
    }
    return sqlite3_bind_null(statement, index);
}

ErrCode db_query(DbQuery *query, Db *db, const char *sql, const DbValue *values, int n_values,
                 Err *err)
{
    *query = (DbQuery){.db = db};
    if (sqlite3_prepare_v2(db->handle, sql, -1, &query->statement, NULL) != SQLITE_OK)
        return db_error(db, "read or write", err);
    if (db_bind(query, values, n_values, err) != ERR_NONE)
        db_abandon(query);
    return err->code;
}

ErrCode db_bind(DbQuery *query, const DbValue *values, int n_values, Err *err)
{
    for (int i = 0; i < n_values; i++)
        if (bind(query->statement, i + 1, &values[i]) != SQLITE_OK)
            return db_error(query->db, "read or write", err);
    return ERR_NONE;
}

bool db_next(DbQuery *query)
{
    if (query->out_of_memory)
        return false;
    query->status = sqlite3_step(query->statement);
    return query->status == SQLITE_ROW;
}

/* What stopped db_next. */
static ErrCode end_of_rows(const DbQuery *query, Err *err)
{
    if (query->out_of_memory)
        return err_set(err, ERR_MEMORY, "out of memory reading store '%s'", query->db->path);
    if (query->status != SQLITE_ROW && query->status != SQLITE_DONE)
        return db_error(query->db, "read or write", err);
    return ERR_NONE;
}

ErrCode db_end(DbQuery *query, Err *err)
{
    const ErrCode code = end_of_rows(query, err);
    db_abandon(query);
    return code;
}

ErrCode db_rewind(DbQuery *query, Err *err)
{
    const ErrCode code = end_of_rows(query, err);
    sqlite3_reset(query->statement);
    return code;
}

void db_abandon(DbQuery *query)
{
    sqlite3_finalize(query->statement);
    query->statement = NULL;
}

int64_t db_get_int(DbQuery *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

double db_get_real(DbQuery *query, int column)
{
    return db_is_null(query, column) ? (double)NAN
                                     : sqlite3_column_double(query->statement, column);
}

bool db_is_null(DbQuery *query, int column)
{
    return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

const char *db_get_text(DbQuery *query, int column, Arena *arena)
{
    if (db_is_null(query, column))
        return NULL;
    const char *text =
        arena_text(arena, (const char *)sqlite3_column_text(query->statement, column));
    query->out_of_memory |= text == NULL;
    return text;
}

const char *db_get_passing(DbQuery *query, int column)
{
    return (const char *)sqlite3_column_text(query->statement, column);
}

ErrCode db_scalar(Db *db, const char *sql, const DbValue *values, int n_values, int64_t fallback,
                  int64_t *out, Err *err)
{
    DbQuery query;
    TRY(db_query(&query, db, sql, values, n_values, err));
    *out = db_next(&query) && !db_is_null(&query, 0) ? db_get_int(&query, 0) : fallback;
    return db_end(&query, err);
fail:
    return err->code;
}

/* --- rows with seals --- */

static int count_columns(const char *columns)
{
    int n = 1;
    for (const char *c = columns; *c; c++)
        n += *c == ',';
    return n;
}

/* Runs a statement that returns no rows. */
static ErrCode run(Db *db, const Text *sql, const DbValue *values, int n_values, Err *err)
{
    DbQuery query;
    TRY(text_ok(sql, err));
    TRY(db_query(&query, db, text_string(sql), values, n_values, err));
    db_next(&query);
    return db_end(&query, err);
fail:
    return err->code;
}

ErrCode db_insert(Db *db, const char *table, const char *columns, const DbValue *values,
                  int n_values, Err *err)
{
    if (count_columns(columns) != n_values)
        return err_set(err, ERR_INTERNAL, "%d values for the columns of '%s'", n_values, table);
    Text sql = {0};
    text_printf(&sql, "INSERT INTO %s (%s, seal) VALUES (", table, columns);
    for (int i = 1; i <= n_values; i++)
        text_printf(&sql, "?%d, ", i);
    text_append(&sql, "seal(");
    for (int i = 1; i <= n_values; i++)
        text_printf(&sql, "%s?%d", i > 1 ? ", " : "", i);
    text_append(&sql, "))");
    const ErrCode code = run(db, &sql, values, n_values, err);
    text_release(&sql);
    return code;
}

const char *db_column_name(const char *columns, int index, char *buffer, size_t n_buffer)
{
    for (; index > 0; index--)
        columns = strchr(columns, ',') + 1;
    while (*columns == ' ')
        columns++;
    snprintf(buffer, n_buffer, "%.*s", (int)strcspn(columns, ","), columns);
    return buffer;
}

ErrCode db_compare(Db *db, const char *table, const char *columns, const DbValue *values,
                   int n_keys, int n_compared, int *found, Err *err)
{
    enum { NAME_BYTES = 64 };
    char name[NAME_BYTES];
    Text sql = {0};
    DbQuery query = {0};
    text_append(&sql, "SELECT 1");
    for (int i = n_keys; i < n_keys + n_compared; i++)
        text_printf(&sql, ", %s IS ?%d", db_column_name(columns, i, name, sizeof(name)), i + 1);
    text_printf(&sql, " FROM %s WHERE 1", table);
    for (int i = 0; i < n_keys; i++)
        text_printf(&sql, " AND %s IS ?%d", db_column_name(columns, i, name, sizeof(name)), i + 1);
    TRY(text_ok(&sql, err));
    TRY(db_query(&query, db, text_string(&sql), values, n_keys + n_compared, err));
    *found = DB_NO_ROW;
    if (db_next(&query)) {
        *found = DB_SAME;
        for (int i = n_compared - 1; i >= 0; i--)
            if (!db_get_int(&query, i + 1))
                *found = n_keys + i;
    }
    text_release(&sql);
    return db_end(&query, err);
fail:
    text_release(&sql);
    return err->code;
}
