/*
 * tests/harness/test_run_tune.c: rates are chosen in a run by validation, at any number of jobs and
 * after kills the same, and what they serve is trained at them.
 */
#include "tests/harness/micro.h"

#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#define PARTS(on)                                                                                  \
    "parts=[tune: {lr: [0.25, 1, 4], on: " on "}, grid: {step: 1, also: [[1.2, 1.1, 1.15]]}, "     \
    "compare: {strategies: [width, compound], macs: [2]}]"

static const char *const each[] = {"--set", PARTS("each"), "--jobs", "2", NULL};
static Text expected; /* what the undisturbed run left */

/*
 * Each network's rate is that of its best candidate, its trials are made at it and, beside them, at
 * the recipe's; the judge's seeds are compare's alone; going on adds nothing.
 */
static void each_network_gets_its_rate(void **state)
{
    (void)state;
    char *out = micro_path("each");
    Text said = {0}, again = {0};
    if (micro_run(out, each, &said) != 0)
        fail_msg("%s", text_string(&said));
    micro_assert_said(&said, "a rate is chosen: proxy-b0-");
    micro_dump(out, &expected);
    /* A fact a network, its factor that of the largest validation accuracy, nearest to 1 of equals.
     */
    static const char best[] =
        "WITH c AS (SELECT network, x, avg(val_top1) AS val FROM measured WHERE part = 'tune' AND "
        "seed = 1 GROUP BY network, x), b AS (SELECT *, row_number() OVER (PARTITION BY network "
        "ORDER BY val DESC, max(x, 1 / x), x) AS rank FROM c) SELECT * FROM fact f JOIN b ON "
        "b.network = f.network AND b.rank = 1 AND b.x = f.value_1 AND b.val = f.value_3 WHERE "
        "f.name GLOB 'tune/*'";
    const size_t n = micro_count(out, "SELECT DISTINCT network FROM measured WHERE part = 'tune'");
    assert_true(n >= 2);
    assert_int_equal(micro_count(out, best), n);
    /* What is compared was trained at that rate in every epoch, its twin at the recipe's. */
    static const char pairs[] =
        "FROM measured m JOIN measured c ON c.part = 'common:' || m.part AND c.network = m.network "
        "AND c.seed = m.seed JOIN epoch e ON e.trial = m.trial JOIN epoch g ON g.trial = c.trial "
        "AND g.epoch = e.epoch JOIN fact f ON f.network = m.network AND f.name GLOB 'tune/*' WHERE "
        "m.part IN ('compare', 'grid')";
    char wrong[1024];
    snprintf(wrong, sizeof wrong, "SELECT * %s AND abs(e.lr - g.lr * f.value_1) > 1e-12", pairs);
    assert_int_equal(micro_count(out, wrong), 0);
    snprintf(wrong, sizeof wrong, "SELECT * %s AND g.lr > 0", pairs);
    assert_true(micro_count(out, wrong) > 0);
    static const char twins[] =
        "SELECT * FROM measured m WHERE m.part IN ('grid', 'compare') AND NOT EXISTS (SELECT 1 "
        "FROM measured c WHERE c.part = 'common:' || m.part AND c.network = m.network AND c.seed = "
        "m.seed AND c.status = 'done')";
    assert_int_equal(micro_count(out, twins), 0);
    assert_int_equal(
        micro_count(out, "SELECT * FROM measured WHERE part LIKE '%compare' AND seed < 2001"), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM fact WHERE name = 'tune/ledger' AND value_1 > "
                                      "0 AND number = 1"),
                     1);
    assert_int_equal(micro_run(out, each, NULL), 0);
    micro_dump(out, &again);
    assert_string_equal(text_string(&again), text_string(&expected));
    text_release(&again);
    text_release(&said);
    mem_free(out);
}

/* One job, and a coordinator that is killed again and again, come to the same. */
static void kills_and_jobs_change_nothing(void **state)
{
    (void)state;
    enum { N_KILLS = 6, APART_MS = 250 };
    static const char *const alone[] = {"--set", PARTS("each"), "--jobs", "1", NULL};
    char *out = micro_path("killed");
    micro_kill_often(out, alone, each, N_KILLS, APART_MS);
    micro_end_as(out, alone, &expected);
    mem_free(out);
}

/* On the baseline: three trainings, one rate, and all that follows has it; nothing is doubled. */
static void the_baseline_serves_all(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--set", PARTS("baseline"), NULL};
    char *out = micro_path("baseline");
    assert_int_equal(micro_run(out, arguments, NULL), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM fact WHERE name = 'tune/baseline'"), 1);
    assert_int_equal(micro_count(out, "SELECT * FROM measured WHERE part = 'tune'"), 3);
    assert_int_equal(micro_count(out, "SELECT * FROM point WHERE part LIKE 'common:%'"), 0);
    /* The first epoch's last rate is the schedule's at that step, times the factor, in all trials.
     */
    assert_int_equal(micro_count(out, "SELECT DISTINCT e.lr FROM measured m JOIN epoch e ON "
                                      "e.trial = m.trial WHERE m.part <> 'tune' AND e.epoch = 1"),
                     1);
    assert_int_equal(
        micro_count(out, "SELECT * FROM measured m JOIN epoch e ON e.trial = m.trial JOIN measured "
                         "t ON t.part = 'tune' JOIN epoch g ON g.trial = t.trial JOIN fact f ON "
                         "f.name = 'tune/baseline' AND f.value_1 = t.x WHERE m.part = 'grid' AND "
                         "e.epoch = 1 AND g.epoch = 1 AND e.lr <> g.lr"),
        0);
    mem_free(out);
}

static int tear_down(void **state)
{
    text_release(&expected);
    return micro_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_network_gets_its_rate),
                                       cmocka_unit_test(kills_and_jobs_change_nothing),
                                       cmocka_unit_test(the_baseline_serves_all)};
    return cmocka_run_group_tests(tests, micro_setup, tear_down);
}
