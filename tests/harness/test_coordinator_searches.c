/*
 * tests/harness/test_coordinator_searches.c: a search in a study is one log and one store, whatever
 * the workers, their timing, and kills; what follows is built on what it found.
 */
#include "tests/harness/micro.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "harness/coordinator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Three searchers of two screened and plain strategies; what is behind the budget varies. */
#define SEARCH(budget)                                                                             \
    "parts=[search: {id: nas, space: toy.yaml, figure: frontier, strategy: tpe, options: "         \
    "{random: 2}, screen: {epochs: 1}, rivals: [local, random], objective: {target: 1.2, "         \
    "tolerance: 0.3}, budget: {trainings: " budget "}, virtual_workers: 3}, "                      \
    "curves: {baseline: nas, width: [1.1], depth: [], resolution: []}]"

#define SMALL "--set", "network.resolution=16", "--set", "data.train=32"

static Text expected; /* what the undisturbed run left */

static void assert_expected(const char *out)
{
    Text text = {0};
    micro_dump(out, &text);
    assert_string_equal(text_string(&text), text_string(&expected));
    text_release(&text);
}

/*
 * Networks are asked for, trained and followed by what is built on the winner; the ledgers stay
 * within the budget, and hold all that was trained. The same run again adds nothing.
 */
static void a_search_is_run(void **state)
{
    (void)state;
    static const char *const arguments[] = {SMALL, "--jobs", "1", "--set", SEARCH("3"), NULL};
    char *out = micro_path("searched");
    Text said = {0};
    assert_int_equal(micro_run(out, arguments, &said), 0);
    micro_assert_said(&said, "nas is decided: tpe+screen found toy-");
    micro_dump(out, &expected);
    assert_int_equal(micro_count(out, "SELECT * FROM decision WHERE kind = 'end'"), 3);
    assert_int_equal(micro_count(out, "SELECT * FROM fact WHERE name LIKE 'nas/%'"), 7);
    assert_int_equal(micro_count(out, "SELECT * FROM fact WHERE name LIKE 'nas/%/ledger' AND "
                                      "value_1 <= 3 * 1.2 * (SELECT baseline_macs FROM revision) * "
                                      "(2 * (3 * 32 + 20) + 2 * 20)"),
                     3);
    assert_int_equal(micro_count(out, "SELECT * FROM measured WHERE part = 'nas' AND (status <> "
                                      "'done' OR ratio NOT BETWEEN 0.7 AND 1)"),
                     0);
    assert_int_equal(micro_count(out, "SELECT * FROM measured WHERE series = 'width' AND status = "
                                      "'done'"),
                     1);
    assert_int_equal(micro_run(out, arguments, NULL), 0);
    assert_expected(out);
    text_release(&said);
    mem_free(out);
}

/* Two, three and eight workers, and workers that are slow at random: the same log and store. */
static void workers_and_timing_change_nothing(void **state)
{
    (void)state;
    static const char script[] = LAUNCHER_BEGIN "sleep 0.$((trial * 7919 % 5))\n" LAUNCHER_END;
    static const char *const jobs[] = {"2", "3", "8", "3"};
    Text launcher = {0};
    char *path = micro_launcher("slow.sh", script, &launcher);
    for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
        char name[16];
        const bool is_slow = i + 1 == ARRAY_LEN(jobs);
        snprintf(name, sizeof name, "jobs-%zu", i);
        char *out = micro_path(name);
        const char *const arguments[] = {SMALL,
                                         "--jobs",
                                         jobs[i],
                                         "--set",
                                         SEARCH("3"),
                                         is_slow ? "--launcher" : NULL,
                                         text_string(&launcher),
                                         NULL};
        assert_int_equal(micro_run(out, arguments, NULL), 0);
        assert_expected(out);
        mem_free(out);
    }
    text_release(&launcher);
    mem_free(path);
}

/* A coordinator that is killed at any time goes on with the same log. */
static void kills_change_nothing(void **state)
{
    (void)state;
    enum { N_KILLS = 6, APART_MS = 200 };
    static const char *const arguments[] = {SMALL, "--set", SEARCH("3"), NULL};
    char *out = micro_path("killed");
    micro_kill_often(out, arguments, arguments, N_KILLS, APART_MS);
    assert_int_equal(micro_run(out, arguments, NULL), 0);
    assert_expected(out);
    mem_free(out);
}

/*
 * Memory that fails while a search is replayed is told, and leaves what is stored as it is. Every
 * allocation would take long: one in so many, ever farther apart.
 */
static void failing_allocations_change_nothing(void **state)
{
    (void)state;
    static const char *const sets[] = {"network.resolution=16", "data.train=32", SEARCH("3")};
    char *out = micro_path("searched");
    const RunSettings settings = {.out = out, .jobs = 1, .program = ISOFLOP_BINARY};
    const RunCallbacks callbacks = {0};
    bool fired = true;
    int n_told = 0;
    for (long k = 1; fired; k += 1 + k / 4) {
        Study *study = NULL;
        RunReport report;
        Err err = {0};
        assert_int_equal(study_load(&study, micro.study_path, sets, ARRAY_LEN(sets), &err),
                         ERR_NONE);
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = coordinator_run(study, &settings, &callbacks, &report, &err);
        fired = sysfault_fired();
        sysfault_clear();
        if (code != (fired ? ERR_MEMORY : ERR_NONE))
            fail_msg("allocation %ld: %s", k, err.msg);
        n_told += fired;
        study_destroy(&study);
        assert_expected(out);
    }
    assert_true(n_told > 20);
    mem_free(out);
}

/*
 * A network that fails costs nothing and another one is asked for; begun again and trained, it
 * makes the search another one, in a log of the next number. The second trial fails.
 */
static void failures_are_made_up_for(void **state)
{
    (void)state;
    static const char script[] = LAUNCHER_BEGIN "[ $trial != 2 ] || " LAUNCHER_FAILS LAUNCHER_END;
    Text launcher = {0};
    char *path = micro_launcher("fails.sh", script, &launcher), *out = micro_path("fails");
    const char *const failing[] = {
        SMALL, "--jobs", "2", "--set", SEARCH("3"), "--launcher", text_string(&launcher), NULL};
    static const char *const retried[] = {SMALL, "--retry-failed", "--set", SEARCH("3"), NULL};
    static const char spent[] = "SELECT * FROM fact WHERE name = 'nas/tpe+screen/ledger' AND "
                                "value_2 + value_3 = (SELECT count(*) FROM decision WHERE part "
                                "LIKE 'nas/tpe+screen:%' AND outcome = 'done')";
    assert_int_equal(micro_run(out, failing, NULL), 3);
    assert_true(micro_count(out, "SELECT * FROM decision WHERE outcome = 'failed'") >= 1);
    assert_int_equal(micro_count(out, "SELECT * FROM decision WHERE kind = 'end'"), 3);
    assert_int_equal(micro_count(out, spent), 1);
    assert_int_equal(micro_run(out, retried, NULL), 0);
    assert_true(micro_count(out, "SELECT * FROM decision WHERE part LIKE 'nas/%.2' AND kind = "
                                 "'end'") >= 1);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE is_listed AND status <> 'done'"),
                     0);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

/*
 * With a larger budget a search is another one, whose beginning is the same: only what is new is
 * trained, and the old log stays.
 */
static void a_larger_budget_goes_on(void **state)
{
    (void)state;
    static const char *const arguments[] = {SMALL, "--set", SEARCH("4"), NULL};
    static const char earlier[] = "SELECT * FROM attempt";
    char *out = micro_path("searched");
    const size_t n_before = micro_count(out, earlier);
    assert_int_equal(micro_run(out, arguments, NULL), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM decision WHERE kind = 'end'"), 6);
    assert_true(micro_count(out, earlier) > n_before);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt WHERE number > 1"), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM decision a JOIN decision b ON a.number = "
                                      "b.number AND a.part LIKE 'nas/random:%' AND b.part LIKE "
                                      "'nas/random:%' AND a.part <> b.part AND a.number <= 3 AND "
                                      "a.genes IS NOT b.genes"),
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_is_run),
        cmocka_unit_test(workers_and_timing_change_nothing),
        cmocka_unit_test(kills_change_nothing),
        cmocka_unit_test(failing_allocations_change_nothing),
        cmocka_unit_test(failures_are_made_up_for),
        cmocka_unit_test(a_larger_budget_goes_on),
    };
    return cmocka_run_group_tests(tests, micro_setup_space, tear_down);
}
