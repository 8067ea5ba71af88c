/*
 * A study of a hundred thousand trials is read in time: whatever reads a store to answer steps
 * through each table a few times at most, and what tells of one trial only through small ones.
 *
 * SQLite counts the steps of full scans and of indices that it had to make for a query. A table
 * scanned for each row of another takes as many steps as their product.
 */
#include "tests/results/fixture.h"

#include "base/sys.h"
#include "plots/report.h"
#include "results/store_internal.h"
#include "results/store_trust.h"
#include "results/trial_facts.h"
#include "results/under_way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Trials, and epochs, outnumber points: steps through them are told from steps through points. */
enum { N_SEEDS = 12, TIMES = 4, TIMES_IN_REPORT = 160, N_RUNNING = 3 };

static Store *store;
static Arena arena;
static int64_t n_steps;

static int count_steps(unsigned kind, void *user, void *statement, void *nanoseconds)
{
    (void)kind;
    (void)user;
    (void)nanoseconds;
    n_steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0) +
               sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_AUTOINDEX, 0);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    Err err = {0};
    const Fixture many = {.n_seeds = N_SEEDS, .noise = 0.5};
    if (store_open(&store, fixture_path("study.db"), &err) != ERR_NONE ||
        fixture_fill(store, &many, &err) != ERR_NONE)
        return -1;
    sqlite3_trace_v2(store->db.handle, SQLITE_TRACE_PROFILE, count_steps, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    return fixture_end(&store, &arena);
}

static int64_t count(const char *sql)
{
    Err err = {0};
    int64_t n = 0;
    assert_int_equal(db_scalar(&store->db, sql, NULL, 0, 0, &n, &err), ERR_NONE);
    n_steps = 0;
    return n;
}

static ErrCode see_trial(void *user, const StoreTrial *trial, Err *err)
{
    (void)user;
    (void)trial;
    (void)err;
    return ERR_NONE;
}

/* The control, and the measure's own proof: without its key each trial is looked for among all. */
static void a_scan_for_each_row_is_seen(void **state)
{
    (void)state;
    const int64_t n_trials = count("SELECT count(*) FROM planned");
    assert_true(n_trials > TIMES * TIMES);
    Err err = {0};
    int64_t n = 0;
    n_steps = 0;
    assert_int_equal(db_scalar(&store->db,
                               "SELECT sum((SELECT count(*) FROM finished b WHERE +b.attempt = "
                               "+a.study)) FROM planned a",
                               NULL, 0, 0, &n, &err),
                     ERR_NONE);
    assert_true(n_steps > TIMES * n_trials);
}

static void one_trial_needs_no_scan_of_trials(void **state)
{
    (void)state;
    Err err = {0};
    TrialFacts facts[TRIAL_FACTS_SECTIONS];
    const int64_t n_points = count("SELECT count(*) FROM point");
    assert_int_equal(store_trust_trial(store, 2, &err), ERR_NONE);
    assert_int_equal(trial_facts_read(store, 2, &arena, facts, &err), ERR_NONE);
    assert_true(n_steps < TIMES * n_points);
    assert_true(n_steps < count("SELECT count(*) FROM planned"));
}

static void many_trials_are_read_a_few_times(void **state)
{
    (void)state;
    Err err = {0};
    StoreStanding standing;
    StoreResults results;
    UnderWay now;
    int n_missing = 0;
    const ReportOptions options = {.folder = fixture_folder(), .version = "1"};
    const int64_t n_trials = count("SELECT count(*) FROM planned");
    assert_int_equal(store_standing(store, &standing, &err), ERR_NONE);
    assert_int_equal(under_way_read(store, &arena, &now, &err), ERR_NONE);
    assert_true(n_steps < TIMES * n_trials);
    n_steps = 0;
    assert_int_equal(store_each_trial(store, see_trial, NULL, &err), ERR_NONE);
    assert_true(n_steps < TIMES * n_trials);
    n_steps = 0;
    assert_int_equal(store_results(store, &arena, &results, &err), ERR_NONE);
    assert_true(n_steps < TIMES * n_trials);
    n_steps = 0;
    assert_int_equal(report_write(store, &options, &n_missing, &err), ERR_NONE);
    assert_true(n_steps < TIMES_IN_REPORT * n_trials);
}

/* Pages that were asked for since the last call: a step of a scan asks for next to none, a look
 * into an index or for a key for some. */
static int64_t count_pages(Store *from)
{
    int64_t n = 0;
    for (int op = SQLITE_DBSTATUS_CACHE_HIT; op <= SQLITE_DBSTATUS_CACHE_MISS; op++) {
        int n_now = 0, n_most = 0;
        assert_int_equal(sqlite3_db_status(from->db.handle, op, &n_now, &n_most, 1), SQLITE_OK);
        n += n_now;
    }
    return n;
}

/* A store of which three trials are running and the others done. */
static Store *open_held(void)
{
    Err err = {0};
    Store *held = NULL;
    int64_t attempt = 0;
    const Fixture planned = {.n_seeds = N_SEEDS, .is_planned_only = true};
    const StoreAttempt begun = {.environment = {.version = "1", .host = "here"}, .threads = 1};
    const int64_t n_trials = count("SELECT count(*) FROM planned");
    assert_int_equal(store_open(&held, fixture_path("held.db"), &err), ERR_NONE);
    assert_int_equal(fixture_fill(held, &planned, &err), ERR_NONE);
    assert_int_equal(store_begin_run(held, "isoflop run", "here", 1, &err), ERR_NONE);
    for (int64_t trial = 1; trial <= n_trials; trial++)
        if (trial <= N_RUNNING)
            assert_int_equal(store_begin_attempt(held, trial, &begun, &attempt, &err), ERR_NONE);
        else
            assert_int_equal(fixture_run_trial(held, trial, 50, &err), ERR_NONE);
    sqlite3_trace_v2(held->db.handle, SQLITE_TRACE_PROFILE, count_steps, NULL);
    return held;
}

/* What is said of a run that holds the store: no trial is looked for in indices of its table. */
static void a_run_is_told_of_by_a_few_pages_a_trial(void **state)
{
    (void)state;
    Err err = {0};
    UnderWay now;
    const int64_t trials[N_RUNNING] = {1, 2, 3}, n_trials = count("SELECT count(*) FROM planned");
    Store *held = open_held();
    (void)count_pages(held);
    n_steps = 0;
    assert_int_equal(under_way_read(held, &arena, &now, &err), ERR_NONE);
    assert_int_equal(store_trust_running(held, trials, N_RUNNING, &err), ERR_NONE);
    assert_int_equal(now.n_trials, N_RUNNING);
    assert_true(count_pages(held) < TIMES * n_trials);
    assert_true(n_steps < TIMES * n_trials);
    store_close(&held);
}

static void each_export_is_one_scan(void **state)
{
    (void)state;
    static const char *const queries[] = {"SELECT * FROM trial", "SELECT * FROM result",
                                          "SELECT * FROM measured", "SELECT * FROM current_point"};
    const int64_t n_trials = count("SELECT count(*) FROM planned");
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        Err err = {0};
        StoreTable table;
        n_steps = 0;
        assert_int_equal(store_query(store, queries[i], NULL, &arena, &table, &err), ERR_NONE);
        assert_true(n_steps < TIMES * n_trials);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scan_for_each_row_is_seen),
        cmocka_unit_test(one_trial_needs_no_scan_of_trials),
        cmocka_unit_test(many_trials_are_read_a_few_times),
        cmocka_unit_test(a_run_is_told_of_by_a_few_pages_a_trial),
        cmocka_unit_test(each_export_is_one_scan),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
