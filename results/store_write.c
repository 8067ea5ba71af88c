/*
 * results/store_write.c: the state changes of a study, each one transaction.
 *
 * Every function is begin, look, put, commit, with one exit that rolls back. "Looking" makes calls
 * repeatable: what is there with the same values is fine, so a coordinator that was killed after a
 * commit, before it knew, may simply say it again.
 */
#include "results/trial_digest.h"

#include "base/clock.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { NAME_BYTES = 64 };

static DbValue now(char *buffer)
{
    return db_text(clock_utc(buffer));
}

/* A count or place, or NULL where there is none. */
static DbValue maybe(int64_t value, bool is_there)
{
    return is_there ? db_int(value) : db_text(NULL);
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* Puts a row unless its keys are there; *found tells, as db_compare. */
static ErrCode put(Store *store, const char *table, const char *columns, const DbValue *values,
                   int n_values, int n_keys, int n_compared, int *found, Err *err)
{
    TRY(db_compare(&store->db, table, columns, values, n_keys, n_compared, found, err));
    if (*found == DB_NO_ROW)
        TRY(db_insert(&store->db, table, columns, values, n_values, err));
    return ERR_NONE;
fail:
    return err->code;
}

/* The next id of a table whose rows are never deleted. */
static ErrCode next_id(Store *store, const char *table, int64_t *id, Err *err)
{
    char sql[NAME_BYTES * 2];
    snprintf(sql, sizeof(sql), "SELECT coalesce(max(id), 0) + 1 FROM %s", table);
    return db_scalar(&store->db, sql, NULL, 0, 1, id, err);
}

ErrCode store_put_run(Store *store, const char *command, const char *host, int64_t pid, Err *err)
{
    char utc[CLOCK_UTC_BYTES];
    int64_t id = 0;
    TRY(next_id(store, "run", &id, err));
    const DbValue values[] = {db_int(id), db_text(or_empty(command)), db_text(or_empty(host)),
                              db_int(pid), now(utc)};
    TRY(db_insert(&store->db, "run", "id, command, host, pid, started_utc", values,
                  ARRAY_LEN(values), err));
fail:
    return err->code;
}

ErrCode store_begin_run(Store *store, const char *command, const char *host, int64_t pid, Err *err)
{
    TRY(db_begin_write(&store->db, err));
    TRY(store_put_run(store, command, host, pid, err));
    TRY(db_commit(&store->db, err));
    return ERR_NONE;
fail:
    db_rollback(&store->db);
    return err->code;
}

/* The id of an environment, which is put if it is new. */
static ErrCode environment_id(Store *store, const StoreEnvironment *e, int64_t *id, Err *err)
{
    static const char lookup[] = "SELECT id FROM environment WHERE version IS ?1 AND git_commit IS "
                                 "?2 AND is_dirty IS ?3 AND compiler IS ?4 AND flags IS ?5 AND "
                                 "kernels IS ?6 AND host IS ?7 AND cpu IS ?8 AND system IS ?9 AND "
                                 "libraries IS ?10";
    enum { N_LOOKUP = 10, N_COLUMNS };
    const DbValue values[N_LOOKUP] = {
        db_text(or_empty(e->version)),  db_text(or_empty(e->commit)), db_int(e->is_dirty),
        db_text(or_empty(e->compiler)), db_text(or_empty(e->flags)),  db_text(or_empty(e->kernels)),
        db_text(or_empty(e->host)),     db_text(or_empty(e->cpu)),    db_text(or_empty(e->system)),
        db_text(or_empty(e->libraries))};
    TRY(db_scalar(&store->db, lookup, values, N_LOOKUP, 0, id, err));
    if (*id != 0)
        return ERR_NONE;
    DbValue row[N_COLUMNS];
    TRY(next_id(store, "environment", id, err));
    row[0] = db_int(*id);
    for (int i = 0; i < N_LOOKUP; i++)
        row[i + 1] = values[i];
    TRY(db_insert(&store->db, "environment",
                  "id, version, git_commit, is_dirty, compiler, flags, kernels, host, cpu, system, "
                  "libraries",
                  row, N_COLUMNS, err));
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode store_put_attempt(Store *store, int64_t trial, const StoreAttempt *begin, int64_t *attempt,
                          Err *err)
{
    char utc[CLOCK_UTC_BYTES];
    int64_t environment = 0, run = 0;
    const DbValue key = db_int(trial);
    TRY(environment_id(store, &begin->environment, &environment, err));
    TRY(db_scalar(&store->db, "SELECT max(id) FROM run", NULL, 0, 0, &run, err));
    TRY(db_scalar(&store->db, "SELECT max(number) + 1 FROM attempt WHERE trial = ?1", &key, 1, 1,
                  attempt, err));
    const DbValue values[] = {key,
                              db_int(*attempt),
                              db_int(run),
                              db_int(environment),
                              db_int(begin->threads),
                              db_int(begin->pid),
                              now(utc)};
    TRY(db_insert(&store->db, "attempt",
                  "trial, number, run, environment, threads, pid, started_utc", values,
                  ARRAY_LEN(values), err));
fail:
    return err->code;
}

ErrCode store_begin_attempt(Store *store, int64_t trial, const StoreAttempt *begin,
                            int64_t *attempt, Err *err)
{
    TRY(db_begin_write(&store->db, err));
    TRY(store_put_attempt(store, trial, begin, attempt, err));
    TRY(db_commit(&store->db, err));
    return ERR_NONE;
fail:
    db_rollback(&store->db);
    return err_wrap(err, "beginning an attempt of trial %06" PRId64, trial);
}

/* Columns and values of an epoch's row: keys, results, who reported it, and what is no result. */
static int epoch_row(int64_t trial, int64_t attempt, const Epoch *e, Text *columns, DbValue *values,
                     int *n_results)
{
    int n = 0;
    text_append(columns, "trial, epoch");
    values[n++] = db_int(trial);
    values[n++] = db_int(e->epoch);
    *n_results = 0;
    for (int is_result = 1; is_result >= 0; is_result--) {
        for (int i = 0; i < EPOCH_N_METRICS; i++) {
            if (epoch_metrics[i].is_result != is_result)
                continue;
            text_printf(columns, ", %s", epoch_metrics[i].name);
            values[n++] = db_real(epoch_value(e, &epoch_metrics[i]));
            *n_results += is_result;
        }
        if (is_result) {
            text_append(columns, ", attempt");
            values[n++] = db_int(attempt);
        }
    }
    return n;
}

/* Puts one epoch inside a transaction. */
static ErrCode put_epoch(Store *store, int64_t trial, int64_t attempt, const Epoch *e, Err *err)
{
    enum { N_KEYS = 2, N_VALUES = EPOCH_N_METRICS + 3 };
    char name[NAME_BYTES];
    Text columns = {0};
    DbValue values[N_VALUES];
    int found = DB_NO_ROW, n_results = 0;
    const int n = epoch_row(trial, attempt, e, &columns, values, &n_results);
    TRY(text_ok(&columns, err));
    TRY(put(store, "epoch", text_string(&columns), values, n, N_KEYS, n_results, &found, err));
    if (found >= 0)
        err_set(err, ERR_DATA,
                "attempt %" PRId64 " of trial %06" PRId64 " reports another %s for epoch %" PRId64
                " than the store has: the trial is not reproducible here",
                attempt, trial, db_column_name(text_string(&columns), found, name, sizeof(name)),
                e->epoch);
fail:
    text_release(&columns);
    return err->code;
}

ErrCode store_put_epochs(Store *store, int64_t trial, int64_t attempt, const Epoch *epochs,
                         size_t n_epochs, Err *err)
{
    TRY(db_begin_write(&store->db, err));
    for (size_t i = 0; i < n_epochs; i++)
        TRY(put_epoch(store, trial, attempt, &epochs[i], err));
    TRY(db_commit(&store->db, err));
    return ERR_NONE;
fail:
    db_rollback(&store->db);
    return err->code;
}

ErrCode store_put_epoch(Store *store, int64_t trial, int64_t attempt, const Epoch *epoch, Err *err)
{
    return store_put_epochs(store, trial, attempt, epoch, 1, err);
}

/* Puts an attempt's end inside a transaction, once. */
static ErrCode put_end(Store *store, int64_t trial, int64_t attempt, const StoreAttemptEnd *end,
                       Err *err)
{
    static const char columns[] = "trial, attempt, reason, detail, is_counted, last_step, "
                                  "checkpoint_step, seconds, ended_utc";
    enum { N_KEYS = 2 };
    char utc[CLOCK_UTC_BYTES];
    int found = DB_NO_ROW;
    const DbValue values[] = {db_int(trial),
                              db_int(attempt),
                              db_text(end->reason),
                              db_text(end->detail),
                              db_int(end->is_counted),
                              maybe(end->last_step, end->last_step >= 0),
                              maybe(end->checkpoint_step, end->checkpoint_step >= 0),
                              db_real(isnan(end->seconds) ? 0.0 : end->seconds),
                              now(utc)};
    return put(store, "attempt_end", columns, values, ARRAY_LEN(values), N_KEYS, 0, &found, err);
}

ErrCode store_end_attempt(Store *store, int64_t trial, int64_t attempt, const StoreAttemptEnd *end,
                          Err *err)
{
    TRY(db_begin_write(&store->db, err));
    TRY(put_end(store, trial, attempt, end, err));
    TRY(db_commit(&store->db, err));
    return ERR_NONE;
fail:
    db_rollback(&store->db);
    return err_wrap(err, "ending attempt %" PRId64 " of trial %06" PRId64, attempt, trial);
}

static ErrCode put_artifacts(Store *store, int64_t trial, const StoreFinish *finish, Err *err)
{
    enum { N_KEYS = 2, N_COMPARED = 3 };
    int found = DB_NO_ROW;
    for (size_t i = 0; i < finish->n_artifacts; i++) {
        const StoreArtifact *a = &finish->artifacts[i];
        const DbValue values[] = {db_int(trial), db_text(a->kind), db_text(a->path),
                                  db_int(a->n_bytes), db_text(a->xxh3)};
        TRY(put(store, "artifact", "trial, kind, path, n_bytes, xxh3", values, ARRAY_LEN(values),
                N_KEYS, N_COMPARED, &found, err));
        if (found >= 0) {
            err_set(err, ERR_DATA, "'%s' of a finished trial has other bytes than the store says",
                    a->path);
            goto fail;
        }
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* The result itself; *is_new is false if the same was there. */
static ErrCode put_finished(Store *store, int64_t trial, int64_t attempt, const StoreFinish *f,
                            bool *is_new, Err *err)
{
    static const char columns[] = "trial, outcome, val_top1, val_loss, test_top1, test_loss, "
                                  "best_epoch, best_val_top1, first_bad_step, attempt, seconds";
    enum { N_KEYS = 1, N_COMPARED = 8 };
    char name[NAME_BYTES];
    int found = DB_NO_ROW;
    const DbValue values[] = {
        db_int(trial),
        db_text(f->outcome == STORE_DONE ? "done" : "diverged"),
        db_real(f->val_top1),
        db_real(f->val_loss),
        db_real(f->test_top1),
        db_real(f->test_loss),
        maybe(f->best_epoch, f->best_epoch > 0),
        db_real(f->best_val_top1),
        maybe(f->first_bad_step, f->outcome == STORE_DIVERGED && f->first_bad_step >= 0),
        db_int(attempt),
        db_real(isnan(f->seconds) ? 0.0 : f->seconds)};
    TRY(put(store, "finished", columns, values, ARRAY_LEN(values), N_KEYS, N_COMPARED, &found,
            err));
    if (found >= 0) {
        err_set(err, ERR_DATA,
                "trial %06" PRId64 " has finished with another %s: the trial is not reproducible "
                "here",
                trial, db_column_name(columns, found, name, sizeof(name)));
        goto fail;
    }
    *is_new = found == DB_NO_ROW;
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode store_put_result(Store *store, int64_t trial, int64_t attempt, const StoreFinish *finish,
                         const StoreAttemptEnd *end, Err *err)
{
    char digest[HASH_HEX_BYTES];
    bool is_new = false;
    TRY(put_finished(store, trial, attempt, finish, &is_new, err));
    TRY(put_artifacts(store, trial, finish, err));
    TRY(put_end(store, trial, attempt, end, err));
    if (is_new) {
        TRY(trial_digest(store, trial, digest, err));
        const DbValue values[] = {db_int(trial), db_text(digest)};
        TRY(db_insert(&store->db, "trial_digest", "trial, digest", values, ARRAY_LEN(values), err));
    }
fail:
    return err->code;
}

enum { PREDICTION_BYTES = 128 };

/* "predicted 2.5 s of one thread (2.1 to 3), had 2.4 s of processors": read again by
 * plots/report_time.c. */
static const char *prediction(const StoreFinish *finish, char out[PREDICTION_BYTES])
{
    if (!(finish->predicted_s > 0.0))
        return NULL;
    const int n_bytes =
        snprintf(out, PREDICTION_BYTES, "predicted %.4g s of one thread (%.4g to %.4g)",
                 finish->predicted_s, finish->predicted_low_s, finish->predicted_high_s);
    if (finish->processor_s > 0.0)
        snprintf(out + n_bytes, PREDICTION_BYTES - (size_t)n_bytes, ", had %.4g s of processors",
                 finish->processor_s);
    return out;
}

ErrCode store_accept(Store *store, int64_t trial, int64_t attempt, const StoreFinish *finish,
                     Err *err)
{
    char predicted[PREDICTION_BYTES];
    const StoreAttemptEnd end = {.reason = finish->outcome == STORE_DONE ? "done" : "diverged",
                                 .detail = prediction(finish, predicted),
                                 .last_step = -1,
                                 .checkpoint_step = -1,
                                 .seconds = finish->seconds};
    TRY(db_begin_write(&store->db, err));
    TRY(store_put_result(store, trial, attempt, finish, &end, err));
    TRY(db_commit(&store->db, err));
    return ERR_NONE;
fail:
    db_rollback(&store->db);
    return err_wrap(err, "accepting trial %06" PRId64, trial);
}
