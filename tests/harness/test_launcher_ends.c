/*
 * tests/harness/test_launcher_ends.c: launchers that die, crash, wait, leave a worker behind or
 * bring up a stranger.
 */
#include "tests/harness/launched.h"

#include "base/file.h"
#include "base/sys.h"
#include "results/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>

/*
 * A launcher that dies while its worker lives on, deaf and unheard: the trial is begun anew in a
 * folder of its own, and whatever the old one still writes changes nothing.
 */
static void an_orphan_changes_nothing(void **state)
{
    (void)state;
    static const char script[] =
        "[ ! -e \"$0.once\" ] || exec \"$@\"\n"
        "touch \"$0.once\" \"$0.out\"; mkfifo \"$0.in\"\n"
        "setsid \"$@\" <\"$0.in\" >\"$0.out\" 2>/dev/null &\n"
        "exec 4>\"$0.in\"\n"
        "until grep -q hello \"$0.out\"; do sleep 0.01; done\n"
        "cat \"$0.out\"\n"
        "read -r job; printf '%s\\n' \"$job\" >&4\n"
        "setsid sleep 5 >/dev/null 2>&1 </dev/null &\n" /* holds the worker's input */
        "kill -9 $$\n";
    launched_script("orphan", script, "1", NULL);
    assert_int_equal(launched_count("orphan", "SELECT * FROM attempt_end WHERE reason = 'killed'"),
                     1);
    assert_int_equal(launched_count("orphan", COUNTED), 0);
    char *heard = micro_path("orphan.out");
    uint64_t n_bytes = 0;
    Err err = {0};
    assert_int_equal(file_size(heard, &n_bytes, &err), ERR_NONE);
    assert_true(n_bytes > 0);
    mem_free(heard);
}

/*
 * Machines that fail in the middle, more often than a trial may die: whatever ends without a word
 * is the launcher's end, and is gone on from as long as the trial gets farther.
 */
static void machines_may_fail(void **state)
{
    (void)state;
    static const char script[] = LAUNCHER_BEGIN
        "if [ $trial = 1 ] && [ $attempt -le 5 ]; then\n"
        "say step ',\"step\":0,\"steps\":9'; say step \",\\\"step\\\":$attempt,\\\"steps\\\":9\"\n"
        "say checkpoint \",\\\"step\\\":$attempt\"; exit\nfi\n" LAUNCHER_END;
    launched_script("machines", script, "1", NULL);
    assert_int_equal(launched_count("machines",
                                    "SELECT * FROM attempt_end WHERE trial = 1 AND reason = "
                                    "'exited' AND NOT is_counted"),
                     5);
}

/* A worker's crash, as a launcher passes it on, is the trial's own: three of them, and it failed.
 */
static void a_crash_is_passed_on(void **state)
{
    (void)state;
    static const char script[] =
        LAUNCHER_BEGIN "if [ $trial = 1 ]; then\n"
                       "say step ',\"step\":0,\"steps\":9'; say step ',\"step\":1,\"steps\":9'\n"
                       "touch \"$0.crash\"; exit\nfi\n" LAUNCHER_END
                       "[ ! -e \"$0.crash\" ] || { rm \"$0.crash\"; exit 139; }\n";
    Text launcher = {0};
    char *out = micro_path("crash"), *path = micro_launcher("crash.sh", script, &launcher);
    const char *const more[] = {"--launcher", text_string(&launcher), "--jobs", "1", NULL};
    assert_int_equal(micro_run(out, more, NULL), 3);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'failed'"), 1);
    assert_int_equal(micro_count(out, COUNTED), STORE_ATTEMPTS);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

/*
 * A worker that counts otherwise gets no job: both are named, nothing counts, and who it was is
 * stored. One that is no isoflop of our kind at all is told so, too.
 */
static void strangers_get_no_job(void **state)
{
    (void)state;
    static const char other[] = "\"$@\" | sed -u 's/\"arithmetic\":[0-9]*/\"arithmetic\":999/'\n";
    static const char odd[] = "\"$@\" | sed -u 's/\"cores\":[0-9]*/\"cores\":\"many\"/'\n";
    static const struct {
        const char *name, *script, *words, *environment;
    } cases[] = {
        {"other", other, "arithmetic revision 999", "SELECT * FROM environment WHERE host <> ''"},
        {"odd", odd, "says hello as no isoflop", "SELECT * FROM environment WHERE host = ''"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Text launcher = {0}, said = {0};
        char *out = micro_path(cases[i].name);
        char *path = micro_launcher("stranger.sh", cases[i].script, &launcher);
        const char *const more[] = {"--launcher", text_string(&launcher), NULL};
        assert_int_equal(micro_run(out, more, &said), 1);
        micro_assert_said(&said, cases[i].words);
        micro_assert_said(&said, "stay pending");
        assert_int_equal(micro_count(out, COUNTED), 0);
        assert_int_equal(micro_count(out, cases[i].environment), 1);
        assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status <> 'pending'"), 0);
        text_release(&launcher);
        text_release(&said);
        mem_free(path);
        mem_free(out);
    }
}

/* Launchers that wait, as for a place in a queue, end at once on a stop: nothing has been begun. */
static void a_queue_is_left_on_a_stop(void **state)
{
    (void)state;
    static const char *const more[] = {"--launcher", "sh -c 'exec sleep 1000'", NULL};
    char *out = micro_path("queue");
    pid_t pids[MAX_PIDS];
    Proc proc = {0};
    Err err = {0};
    micro_start(&proc, out, more, PROC_NULL);
    assert_true(micro_wait_for_workers(&proc, pids) > 0);
    proc_signal(&proc, SIGTERM);
    assert_int_equal(proc_wait(&proc, END_TIMEOUT_S * SECOND, &err), ERR_NONE);
    assert_int_equal(proc.exit_status, EXIT_INTERRUPTED);
    proc_release(&proc);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt"), 0);
    mem_free(out);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_orphan_changes_nothing), cmocka_unit_test(machines_may_fail),
        cmocka_unit_test(a_crash_is_passed_on),      cmocka_unit_test(strangers_get_no_job),
        cmocka_unit_test(a_queue_is_left_on_a_stop),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, micro_setup, micro_teardown);
}
