/* results/store_internal.h: the open store, shared by the store_*.c files of results/ alone. */
#ifndef RESULTS_STORE_INTERNAL_H
#define RESULTS_STORE_INTERNAL_H

#include "results/db.h"
#include "results/store.h"

#include "base/embed.h"

struct Store {
    Db db;
    bool is_writer;
};

/* store_begin_run, store_begin_attempt, store_accept, store_put_fact, inside a transaction that is
 * open already. */
ErrCode store_put_run(Store *store, const char *command, const char *host, int64_t pid,
                      Err *err) ERR_CHECKED;
ErrCode store_put_attempt(Store *store, int64_t trial, const StoreAttempt *begin, int64_t *attempt,
                          Err *err) ERR_CHECKED;
ErrCode store_put_result(Store *store, int64_t trial, int64_t attempt, const StoreFinish *finish,
                         const StoreAttemptEnd *end, Err *err) ERR_CHECKED;
ErrCode store_put_newest_fact(Store *store, const StoreFact *fact, Err *err) ERR_CHECKED;

/* ERR_DATA unless as many rows of the newest revision's list are there as were found by it. */
ErrCode store_check_listed(Store *store, const char *list, int64_t n_found, Err *err) ERR_CHECKED;

/* ERR_DATA: a trial's network is lost. */
ErrCode store_err_no_network(const Store *store, int64_t trial, Err *err);

/* The other way round than store_status_name; what is none of them is STORE_FAILED. */
StoreStatus store_status_named(const char *name);

/* The schema version this program writes: that of schema.sql, the newest schema_N.sql's. */
int store_schema_newest(void);

/* The schema version a store has. */
ErrCode store_schema_version(Db *db, int64_t *version, Err *err) ERR_CHECKED;

/*
 * Brings an open store to the newest schema, one transaction a version: killed at any instant it
 * has the version before or the one after, complete. Errors also: ERR_DATA, ERR_VERSION.
 */
ErrCode store_migrate(Store *store, Err *err) ERR_CHECKED;

#endif
