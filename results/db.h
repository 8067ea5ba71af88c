/*
 * results/db.h: a thin layer over SQLite, private to results/: values, statements, transactions.
 *
 * All SQL of the store goes through here, with bound parameters only. SQLite allocates, opens,
 * reads and writes through base's table of system calls, so that tests can make any of it fail.
 * Connections know three functions: seal(...) hashes its arguments (see results/schema.sql),
 * half90(x) and score(top1, macs) are those of store_query.
 */
#ifndef RESULTS_DB_H
#define RESULTS_DB_H

#include "results/db_functions.h"
#include "results/store.h"

#include "base/arena.h"
#include "base/err.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define DB_IN_MEMORY ":memory:" /* a path that is no file's */

enum {
    DB_APPLICATION_ID = 0x69736f66, /* "isof" */
    DB_HEADER_BYTES = 100,
};

typedef struct Db {
    sqlite3 *handle;
    char *path; /* for messages */
    DbScore score;
    int busy_ms;     /* how long it waits for others without `wait` */
    StoreWait *wait; /* asked while others hold the file; NULL: after a time it is an error */
    void *wait_user;
} Db;

typedef enum DbKind { DB_NULL, DB_INT, DB_REAL, DB_TEXT } DbKind;

/* A value to bind; texts are borrowed. */
typedef struct DbValue {
    DbKind kind;
    int64_t integer;
    double real;
    const char *text;
} DbValue;

DbValue db_int(int64_t value);
DbValue db_real(double value);      /* NaN is NULL */
DbValue db_text(const char *value); /* NULL is NULL */

typedef enum DbMode {
    DB_PEEK,   /* read-only and immutable, without pragmas: for db_read_header alone */
    DB_READ,   /* read-write without creating, so that a journal left by a crash is rolled back */
    DB_WRITE,  /* the same with the writer's patience */
    DB_CREATE, /* a new file */
} DbMode;

/*
 * Opens a connection and sets its pragmas, which look at the file: who wants to wait for others has
 * set db->wait and wait_user; all else of *db is 0. Errors: as store.h.
 */
ErrCode db_open(Db *db, const char *path, DbMode mode, Err *err) ERR_CHECKED;
void db_close(Db *db);

/* The file's first bytes, zeros where it ends before. Looks at nothing else. */
ErrCode db_read_header(Db *db, unsigned char header[DB_HEADER_BYTES], Err *err) ERR_CHECKED;

/*
 * Makes it a connection to a copy, in memory as far as SQLite's cache goes, else in a file without
 * a name in TMPDIR; the store's file is closed and keeps every byte.
 */
ErrCode db_to_copy(Db *db, Err *err) ERR_CHECKED;

/* Runs SQL text without parameters, maybe several statements. */
ErrCode db_exec(Db *db, const char *sql, Err *err) ERR_CHECKED;

/* BEGIN IMMEDIATE for writers, BEGIN for readers. */
ErrCode db_begin_write(Db *db, Err *err) ERR_CHECKED;
ErrCode db_begin_read(Db *db, Err *err) ERR_CHECKED;
ErrCode db_commit(Db *db, Err *err) ERR_CHECKED;
void db_rollback(Db *db); /* nothing happens outside a transaction */

/* The last error of the connection as an Err: context, path, SQLite's words. */
ErrCode db_error(Db *db, const char *doing, Err *err);

/* --- queries: begin, next until false, end --- */

typedef struct DbQuery {
    Db *db;
    sqlite3_stmt *statement;
    int status; /* SQLite's, of the last step */
    bool out_of_memory;
} DbQuery;

/* Prepares one statement and binds values[0..n-1] to ?1... */
ErrCode db_query(DbQuery *query, Db *db, const char *sql, const DbValue *values, int n_values,
                 Err *err) ERR_CHECKED;
bool db_next(DbQuery *query);
/* Ends the query, whether or not all rows were read; reports what stopped db_next. */
ErrCode db_end(DbQuery *query, Err *err) ERR_CHECKED;
/* The same, but the query stays: for other values (db_bind) and db_next. */
ErrCode db_rewind(DbQuery *query, Err *err) ERR_CHECKED;
ErrCode db_bind(DbQuery *query, const DbValue *values, int n_values, Err *err) ERR_CHECKED;
void db_abandon(DbQuery *query); /* after another error; accepts an ended or zeroed query */

int64_t db_get_int(DbQuery *query, int column);
double db_get_real(DbQuery *query, int column); /* NULL is NaN */
bool db_is_null(DbQuery *query, int column);
const char *db_get_text(DbQuery *query, int column, Arena *arena); /* NULL is NULL */
const char *db_get_passing(DbQuery *query, int column);            /* the same until the next row */

/* The single integer of a query's first row; `fallback` if there is no row or it is NULL. */
ErrCode db_scalar(Db *db, const char *sql, const DbValue *values, int n_values, int64_t fallback,
                  int64_t *out, Err *err) ERR_CHECKED;

/* --- rows with seals; columns are comma-separated, in the order of the table --- */

/* Inserts a row and its seal. */
ErrCode db_insert(Db *db, const char *table, const char *columns, const DbValue *values,
                  int n_values, Err *err) ERR_CHECKED;

enum { DB_NO_ROW = -2, DB_SAME = -1 };

/*
 * Looks for the row whose first n_keys columns are these, and compares the following n_compared.
 * *found: DB_NO_ROW, DB_SAME, or the index of the first column that differs.
 */
ErrCode db_compare(Db *db, const char *table, const char *columns, const DbValue *values,
                   int n_keys, int n_compared, int *found, Err *err) ERR_CHECKED;

/* Name of the index-th of comma-separated columns, into buffer. */
const char *db_column_name(const char *columns, int index, char *buffer, size_t n_buffer);

#endif
