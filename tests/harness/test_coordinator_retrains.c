/*
 * tests/harness/test_coordinator_retrains.c: search, retrain, grid and family in one study are one
 * store, whatever the workers and kills; the choice is made on seeds that the search has not seen.
 */
#include "tests/harness/micro.h"

#include "base/file.h"
#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

/* The parts, with the seeds of the retrain. */
#define PARTS(own)                                                                                 \
    "parts=[search: {id: nas, space: toy.yaml, figure: frontier, strategy: local, screen: "        \
    "{epochs: 1}, objective: {target: 1.2, tolerance: 0.3}, budget: {trainings: 5}}, "             \
    "retrain: {id: base, from: nas, top: 2, seeds: " own "}, "                                     \
    "grid: {id: abg, baseline: base, step: 1, also: [[1.2, 1.1, 1.15]]}, "                         \
    "family: {baseline: base, constants: abg, phi: [0, 1]}]"
#define NETWORKS "--set", "network.resolution=16", "--set", "data.train=32"

static const char *const arguments[] = {NETWORKS, "--set", PARTS("2"), NULL};

static Text expected; /* what the undisturbed run left */

/* Rows of the retrain: of every kind of series, trials of the fresh seeds. */
#define RETRAINED "SELECT * FROM measured WHERE part = 'retrain' AND status = 'done'"

/*
 * Two networks found, random's best and the baseline are trained with two fresh seeds each; the
 * best of the two by validation is what the grid and the family scale; no other point shows these
 * seeds, and none of the retrain's the search's.
 */
static void what_was_found_is_trained_anew(void **state)
{
    (void)state;
    char *out = micro_path("anew");
    Text said = {0};
    const int status = micro_run(out, arguments, &said);
    if (status != 0)
        fail_msg("%s", text_string(&said));
    micro_assert_said(&said, "base is decided: ");
    micro_dump(out, &expected);
    assert_int_equal(micro_count(out, RETRAINED), 4 * 2);
    assert_int_equal(micro_count(out, RETRAINED " AND seed NOT IN (1001, 1002)"), 0);
    assert_int_equal(
        micro_count(out, "SELECT * FROM measured WHERE part <> 'retrain' AND seed > 1000"), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM own_seed WHERE part = 'retrain'"), 2);
    assert_int_equal(
        micro_count(out, "WITH mean AS (SELECT series, network, avg(val_top1) AS val FROM measured "
                         "WHERE part = 'retrain' AND series LIKE 'found %' GROUP BY series) SELECT "
                         "* FROM fact f JOIN mean m ON m.network = f.network WHERE f.name = "
                         "'base/winner' AND m.val = (SELECT max(val) FROM mean) AND f.value_1 = "
                         "m.val AND m.series = 'found ' || CAST(f.value_3 AS INTEGER)"),
        1);
    assert_int_equal(
        micro_count(out, "SELECT * FROM current_point p JOIN fact f ON f.network = p.network WHERE "
                         "f.name = 'base/winner' AND p.part = 'family' AND p.x = 0"),
        1);
    assert_int_equal(
        micro_count(out, "SELECT * FROM decision WHERE part LIKE 'base:%' AND kind = 'end'"), 1);
    assert_int_equal(micro_run(out, arguments, NULL), 0);
    Text again = {0};
    micro_dump(out, &again);
    assert_string_equal(text_string(&again), text_string(&expected));
    text_release(&again);
    text_release(&said);
    mem_free(out);
}

/*
 * Seeds that the retrain had once stay its own: a study that takes one of them afterwards would
 * train what no point shows, so it is refused and nothing is changed.
 */
static void a_kept_seed_is_refused(void **state)
{
    (void)state;
    static const char *const taken[] = {NETWORKS,  "--set",  PARTS("[2001, 2002]"),
                                        "--seeds", "1,1001", NULL};
    char *out = micro_path("anew");
    Text said = {0}, after = {0};
    assert_int_equal(micro_run(out, taken, &said), 2);
    micro_assert_said(&said, "seed 1001 was kept to itself by part 'retrain'");
    micro_dump(out, &after);
    assert_string_equal(text_string(&after), text_string(&expected));
    text_release(&after);
    text_release(&said);
    mem_free(out);
}

/* A coordinator that is killed at any time, with other numbers of workers, goes on to the same. */
static void kills_change_nothing(void **state)
{
    (void)state;
    enum { N_KILLS = 8, APART_MS = 300 };
    char *out = micro_path("killed");
    micro_kill_often(out, arguments, arguments, N_KILLS, APART_MS);
    micro_end_as(out, arguments, &expected);
    mem_free(out);
}

static int tear_down(void **state)
{
    text_release(&expected);
    return micro_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_found_is_trained_anew),
        cmocka_unit_test(a_kept_seed_is_refused),
        cmocka_unit_test(kills_change_nothing),
    };
    return cmocka_run_group_tests(tests, micro_setup_space, tear_down);
}
