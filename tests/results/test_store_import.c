/* store_import: results from elsewhere are done and sound, a table as a whole or not at all. */
#include "tests/results/fixture.h"

#include "base/sys.h"
#include "results/store_internal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const Fixture planned = {.n_seeds = 2, .is_planned_only = true};
static const StoreImporter who = {"isoflop import", "host", 1, "r.csv"};

static Store *store;
static StoreTrials trials;
static Arena arena;

#define ok(call)                                                                                   \
    do {                                                                                           \
        if ((call) != ERR_NONE)                                                                    \
            fail_msg("%s", err.msg);                                                               \
    } while (0)

static int set_up(void **state)
{
    (void)state;
    Err err = {0};
    return store_open(&store, fixture_path("import.db"), &err) != ERR_NONE ||
           fixture_fill(store, &planned, &err) != ERR_NONE ||
           store_trials(store, &arena, &trials, &err) != ERR_NONE;
}

static int tear_down(void **state)
{
    (void)state;
    return fixture_end(&store, &arena);
}

static ResultRow row_of(int64_t trial, double top1)
{
    return (ResultRow){.line = 2,
                       .trial = trial,
                       .network = "",
                       .seed = -1,
                       .epochs = FIXTURE_EPOCHS,
                       .val_top1 = top1,
                       .test_top1 = top1 - 1,
                       .val_loss = 1.5,
                       .test_loss = (double)NAN,
                       .note = "on a GPU"};
}

static int64_t count_done(void)
{
    Err err = {0};
    StoreStanding standing;
    ok(store_standing(store, &standing, &err));
    return standing.n_by_status[STORE_TRIAL_DONE];
}

/* Imported trials are done, their seeds say so, the fact does, and the store is sound. */
static void results_come_in(void **state)
{
    (void)state;
    Err err = {0};
    ResultRow rows[] = {row_of(1, 60), row_of(0, 50)};
    StoreDamage *damage = NULL;
    StoreResults results;
    StoreFact fact;
    size_t n = 0;
    bool is_there = false;
    rows[1].network = trials.items[3].network;
    rows[1].seed = trials.items[3].seed;
    const ResultTable table = {rows, 2};
    ok(store_import(store, &table, &who, &err));
    assert_int_equal(count_done(), 2);
    ok(store_trials(store, &arena, &trials, &err));
    assert_true(trials.items[0].val_top1 == 60 && trials.items[0].test_top1 == 59);
    assert_true(trials.items[3].val_top1 == 50);
    ok(store_results(store, &arena, &results, &err));
    for (size_t i = 0; i < results.n_points; i++)
        for (size_t s = 0; s < results.points[i].n_seeds; s++) {
            const StoreSeed *seed = &results.points[i].seeds[s];
            assert_int_equal(seed->is_imported, seed->trial == 1 || seed->trial == 4);
        }
    ok(store_fact(store, STORE_IMPORT, &arena, &fact, &is_there, &err));
    assert_true(is_there && fact.value[0] == 2);
    assert_string_equal(fact.text, "source: import; 2 trials from 'r.csv'");
    ok(store_check(store, &arena, &damage, &n, &err));
    assert_int_equal(n, 0);
}

/* One wrong row, behind a right one: the error names it, and nothing has changed. */
static void a_wrong_row_imports_nothing(void **state)
{
    (void)state;
    const int64_t n_before = count_done();
    ResultRow wrong[] = {row_of(1, 60), row_of(99999, 60), row_of(3, 60),
                         row_of(3, 60), row_of(3, 60),     row_of(0, 60)};
    static const char *const says[] = {"r.csv:2: trial 1 is done already",
                                       "there is no trial 99999 here",
                                       "trial 3 is to make 3 epochs, not 4",
                                       "trial 3 has seed",
                                       "trial 3 is of network",
                                       "no trial here is of network 'abc' and seed 1"};
    wrong[2].epochs = FIXTURE_EPOCHS + 1;
    wrong[3].seed = trials.items[2].seed + 1;
    wrong[4].network = wrong[5].network = "abc";
    wrong[5].seed = 1;
    for (size_t i = 0; i < ARRAY_LEN(says); i++) {
        Err err = {0};
        const ResultRow rows[] = {row_of(2, 55), wrong[i]};
        const ResultTable table = {rows, 2};
        assert_int_equal(store_import(store, &table, &who, &err), ERR_DATA);
        if (strstr(err.msg, says[i]) == NULL)
            fail_msg("'%s' does not say '%s'", err.msg, says[i]);
        assert_int_equal(count_done(), n_before);
    }
}

static int count_steps(unsigned kind, void *n_steps, void *statement, void *nanoseconds)
{
    (void)kind;
    (void)nanoseconds;
    *(int64_t *)n_steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0) +
                           sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_AUTOINDEX, 0);
    return 0;
}

/* A row finds its trial without a look at the others: steps grow as the trials do. */
static void many_rows_need_one_scan(void **state)
{
    (void)state;
    enum { N_SEEDS = 12, TIMES = 4 };
    Err err = {0};
    Store *large = NULL;
    StoreTrials all;
    int64_t n_steps = 0;
    const Fixture many = {.n_seeds = N_SEEDS, .is_planned_only = true};
    ok(store_open(&large, fixture_path("large.db"), &err));
    ok(fixture_fill(large, &many, &err));
    ok(store_trials(large, &arena, &all, &err));
    ResultRow *rows = arena_alloc(&arena, all.n, sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i < all.n; i++) { /* by number, or by network and seed */
        rows[i] = row_of(i % 2 ? all.items[i].number : 0, 60);
        rows[i].network = all.items[i].network;
        rows[i].seed = all.items[i].seed;
    }
    const ResultTable table = {rows, all.n};
    sqlite3_trace_v2(large->db.handle, SQLITE_TRACE_PROFILE, count_steps, &n_steps);
    ok(store_import(large, &table, &who, &err));
    assert_true(all.n > (size_t)(TIMES * TIMES));
    assert_in_range(n_steps, 1, TIMES * all.n);
    ok(store_import(large, &(ResultTable){0}, &who, &err)); /* nothing is left of the first */
    store_close(&large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(results_come_in),
                                       cmocka_unit_test(a_wrong_row_imports_nothing),
                                       cmocka_unit_test(many_rows_need_one_scan)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
