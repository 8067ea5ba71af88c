/* tests/harness/test_coordinator.c: a run that is killed, stopped, starved, misled. */
#include "tests/harness/micro.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/sys.h"
#include "results/store.h"

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

enum { N_KILLS = 5 };

/* Killed at random instants, again and again, then run once more: nothing lost, nothing doubled,
 * the same bits. */
static void kills_change_nothing(void **state)
{
    (void)state;
    char *out = micro_path("killed");
    Rng rng = rng_start(4, RNG_SHUFFLE, 0, 0);
    int n_ended = 0;
    for (int i = 0; i < N_KILLS; i++) {
        Proc proc = {0};
        Err err = {0};
        pid_t pids[MAX_PIDS];
        micro_start(&proc, out, NULL, PROC_NULL);
        if (i == 0) /* the first kill meets a running study, however busy the machine is */
            assert_true(micro_wait_for_workers(&proc, pids) > 0);
        else
            clock_sleep_ns(micro.whole_ns / 100 * (5 + rng_below(&rng, 45)));
        n_ended += proc_wait(&proc, 0, &err) == ERR_NONE;
        micro_kill(&proc, SIGKILL);
    }
    assert_true(n_ended < N_KILLS); /* or no kill met a running study */
    assert_int_equal(micro_run(out, NULL, NULL), 0);
    micro_assert_as_expected(out);
    assert_int_equal(micro_count(out, "SELECT * FROM trial"), micro.n_trials);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'done'"), micro.n_trials);
    mem_free(out);
}

/* Workers die with a coordinator that is killed. They would train for minutes. */
static void no_worker_outlives_its_coordinator(void **state)
{
    (void)state;
    static const char *const more[] = {"--set", "recipe.epochs=1000", NULL};
    char *out = micro_path("orphans");
    pid_t pids[MAX_PIDS];
    Proc proc = {0};
    micro_start(&proc, out, more, PROC_NULL);
    const int n = micro_wait_for_workers(&proc, pids);
    assert_true(n > 0);
    micro_kill(&proc, SIGKILL);
    bool is_any_alive = true;
    for (int i = 0; i < MAX_LOOKS && is_any_alive; i++) {
        is_any_alive = false;
        for (int k = 0; k < n; k++)
            is_any_alive |= micro_is_alive(pids[k]);
        clock_sleep_ns(5 * MILLISECOND);
    }
    assert_false(is_any_alive);
    mem_free(out);
}

/* A second run on the folder says who holds it; SIGTERM ends the first with 75 and uncounted
 * attempts. */
static void lock_and_stop(void **state)
{
    (void)state;
    static const char *const more[] = {"--set", "recipe.epochs=1000", NULL};
    char *out = micro_path("locked"), pid[32];
    pid_t pids[MAX_PIDS];
    Proc proc = {0};
    Text said = {0};
    Err err = {0};
    micro_start(&proc, out, more, PROC_NULL);
    assert_true(micro_wait_for_workers(&proc, pids) > 0);
    assert_int_equal(micro_run(out, more, &said), 1);
    snprintf(pid, sizeof pid, "pid %d ", (int)proc.pid);
    assert_non_null(strstr(text_string(&said), pid));
    clock_sleep_ns(300 * MILLISECOND);
    proc_signal(&proc, SIGTERM);
    assert_int_equal(proc_wait(&proc, END_TIMEOUT_S * SECOND, &err), ERR_NONE);
    assert_int_equal(proc.exit_status, EXIT_INTERRUPTED);
    assert_true(
        micro_count(out, "SELECT * FROM attempt_end WHERE reason = 'stopped' AND is_counted = 0") >
        0);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt_end WHERE is_counted"), 0);
    proc_release(&proc);
    text_release(&said);
    mem_free(out);
}

/* Stopped by SIGTERM and gone on with: the same bits as undisturbed. */
static void stop_and_go_changes_nothing(void **state)
{
    (void)state;
    char *out = micro_path("stopped");
    pid_t pids[MAX_PIDS];
    Proc proc = {0};
    micro_start(&proc, out, NULL, PROC_NULL);
    assert_true(micro_wait_for_workers(&proc, pids) > 0);
    micro_kill(&proc, SIGTERM);
    assert_int_equal(micro_run(out, NULL, NULL), 0);
    micro_assert_as_expected(out);
    mem_free(out);
}

/* One worker with three threads, and four workers side by side: the same bits as two workers. */
static void jobs_change_nothing(void **state)
{
    (void)state;
    static const char *const one[] = {"--jobs", "1", "--threads", "3", NULL};
    static const char *const four[] = {"--jobs", "4", "--threads", "1", NULL};
    char *out_one = micro_path("one"), *out_four = micro_path("four");
    assert_int_equal(micro_run(out_one, one, NULL), 0);
    micro_assert_as_expected(out_one);
    assert_int_equal(micro_run(out_four, four, NULL), 0);
    micro_assert_as_expected(out_four);
    mem_free(out_one);
    mem_free(out_four);
}

/* A finished study is not run again; a changed one is refused with what differs. */
static void finished_is_kept_and_change_is_refused(void **state)
{
    (void)state;
    static const char *const change[] = {"--set", "recipe.epochs=3", "--set", "recipe.lr=1", NULL};
    static const char *const growth[] = {"--seeds", "2", NULL};
    char *out = micro_path("whole");
    Text said = {0};
    const size_t before = micro_count(out, "SELECT * FROM attempt");
    assert_int_equal(micro_run(out, NULL, NULL), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt"), before);
    assert_int_equal(micro_run(out, change, &said), 2);
    assert_non_null(strstr(text_string(&said), "what differs: recipe.epochs: 2 -> 3; recipe.lr: "));
    assert_int_equal(micro_run(out, growth, NULL), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'done'"),
                     2 * micro.n_trials);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt"), before + micro.n_trials);
    text_release(&said);
    mem_free(out);
}

/*
 * After two seeds a run of one trains nothing and still lists both, an exact one lists its own
 * alone, and a list adds what it names; the one trial of compare has as many judges.
 */
static void fewer_seeds_take_nothing_away(void **state)
{
    (void)state;
    static const char *const two[] = {"--seeds", "1,2", NULL};
    static const char *const exact[] = {"--seeds", "2,", "--exact-seeds", NULL};
    static const char *const largest[] = {"--seeds", "9007199254740992,", NULL};
    static const char listed[] = "SELECT * FROM trial WHERE is_listed AND status = 'done'";
    static const char seeds[] = "SELECT DISTINCT seed FROM measured WHERE part <> 'compare'";
    static const char judges[] = "SELECT DISTINCT seed FROM measured WHERE part = 'compare'";
    char *out = micro_path("whole");
    assert_int_equal(micro_run(out, two, NULL), 0);
    assert_int_equal(micro_count(out, listed), 2 * micro.n_trials);
    const size_t attempts = micro_count(out, "SELECT * FROM attempt");
    assert_int_equal(micro_run(out, NULL, NULL), 0);
    assert_int_equal(micro_count(out, listed), 2 * micro.n_trials);
    assert_int_equal(micro_count(out, seeds), 2);
    assert_int_equal(micro_count(out, judges), 2);
    assert_int_equal(micro_run(out, exact, NULL), 0);
    assert_int_equal(micro_count(out, listed), micro.n_trials);
    assert_int_equal(micro_count(out, "SELECT DISTINCT seed FROM measured WHERE seed = 2"), 1);
    assert_int_equal(micro_count(out, seeds), 1);
    assert_int_equal(micro_count(out, judges), 1);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt"), attempts);
    assert_int_equal(micro_run(out, largest, NULL), 0);
    assert_int_equal(micro_count(out, listed), 3 * micro.n_trials - 1);
    assert_int_equal(micro_count(out, "SELECT * FROM finished f JOIN planned p ON p.id = f.trial "
                                      "WHERE p.seed = 9007199254740992"),
                     micro.n_trials - 1);
    mem_free(out);
}

/*
 * A launcher that cannot start anything: nothing counts, the cause is said, exit 1; with the right
 * command all trials are done, with the same bits.
 */
static void the_surroundings_fail_no_trial(void **state)
{
    (void)state;
    static const char *const more[] = {"--launcher", "false", NULL};
    char *out = micro_path("false");
    Text said = {0};
    assert_int_equal(micro_run(out, more, &said), 1);
    micro_assert_said(&said, "stay pending");
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status <> 'pending'"), 0);
    assert_true(micro_count(out, "SELECT * FROM attempt_end") >= STORE_ATTEMPTS);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt_end WHERE is_counted"), 0);
    assert_int_equal(micro_run(out, NULL, NULL), 0);
    micro_assert_as_expected(out);
    text_release(&said);
    mem_free(out);
}

/*
 * One trial whose process always dies while the others train: given up after three attempts that
 * count, exit 3, with the reason; --retry-failed begins it again, and its facts stay.
 */
static void crashes_are_given_up(void **state)
{
    (void)state;
    static const char script[] = LAUNCHER_BEGIN "[ $trial != 2 ] || " LAUNCHER_FAILS LAUNCHER_END;
    Text launcher = {0};
    char *out = micro_path("given-up"), *path = micro_launcher("dies.sh", script, &launcher);
    const char *const more[] = {"--launcher", text_string(&launcher), "--jobs", "1", NULL};
    static const char *const again[] = {"--retry-failed", NULL};
    assert_int_equal(micro_run(out, more, NULL), 3);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'failed'"), 1);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt_end WHERE is_counted"),
                     STORE_ATTEMPTS);
    assert_int_equal(micro_run(out, NULL, NULL), 3);
    assert_int_equal(micro_run(out, again, NULL), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status <> 'done'"), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt_end WHERE is_counted"),
                     STORE_ATTEMPTS);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

/*
 * Odd lines of one process, here a word where a number belongs, end that attempt and nothing else:
 * the trial is tried again, and all are done with the same bits.
 */
static void nonsense_fails_an_attempt(void **state)
{
    (void)state;
    static const char script[] = LAUNCHER_BEGIN "case $trial-$attempt in\n"
                                                "1-1) say epoch ',\"epoch\":\"one\"'; sleep 9;;\n"
                                                "2-1) say done; sleep 9;;\n"
                                                "3-1) say failed ',\"code\":1'; sleep 9;;\n"
                                                "esac\n" LAUNCHER_END;
    Text launcher = {0};
    char *out = micro_path("nonsense"), *path = micro_launcher("odd.sh", script, &launcher);
    const char *const more[] = {"--launcher", text_string(&launcher), NULL};
    assert_int_equal(micro_run(out, more, NULL), 0);
    micro_assert_as_expected(out);
    assert_true(
        micro_count(out, "SELECT * FROM attempt_end WHERE detail LIKE '%makes no sense%'") >= 2);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

/* A process that kills itself twice and then works: the trial is done, with the same bits. One
 * worker, as the count in the file belongs to one process at a time. */
static void crashes_are_survived(void **state)
{
    (void)state;
    static const char script[] = "n=$(cat \"$0.count\" 2>/dev/null || echo 0)\n"
                                 "echo $((n + 1)) > \"$0.count\"\n"
                                 "if [ \"$n\" -lt 2 ]; then kill -9 $$; fi\n"
                                 "exec \"$@\"\n";
    char *out = micro_path("flaky"), *path = micro_path("flaky.sh");
    Text launcher = {0};
    Err err = {0};
    assert_int_equal(file_write(path, script, strlen(script), &err), ERR_NONE);
    text_printf(&launcher, "sh %s", path);
    const char *const more[] = {"--launcher", text_string(&launcher), "--jobs", "1", NULL};
    assert_int_equal(micro_run(out, more, NULL), 0);
    micro_assert_as_expected(out);
    assert_int_equal(
        micro_count(out, "SELECT * FROM attempt_end WHERE reason = 'killed' AND NOT is_counted"),
        2);
    text_release(&launcher);
    mem_free(out);
    mem_free(path);
}

/* A learning rate of 1e9: every trial diverges, which is a result: exit 0, nothing failed. */
static void divergence_is_a_result(void **state)
{
    (void)state;
    static const char *const more[] = {"--set", "recipe.lr=1e9", "--only", "curves", NULL};
    char *out = micro_path("diverged");
    assert_int_equal(micro_run(out, more, NULL), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'diverged'"), 1);
    assert_int_equal(
        micro_count(out, "SELECT * FROM result WHERE outcome = 'diverged' AND first_bad_step >= 0"),
        1);
    mem_free(out);
}

/*
 * A full disk pauses the study, says so, and it goes on when there is space again: the same bits.
 */
static void full_disk_pauses(void **state)
{
    (void)state;
    char *out = micro_path("full");
    Proc proc = {0};
    Err err = {0};
    assert_int_equal(file_make_dirs(out, &err), ERR_NONE);
    if (mount("tmpfs", out, "tmpfs", 0, "size=256k") != 0) {
        print_message("SKIP: a small tmpfs cannot be mounted here\n");
        mem_free(out);
        skip();
    }
    micro_start(&proc, out, NULL, PROC_PIPE);
    micro_wait_for_words(&proc, "paused, waiting for space");
    assert_int_equal(mount("tmpfs", out, "tmpfs", MS_REMOUNT, "size=64m"), 0);
    micro_wait_for_words(&proc, "trials done");
    assert_int_equal(proc_wait(&proc, END_TIMEOUT_S * SECOND, &err), ERR_NONE);
    assert_int_equal(proc.exit_status, 0);
    proc_release(&proc);
    micro_assert_as_expected(out);
    assert_int_equal(umount(out), 0);
    mem_free(out);
}

/* `smoke` as argument runs the kill loop alone, no argument all the rest. */
int main(int argc, char **argv)
{
    const struct CMUnitTest smoke[] = {
        cmocka_unit_test(kills_change_nothing),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_worker_outlives_its_coordinator),
        cmocka_unit_test(lock_and_stop),
        cmocka_unit_test(stop_and_go_changes_nothing),
        cmocka_unit_test(the_surroundings_fail_no_trial),
        cmocka_unit_test(crashes_are_given_up),
        cmocka_unit_test(nonsense_fails_an_attempt),
        cmocka_unit_test(crashes_are_survived),
        cmocka_unit_test(divergence_is_a_result),
        cmocka_unit_test(jobs_change_nothing),
        cmocka_unit_test(full_disk_pauses),
        cmocka_unit_test(finished_is_kept_and_change_is_refused),
        cmocka_unit_test(fewer_seeds_take_nothing_away),
    };
    if (argc > 1 && strcmp(argv[1], "smoke") == 0)
        return cmocka_run_group_tests(smoke, micro_setup, micro_teardown);
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, micro_setup, micro_teardown);
}
