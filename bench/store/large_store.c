/*
 * bench/store/large_store.c: makes the store of a large study, with true seals and digests.
 *
 *     large_store FILE.db [TRIALS [EPOCHS]]     100,000 trials of 20 epochs each
 *
 * Five seeds a network; most networks are a grid's, the first ones are curves and strategies. One
 * grid point in ten builds its neighbour's network. A few trials diverged, failed or are pending.
 * Accuracies are made up by a formula of numbers, so that the same call makes the same answers.
 */
#include "results/trial_digest.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SEEDS = 5, N_TRIALS = 100000, N_EPOCHS = 20 };

static const char study_yaml[] =
    "study: large\n"
    "baseline: proxy-b0\n"
    "data: {name: polytex}\n"
    "seeds: [1, 2, 3, 4, 5]\n"
    "objective: {form: soft, w: -0.07, target: 2.0}\n"
    "parts:\n"
    "  - grid: {step: 0.2, product: 2.0, tolerance: 0.05, match: counted}\n";

/* A table and the rows that it gets, sealed; ?1 is the number of networks, ?2 that of epochs. */
typedef struct Filling {
    const char *table, *rows;
} Filling;

/* Networks 1 to 30 are curves, 31 to 38 strategies at two targets, the others the grid's. */
static const Filling fillings[] = {
    {"study",
     "SELECT 1, 'large', 'proxy-b0', 'polytex', seal('data') || seal('tada'), 10, 5000, 1000, "
     "2000, 1, 1, '2026-01-01T00:00:00.000Z'"},
    {"revision",
     "SELECT 1, 1, 'how large may a study be?', temp.text.yaml, seal('y') || seal('z'), "
     "'soft: ACC x (MACs/T)^-0.07', -0.07, 4000000, 2000000, 0.05, ?2, 'sgd', "
     "'2026-01-01T00:00:00.000Z' FROM temp.text"},
    {"network",
     "SELECT seal(k) || seal(-k), 'proxy-b0', 'name: proxy-b0 # ' || k || char(10) || "
     "hex(zeroblob(400)), 32 + k % 32, 20000 + k, 4000000 - 40000 + k * 7919 % 80000, 90000 + k "
     "FROM temp.k"},
    {"point",
     "SELECT i, CASE WHEN k <= 30 THEN 'curves' WHEN k <= 38 THEN 'compare' ELSE 'grid' END, "
     "CASE WHEN k <= 30 THEN 'fig3' WHEN k <= 38 THEN 'fig8' ELSE 'grid' END, "
     "CASE WHEN k > 38 THEN 'grid' WHEN k > 30 AND k % 4 = 3 THEN 'compound' "
     "WHEN k % 3 = 0 THEN 'width' WHEN k % 3 = 1 THEN 'depth' ELSE 'resolution' END, "
     "CASE WHEN k <= 30 THEN 'none' ELSE 'counted' END, "
     "1.0 + k % 100 / 100.0, 1.0 + k / 100 % 40 / 100.0, 1.0 + i / 4000 / 10.0, NULL, "
     "1.0 + k % 100 / 100.0, 1.0 + k / 100 % 40 / 100.0, 1.0 + k / 4000 / 10.0, 1.0, "
     "1.0 + k % 7 / 10.0, seal(k) || seal(-k), CASE WHEN i % 199 = 0 THEN NULL "
     "ELSE seal(k, 't') || seal(k, 'u') END, 32 + k % 32, "
     "CASE WHEN k <= 30 THEN 1000000 * k ELSE 4000000 - 40000 + k * 7919 % 80000 END, "
     "CASE WHEN k <= 30 THEN 0 WHEN k <= 38 THEN 4000000 * (1 + (k > 34)) ELSE 4000000 END, "
     "0.99 + k * 7919 % 80000 / 4000000.0, NULL, "
     "CASE WHEN k <= 30 THEN 'unmatched' WHEN i % 199 = 0 THEN 'unfair' ELSE 'fair' END, "
     "CASE WHEN i % 199 = 0 THEN 'nearest cost is 1.08 of the target' END FROM "
     "(SELECT k AS i, k FROM temp.k UNION ALL SELECT ?1 + k / 10, k FROM temp.k "
     "WHERE k % 10 = 0 AND k > 40)"},
    {"planned",
     "SELECT (k - 1) * 5 + s, 1, seal(k, 't') || seal(k, 'u'), seal(k) || seal(-k), s, ?2 "
     "FROM temp.k JOIN temp.s"},
    {"listed_point", "SELECT 1, row_number() OVER (ORDER BY id), id FROM point"},
    {"listed_trial", "SELECT 1, id FROM planned"},
    {"run", "SELECT 1, 'isoflop run large.yaml', 'host', 4711, '2026-01-01T00:00:00.000Z'"},
    {"environment",
     "SELECT 1, '1.0', 'c0ffee', 0, 'gcc', '-O2', 'generic', 'host', 'cpu', 'linux', 'libs'"},
    {"attempt", "SELECT id, s, 1, 1, 1, 4711, '2026-01-01T00:00:00.000Z' FROM planned JOIN temp.s "
                "WHERE s <= CASE WHEN id % 100 = 3 THEN 0 WHEN id % 500 = 13 THEN 3 ELSE 1 END"},
    {"attempt_end",
     "SELECT trial, number, CASE WHEN trial % 500 = 13 THEN 'exited' WHEN trial % 200 = 7 THEN "
     "'diverged' ELSE 'done' END, NULL, trial % 500 = 13, 1000, 900, 12.5, "
     "'2026-01-01T01:00:00.000Z' FROM attempt"},
    {"epoch",
     "SELECT trial, e, 2.3 / e, 2.4 / e, 30.0 + (trial * 7919 + e * 104729) % 60000 / 1000.0, "
     "0.05 / e, 1, 0.6, 1234.5 FROM attempt JOIN temp.e WHERE number = 1"},
    {"finished",
     "SELECT trial, CASE WHEN trial % 200 = 7 THEN 'diverged' ELSE 'done' END, "
     "CASE WHEN trial % 200 = 7 THEN NULL ELSE 40.0 + trial / 5 * 7919 % 50000 / 1000.0 + "
     "trial * 104729 % 3000 / 1000.0 END, CASE WHEN trial % 200 = 7 THEN NULL ELSE 1.25 END, "
     "CASE WHEN trial % 200 = 7 THEN NULL ELSE 39.0 + trial / 5 * 7919 % 50000 / 1000.0 + "
     "trial * 15485863 % 3000 / 1000.0 END, CASE WHEN trial % 200 = 7 THEN NULL ELSE 1.5 END, "
     "?2, 90.0, CASE WHEN trial % 200 = 7 THEN 17 END, 1, 12.5 FROM attempt "
     "WHERE trial % 500 <> 13 AND number = 1"},
    {"artifact",
     "SELECT trial, 'weights', printf('trials/%06d/a1/weights.safetensors', trial), 81234, "
     "seal(trial, 'w') || seal(trial, 'v') FROM finished WHERE outcome = 'done'"},
};

/* Runs one statement with the two numbers. */
static ErrCode execute(Db *db, const char *sql, int64_t n_networks, int64_t n_epochs, Err *err)
{
    DbQuery q = {0};
    const DbValue values[] = {db_int(n_networks), db_int(n_epochs)};
    const int n = strstr(sql, "?2") != NULL ? 2 : strstr(sql, "?1") != NULL;
    TRY(db_query(&q, db, sql, values, n, err));
    db_next(&q);
    return db_end(&q, err);
fail:
    return err->code;
}

/* Networks, seeds, epochs and the study's text as tables to select from. */
static ErrCode put_numbers(Db *db, int64_t n_networks, int64_t n_epochs, Err *err)
{
    DbQuery q = {0};
    const DbValue text = db_text(study_yaml);
    static const char million[] =
        "CREATE TEMP TABLE k AS WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n "
        "WHERE k < 1000000) SELECT k FROM n";
    static const char *const statements[] = {
        million,
        "DELETE FROM temp.k WHERE k > max(?1, ?2)",
        "CREATE TEMP TABLE s AS SELECT k AS s FROM temp.k LIMIT 5",
        "CREATE TEMP TABLE e AS SELECT k AS e FROM temp.k WHERE k BETWEEN 1 AND ?2",
        "DELETE FROM temp.k WHERE k > ?1",
        "CREATE TEMP TABLE text (yaml TEXT)"};
    for (size_t i = 0; i < ARRAY_LEN(statements); i++)
        TRY(execute(db, statements[i], n_networks, n_epochs, err));
    TRY(db_query(&q, db, "INSERT INTO temp.text VALUES (?1)", &text, 1, err));
    db_next(&q);
    return db_end(&q, err);
fail:
    return err->code;
}

/* The columns of a table but its seal. */
static ErrCode columns_of(Db *db, const char *table, Text *columns, Err *err)
{
    DbQuery q = {0};
    const DbValue name = db_text(table);
    TRY(db_query(&q, db, "SELECT name FROM pragma_table_info(?1) WHERE name <> 'seal' ORDER BY cid",
                 &name, 1, err));
    while (db_next(&q))
        text_printf(columns, "%s%s", columns->n_bytes ? ", " : "",
                    (const char *)sqlite3_column_text(q.statement, 0));
    TRY(db_end(&q, err));
    return text_ok(columns, err);
fail:
    return err->code;
}

static ErrCode fill(Db *db, const Filling *filling, int64_t n_networks, int64_t n_epochs, Err *err)
{
    Text columns = {0}, sql = {0};
    TRY(columns_of(db, filling->table, &columns, err));
    text_printf(&sql, "WITH r(%s) AS (%s) INSERT INTO %s SELECT *, seal(%s) FROM r",
                text_string(&columns), filling->rows, filling->table, text_string(&columns));
    TRY(text_ok(&sql, err));
    TRY(execute(db, text_string(&sql), n_networks, n_epochs, err));
fail:
    text_release(&columns);
    text_release(&sql);
    return err->code == ERR_NONE ? ERR_NONE : err_wrap(err, "filling '%s'", filling->table);
}

/* What every trial but the failed and the pending ones has. */
static ErrCode put_digests(Store *store, int64_t n_trials, Err *err)
{
    TrialDigester digester = {0};
    TRY(trial_digester_begin(&digester, store, err));
    for (int64_t trial = 1; trial <= n_trials; trial++) {
        char digest[HASH_HEX_BYTES];
        if (trial % 100 == 3 || trial % 500 == 13)
            continue;
        TRY(trial_digester_digest(&digester, trial, digest, err));
        const DbValue values[] = {db_int(trial), db_text(digest)};
        TRY(db_insert(&store->db, "trial_digest", "trial, digest", values, ARRAY_LEN(values), err));
    }
fail:
    trial_digester_end(&digester);
    return err->code;
}

static ErrCode make(const char *path, int64_t n_trials, int64_t n_epochs, Err *err)
{
    Store *store = NULL;
    const int64_t n_networks = n_trials / SEEDS;
    TRY(store_open(&store, path, err));
    TRY(db_begin_write(&store->db, err));
    TRY(put_numbers(&store->db, n_networks, n_epochs, err));
    for (size_t i = 0; i < ARRAY_LEN(fillings); i++)
        TRY(fill(&store->db, &fillings[i], n_networks, n_epochs, err));
    TRY(put_digests(store, n_networks * SEEDS, err));
    TRY(db_commit(&store->db, err));
fail:
    store_close(&store);
    return err->code;
}

int main(int n_args, char **args)
{
    int64_t n_trials = N_TRIALS, n_epochs = N_EPOCHS;
    Err err = {0};
    if (n_args < 2 || n_args > 4 || (n_args > 2 && !text_to_int64(args[2], &n_trials)) ||
        (n_args > 3 && !text_to_int64(args[3], &n_epochs))) {
        fputs("usage: large_store FILE.db [TRIALS [EPOCHS]]\n", stderr);
        return 2;
    }
    if (make(args[1], n_trials, n_epochs, &err) != ERR_NONE) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    return 0;
}
