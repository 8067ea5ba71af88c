/* tests/results/test_under_way.c: what runs, by the first point that asks for it, and the work. */
#include "tests/results/fixture.h"

#include "results/store_internal.h"
#include "results/under_way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { FAILED = 4, SECONDS = 2 };

static Store *store;
static Arena arena;

static void ok(ErrCode code, const Err *err)
{
    if (code != ERR_NONE)
        fail_msg("%s", err->msg);
}

/* Of all trials 1 and 2 are running, one in its second epoch, 3 is done, and 4 has failed. */
static int begin(void **state)
{
    (void)state;
    Err err = {0};
    int64_t attempt = 0;
    const Fixture planned = {.n_seeds = 2, .is_planned_only = true};
    const StoreAttempt begun = {.environment = {.version = "1", .host = "here"}, .threads = 1};
    const StoreAttemptEnd exited = {.reason = "exited", .is_counted = true};
    const Epoch epoch = {.epoch = 1, .train_loss = 2, .val_top1 = 12.5, .seconds = SECONDS};
    ok(store_open(&store, fixture_path("study.db"), &err), &err);
    ok(fixture_fill(store, &planned, &err), &err);
    ok(store_begin_run(store, "isoflop run", "here", 1, &err), &err);
    ok(store_begin_attempt(store, 1, &begun, &attempt, &err), &err);
    ok(store_begin_attempt(store, 2, &begun, &attempt, &err), &err);
    ok(store_put_epoch(store, 2, attempt, &epoch, &err), &err);
    ok(fixture_run_trial(store, 3, 50, &err), &err);
    for (int i = 0; i < STORE_ATTEMPTS; i++) {
        ok(store_begin_attempt(store, FAILED, &begun, &attempt, &err), &err);
        ok(store_end_attempt(store, FAILED, attempt, &exited, &err), &err);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    return fixture_end(&store, &arena);
}

/* The plan's first point that asks for a trial. */
static const StorePoint *first_point(const StoreResults *results, const StoreTrial *trial)
{
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *point = &results->points[i].point;
        if (point->trial_digest != NULL && strcmp(point->trial_digest, trial->digest) == 0)
            return point;
    }
    fail_msg("no point asks for trial %d", (int)trial->number);
    return NULL;
}

static void what_runs_is_told(void **state)
{
    (void)state;
    Err err = {0};
    UnderWay now;
    StoreResults results;
    StoreTrials trials;
    ok(under_way_read(store, &arena, &now, &err), &err);
    ok(store_points(store, &arena, &results, &err), &err);
    ok(store_trials(store, &arena, &trials, &err), &err);
    assert_int_equal(now.n_trials, 2);
    double all = 0, left = 0, longest = 0;
    for (size_t i = 0; i < trials.n; i++) {
        const StoreTrial *trial = &trials.items[i];
        const double work = (double)trial->macs * (double)trial->epochs;
        const bool is_left = trial->number != 3 && trial->number != FAILED;
        all += work;
        left += is_left ? work : 0;
        longest = is_left && work > longest ? work : longest;
    }
    assert_true(now.all == all && now.left == left && now.longest == longest);
    for (size_t i = 0; i < now.n_trials; i++) {
        const UnderWayTrial *trial = &now.trials[i];
        const StorePoint *point = first_point(&results, &trials.items[i]);
        assert_int_equal(trial->trial, i + 1);
        assert_int_equal(trial->epoch, i);
        assert_true(trial->seconds == (double)(SECONDS * i));
        assert_true(trial->macs == (double)trials.items[i].macs);
        assert_string_equal(trial->point.figure, point->figure);
        assert_string_equal(trial->point.series, point->series);
        assert_memory_equal(trial->point.nominal, point->nominal, sizeof(point->nominal));
    }
}

/* Nothing is left out of the work without a word. */
static void a_lost_network_is_an_error(void **state)
{
    (void)state;
    Err err = {0};
    UnderWay now;
    ok(db_exec(&store->db,
               "PRAGMA foreign_keys = OFF; "
               "DELETE FROM network WHERE digest = (SELECT network FROM planned WHERE id = 9)",
               &err),
       &err);
    assert_int_equal(under_way_read(store, &arena, &now, &err), ERR_DATA);
    assert_non_null(strstr(err.msg, "has no network"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_runs_is_told),
        cmocka_unit_test(a_lost_network_is_an_error),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
