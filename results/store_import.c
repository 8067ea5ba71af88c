/* results/store_import.c: results from elsewhere, a table a transaction. */
#include "results/store_internal.h"

#include "base/file.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TRIAL_WHERE "SELECT id, network, seed, epochs, status FROM trial WHERE "

/* A planned trial as a row names it. */
typedef struct Found {
    int64_t trial, seed, epochs;
    char network[64], status[16];
} Found;

static void copy(char *to, size_t n, const char *from)
{
    snprintf(to, n, "%s", from != NULL ? from : "");
}

/* No index of the store finds trials by their networks: the transaction makes one for itself. */
static ErrCode begin_finding(Store *store, Err *err)
{
    return db_exec(&store->db,
                   "CREATE TEMP TABLE sown (network TEXT, seed INTEGER, trial INTEGER, "
                   "PRIMARY KEY (network, seed, trial)) WITHOUT ROWID; "
                   "INSERT INTO sown SELECT network, seed, id FROM planned",
                   err);
}

static ErrCode end_finding(Store *store, Err *err)
{
    return db_exec(&store->db, "DROP TABLE temp.sown", err);
}

/*
 * The trial of a row: that of its number, or of its network and seed, one with the row's epochs
 * before others. *n_same: trials of that network, seed and number of epochs.
 */
static ErrCode find(Store *store, const ResultRow *row, Found *found, int *n_same, Err *err)
{
    static const char by_number[] = TRIAL_WHERE "id = ?1";
    static const char by_seed[] =
        TRIAL_WHERE "id IN (SELECT trial FROM temp.sown WHERE network = ?1 AND seed = ?2) "
                    "ORDER BY epochs = ?3 DESC, id";
    const DbValue number = db_int(row->trial);
    const DbValue keys[] = {db_text(row->network), db_int(row->seed), db_int(row->epochs)};
    DbQuery q = {0};
    *found = (Found){0};
    *n_same = 0;
    if (row->trial != 0)
        TRY(db_query(&q, &store->db, by_number, &number, 1, err));
    else
        TRY(db_query(&q, &store->db, by_seed, keys, ARRAY_LEN(keys), err));
    while (db_next(&q)) {
        *n_same += db_get_int(&q, 3) == row->epochs;
        if (found->trial != 0)
            continue;
        found->trial = db_get_int(&q, 0);
        copy(found->network, sizeof found->network, db_get_passing(&q, 1));
        found->seed = db_get_int(&q, 2);
        found->epochs = db_get_int(&q, 3);
        copy(found->status, sizeof found->status, db_get_passing(&q, 4));
    }
    return db_end(&q, err);
fail:
    return err->code;
}

/* Why a row cannot be imported, as an error. */
static ErrCode check(const ResultRow *row, const Found *f, int n_same, Err *err)
{
    if (f->trial == 0 && row->trial != 0)
        return err_set(err, ERR_DATA, "there is no trial %" PRId64 " here", row->trial);
    if (f->trial == 0)
        return err_set(err, ERR_DATA, "no trial here is of network '%s' and seed %" PRId64,
                       row->network, row->seed);
    if (row->network[0] != '\0' && strcmp(row->network, f->network) != 0)
        return err_set(err, ERR_DATA, "trial %" PRId64 " is of network '%s', not '%s'", f->trial,
                       f->network, row->network);
    if (row->seed >= 0 && row->seed != f->seed)
        return err_set(err, ERR_DATA, "trial %" PRId64 " has seed %" PRId64 ", not %" PRId64,
                       f->trial, f->seed, row->seed);
    if (row->epochs != f->epochs)
        return err_set(err, ERR_DATA,
                       "trial %" PRId64 " is to make %" PRId64 " epochs, not %" PRId64
                       ": the study's recipe says how its trials are trained",
                       f->trial, f->epochs, row->epochs);
    if (n_same > 1)
        return err_set(err, ERR_DATA,
                       "%d trials are of network '%s' and seed %" PRId64 ": name them by 'trial'",
                       n_same, row->network, row->seed);
    if (strcmp(f->status, "pending") != 0 && strcmp(f->status, "failed") != 0)
        return err_set(err, ERR_DATA, "trial %" PRId64 " is %s already", f->trial, f->status);
    return ERR_NONE;
}

static ErrCode put_row(Store *store, const ResultRow *row, const StoreImporter *who, Err *err)
{
    const StoreAttempt begin = {.pid = who->pid}; /* nobody knows in what environment */
    const StoreFinish finish = {.outcome = STORE_DONE,
                                .val_top1 = row->val_top1,
                                .val_loss = row->val_loss,
                                .test_top1 = row->test_top1,
                                .test_loss = row->test_loss,
                                .best_val_top1 = (double)NAN,
                                .first_bad_step = -1};
    const StoreAttemptEnd end = {.reason = STORE_IMPORT,
                                 .detail = row->note[0] != '\0' ? row->note : NULL,
                                 .last_step = -1,
                                 .checkpoint_step = -1};
    Found found;
    int n_same = 0;
    int64_t attempt = 0;
    TRY(find(store, row, &found, &n_same, err));
    TRY(check(row, &found, n_same, err));
    TRY(store_put_attempt(store, found.trial, &begin, &attempt, err));
    TRY(store_put_result(store, found.trial, attempt, &finish, &end, err));
    return ERR_NONE;
fail:
    return err_wrap(err, "%s:%" PRId64, who->path, row->line);
}

/* How many came from where, as the newest fact of its name. */
static ErrCode put_import_fact(Store *store, const ResultTable *table, const StoreImporter *who,
                               Err *err)
{
    Text text = {0};
    text_printf(&text, "source: import; %zu trial%s from '%s'", table->n, text_plural(table->n),
                file_name(who->path));
    const StoreFact fact = {.name = STORE_IMPORT,
                            .value = {(double)table->n, (double)NAN, (double)NAN},
                            .text = text_string(&text)};
    TRY(text_ok(&text, err));
    TRY(store_put_newest_fact(store, &fact, err));
fail:
    text_release(&text);
    return err->code;
}

ErrCode store_import(Store *store, const ResultTable *table, const StoreImporter *who, Err *err)
{
    TRY(db_begin_write(&store->db, err));
    TRY(store_put_run(store, who->command, who->host, who->pid, err));
    TRY(begin_finding(store, err));
    for (size_t i = 0; i < table->n; i++)
        TRY(put_row(store, &table->rows[i], who, err));
    TRY(end_finding(store, err));
    TRY(put_import_fact(store, table, who, err));
    TRY(db_commit(&store->db, err));
    return ERR_NONE;
fail:
    db_rollback(&store->db);
    return err->code;
}
