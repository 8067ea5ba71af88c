/* tests/harness/test_coordinator_decides.c: what a run decides as it goes, and what is built on it.
 */
#include "tests/harness/micro.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#define DECIDING_PARTS                                                                             \
    "parts=[grid: {step: 1, also: [[1.2, 1.1, 1.15]]}, "                                           \
    "compare: {strategies: [compound], macs: [3]}]"

/*
 * Constants are decided when all seeds of the grid are there. The same run again replays the log
 * and adds nothing. With a seed more they are decided anew, here otherwise: a new fact and a new
 * log, the old ones kept, and what was trained on the old constants is listed under a name of its
 * own, without the new seed. With fewer seeds again nothing is decided, for nothing went away.
 */
static void constants_are_decided_anew(void **state)
{
    (void)state;
    static const char *const one[] = {"--set", "seeds=[8]", "--set", DECIDING_PARTS, NULL};
    static const char *const two[] = {"--set", "seeds=[8, 2]", "--set", DECIDING_PARTS, NULL};
    static const char *const decided[] = {FACTS, DECISIONS, NULL};
    static const char first_values[] = "SELECT * FROM fact WHERE number = 1 AND value_1 = 2";
    static const char earlier[] =
        "SELECT * FROM measured WHERE series = 'earlier compound 2 1 1.0625' "
        "AND status = 'done' AND seed = 2001"; /* the judge beside 8 */
    char *out = micro_path("anew");
    Text first = {0}, again = {0}, last = {0}, said = {0};
    assert_int_equal(micro_run(out, one, &said), 0);
    micro_assert_said(&said, "grid is decided: a ray of alpha 2, beta 1, solved gamma 1");
    micro_dump_queries(out, decided, &first);
    assert_int_equal(micro_count(out, first_values), 1);
    assert_int_equal(micro_count(out, "SELECT * FROM decision"), 3);
    assert_int_equal(micro_run(out, one, NULL), 0);
    micro_dump_queries(out, decided, &again);
    assert_string_equal(text_string(&first), text_string(&again));
    text_clear(&said);
    assert_int_equal(micro_run(out, two, &said), 0);
    micro_assert_said(&said,
                      "grid is decided anew: a ray of alpha 1.2, beta 1.1, solved gamma 1.25; its "
                      "network is nominal 1.2 1.1 1.15, built 1.182 1.114 1.25: best of 2");
    assert_int_equal(micro_count(out, first_values), 1);
    assert_int_equal(micro_count(out, "SELECT * FROM fact WHERE number = 2 AND value_1 = 1.2"), 1);
    assert_int_equal(micro_count(out, "SELECT * FROM decision"), 6);
    assert_int_equal(micro_count(out, "SELECT * FROM measured WHERE series = 'compound' AND "
                                      "status = 'done'"),
                     2);
    assert_int_equal(micro_count(out, earlier), 1);
    assert_int_equal(
        micro_count(out, "SELECT * FROM trial WHERE status <> 'done' OR NOT is_listed"), 0);
    text_clear(&again);
    micro_dump_queries(out, decided, &again);
    assert_int_equal(micro_run(out, one, NULL), 0);
    micro_dump_queries(out, decided, &last);
    assert_string_equal(text_string(&again), text_string(&last));
    assert_int_equal(micro_count(out, earlier), 1);
    text_release(&first);
    text_release(&again);
    text_release(&last);
    text_release(&said);
    mem_free(out);
}

/*
 * A network of the grid that fails is heard of: the others are chosen from, exit 3. If none can be
 * trained, nothing is decided, and that is said with exit 1. The first trial fails.
 */
static void failures_reach_the_decider(void **state)
{
    (void)state;
    static const char script[] = LAUNCHER_BEGIN "[ $trial != 1 ] || " LAUNCHER_FAILS LAUNCHER_END;
    Text launcher = {0}, said = {0};
    char *out = micro_path("one-fails"), *none = micro_path("all-fail");
    char *path = micro_launcher("fails.sh", script, &launcher);
    const char *const one[] = {"--launcher", text_string(&launcher), "--jobs", "1",
                               "--set",      DECIDING_PARTS,         NULL};
    static const char *const all[] = {"--launcher", "false", "--set", DECIDING_PARTS, NULL};
    assert_int_equal(micro_run(out, one, &said), 3);
    micro_assert_said(&said, "grid is decided: a ray of alpha 1.2, beta 1.1, solved gamma 1.25");
    assert_int_equal(micro_count(out, "SELECT * FROM decision WHERE outcome = 'failed'"), 1);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'done'"), 2);
    text_clear(&said);
    assert_int_equal(micro_run(none, all, &said), 1);
    micro_assert_said(&said, "stay pending");
    assert_int_equal(micro_count(none, "SELECT * FROM decision WHERE kind = 'end'"), 0);
    text_release(&launcher);
    text_release(&said);
    mem_free(out);
    mem_free(none);
    mem_free(path);
}

/*
 * Curves from the grid's winner, with an own number of epochs: they follow in the same run, are
 * trained that long and no longer, and say so. --only counts what it runs.
 */
static void parts_follow_one_another(void **state)
{
    (void)state;
    static const char parts[] = "parts=[curves: {from: abg, width: [1.5], depth: [], resolution: "
                                "[], epochs: 1}, grid: {id: abg, step: 1}]";
    static const char *const first[] = {"--set", parts, "--only", "abg", NULL};
    static const char *const rest[] = {"--set", parts, "--verbose", NULL};
    char *out = micro_path("follow");
    Text said = {0};
    assert_int_equal(micro_run(out, first, &said), 0);
    micro_assert_said(&said, "study micro: 1 network, 1 trial, predicted");
    micro_assert_said(&said, "[1/1]");
    micro_assert_said(&said, "1 of 1 trials done");
    text_clear(&said);
    assert_int_equal(micro_run(out, rest, &said), 0);
    micro_assert_said(&said, "epoch 1/1");
    micro_assert_said(&said, "2 of 2 trials done");
    assert_int_equal(micro_count(out, "SELECT * FROM planned WHERE epochs = 1"), 1);
    assert_int_equal(micro_count(out, "SELECT * FROM epoch JOIN planned p ON p.id = trial AND "
                                      "p.epochs = 1"),
                     1);
    assert_int_equal(micro_count(out, "SELECT * FROM epoch"), 3);
    text_clear(&said);
    assert_int_equal(micro_run(out, rest, &said), 0);
    micro_assert_said(&said, "2 trials, nothing left to train");
    text_release(&said);
    mem_free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_decided_anew),
        cmocka_unit_test(failures_reach_the_decider),
        cmocka_unit_test(parts_follow_one_another),
    };
    return cmocka_run_group_tests(tests, micro_setup, micro_teardown);
}
