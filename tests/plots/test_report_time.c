/* Time, predicted and measured: what of a store counts, and what is said of it. */
#include "base/text.h"
#include "plots/report_cells.h"
#include "plots/report_time.h"
#include "tests/results/fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* One attempt of a trial, done in so many seconds; predicted: of one thread, 0 for none; had: of
 * processors, 0: not known. */
static void run_sharing(Store *store, int64_t trial, int threads, double seconds, double predicted,
                        double had)
{
    const StoreAttempt begin = {.threads = threads, .pid = 1};
    const StoreFinish finish = {.outcome = STORE_DONE,
                                .first_bad_step = -1,
                                .seconds = seconds,
                                .processor_s = had,
                                .predicted_s = predicted,
                                .predicted_low_s = 0.8 * predicted,
                                .predicted_high_s = 1.25 * predicted};
    int64_t attempt = 0;
    Err err = {0};
    if (store_begin_attempt(store, trial, &begin, &attempt, &err) != ERR_NONE ||
        store_accept(store, trial, attempt, &finish, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
}

static void run_trial(Store *store, int64_t trial, int threads, double seconds, double predicted)
{
    run_sharing(store, trial, threads, seconds, predicted, 0.0);
}

static Store *planned_store(const char *name)
{
    static const Fixture planned = {.n_seeds = 2, .is_planned_only = true};
    Store *store = fixture_store(name, &planned);
    Err err = {0};
    if (store_begin_run(store, "isoflop run", "here", 1, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return store;
}

/*
 * Property: trials of one attempt with a prediction count, their time that of all their threads:
 * errors 10 %, 20 % and 50 %, of which the median is said and two lie in their interval.
 */
static void errors_are_told(void **state)
{
    (void)state;
    Store *store = planned_store("time.db");
    Arena arena = {0};
    Text page = {0};
    run_trial(store, 1, 1, 4.4, 4.0);
    run_trial(store, 2, 2, 2.4, 4.0);
    run_trial(store, 3, 1, 6.0, 4.0);
    run_trial(store, 4, 1, 9.0, 0.0);
    report_time(&page, store, &arena);
    const char *text = text_string(&page);
    assert_non_null(strstr(text, "Over 3 trials the median error of the prediction is 20 %; 2 took "
                                 "a time within their 90 % interval."));
    assert_non_null(strstr(text, "Predicted in all: 12 s of one thread, measured: 15 s."));
    assert_non_null(strstr(text, "4 (3.2 to 5)"));
    assert_non_null(strstr(text, "<section"));
    assert_non_null(strstr(text, "</section>"));
    text_release(&page);
    arena_release(&arena);
    store_close(&store);
}

enum { MANY = REPORT_MOST_ROWS + 1 }; /* networks */

/* A trial of each of many networks. */
static void plan_many(Store *store, Arena *arena)
{
    StoreNetwork *networks = arena_zalloc(arena, MANY, sizeof *networks);
    StorePlanned *trials = arena_zalloc(arena, MANY, sizeof *trials);
    Err err = {0};
    assert_true(networks != NULL && trials != NULL);
    for (int i = 0; i < MANY; i++) {
        const char *digest = arena_printf(arena, "%032d", i);
        networks[i] = (StoreNetwork){digest, "net", digest, 32, 1, 1, 1};
        trials[i] = (StorePlanned){digest, digest, 1, 1};
    }
    const StorePlan plan = {.study = {.name = "s",
                                      .question = "",
                                      .baseline = "b",
                                      .data_name = "d",
                                      .data_digest = "0",
                                      .classes = 10,
                                      .n_train = 1,
                                      .n_val = 1,
                                      .n_test = 1,
                                      .arithmetic = 1},
                            .revision = {.yaml = "",
                                         .digest = "d",
                                         .objective = "acc",
                                         .baseline_macs = 1,
                                         .fairness_tolerance = 0.05,
                                         .epochs = 1,
                                         .recipe = "r"},
                            .networks = networks,
                            .n_networks = MANY,
                            .trials = trials,
                            .n_trials = MANY};
    if (store_put_plan(store, &plan, &err) != ERR_NONE ||
        store_begin_run(store, "isoflop run", "here", 1, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
}

/*
 * Property: trials that had half of their time a processor were not alone, and their prediction is
 * judged by what they had, too; nothing is called shared where they had it nearly always.
 */
static void sharing_is_told(void **state)
{
    (void)state;
    static const char *const told[] = {
        "The machine was shared: in the median a trial had a processor for 50 % of its time; by "
        "processor time alone the median error is 10 %.",
        "measured: 8.8 s. In the median a trial had a processor for 95 % of its time;"};
    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        Store *store = planned_store(i ? "alone.db" : "shared.db");
        Arena arena = {0};
        Text page = {0};
        run_sharing(store, 1, 1, i ? 4.4 : 8.8, 4.0, i ? 4.18 : 4.4);
        run_sharing(store, 2, 2, i ? 2.2 : 4.4, 4.0, i ? 4.18 : 4.4);
        report_time(&page, store, &arena);
        if (strstr(text_string(&page), told[i]) == NULL)
            fail_msg("'%s' is not in %s", told[i], text_string(&page));
        assert_true((strstr(text_string(&page), "shared") != NULL) == (i == 0));
        text_release(&page);
        arena_release(&arena);
        store_close(&store);
    }
}

/* Property: the table ends where a page would no longer open, and says so; all trials count. */
static void table_ends(void **state)
{
    (void)state;
    Arena arena = {0};
    Text page = {0};
    Store *store = NULL;
    Err err = {0};
    if (store_open(&store, fixture_path("many.db"), &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    plan_many(store, &arena);
    for (int i = 0; i < MANY; i++)
        run_trial(store, i + 1, 1, 4.4, 4.0);
    report_time(&page, store, &arena);
    size_t n_rows = 0;
    for (const char *at = text_string(&page); (at = strstr(at, "<tr><td")) != NULL; at++)
        n_rows++;
    assert_int_equal(n_rows, REPORT_MOST_ROWS);
    assert_non_null(strstr(text_string(&page), "Over 1001 trials"));
    assert_non_null(strstr(text_string(&page), "The first 1000 of 1001 rows."));
    text_release(&page);
    arena_release(&arena);
    store_close(&store);
}

/* Property: without predictions, as in stores of before, there is no section. */
static void older_stores_have_none(void **state)
{
    (void)state;
    Store *store = planned_store("before.db");
    Arena arena = {0};
    Text page = {0};
    run_trial(store, 1, 1, 4.4, 0.0);
    report_time(&page, store, &arena);
    assert_int_equal(page.n_bytes, 0);
    arena_release(&arena);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_told), cmocka_unit_test(sharing_is_told),
        cmocka_unit_test(table_ends), cmocka_unit_test(older_stores_have_none)};
    return cmocka_run_group_tests(tests, NULL, fixture_teardown);
}
