/*
 * tests/harness/test_coordinator_faults.c: devices that break or are full, limits, kills while a
 * store is made, a clock that runs backwards. None of it fails a trial or ends for good.
 */
#include "tests/harness/faultrun.h"
#include "tests/harness/micro.h"

#include "base/clock.h"
#include "base/dir.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* So short is the wait for space in these tests. */
#define IMPATIENCE_S 0.3

/* After a run that its surroundings stopped: nothing failed, and another one does all the rest. */
static void assert_goes_on(const char *out)
{
    char *store = file_join(out, "study.db");
    if (file_exists(store)) {
        assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'failed'"), 0);
        assert_int_equal(micro_count(out, "SELECT * FROM attempt_end WHERE is_counted"), 0);
    }
    mem_free(store);
    assert_int_equal(micro_run(out, NULL, NULL), 0);
    micro_assert_as_expected(out);
}

/* --- devices --- */

static const int errors[] = {EIO, ENOSPC, EDQUOT};

/* The writes of every worker fail, from the first or from a later one on. */
static void workers_on_a_broken_device_fail_no_trial(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        char name[32], worker[48];
        Text said = {0};
        snprintf(name, sizeof name, "worker-%d", errors[i]);
        snprintf(worker, sizeof worker, "FAULTRUN_WRITES=%d:%d", i == 0 ? 3 : 1, errors[i]);
        char *out = micro_path(name);
        const FaultRun run = {.settings = {.out = out, .space_patience_s = IMPATIENCE_S},
                              .worker = worker};
        assert_int_equal(faultrun(&run, &said), 1);
        micro_assert_said(&said, strerror(errors[i]));
        micro_assert_said(&said, errors[i] == EIO ? "stay" : "make space and run again");
        assert_true(micro_count(out, "SELECT * FROM attempt_end WHERE NOT is_counted") > 0);
        assert_goes_on(out);
        text_release(&said);
        mem_free(out);
    }
}

static long first_bad_write;
static int bad_write_error;

static void break_writes(void)
{
    faultrun_break_writes(first_bad_write, bad_write_error);
}

/* The same of the coordinator: before there is a store, while it is filled, while trials run. */
static void coordinators_on_a_broken_device_fail_no_trial(void **state)
{
    (void)state;
    static const long firsts[] = {1, 30, 90};
    char *out = NULL;
    for (size_t i = 0; i < ARRAY_LEN(firsts) * ARRAY_LEN(errors); i++) {
        char name[32];
        Text said = {0};
        first_bad_write = firsts[i / ARRAY_LEN(errors)];
        bad_write_error = errors[i % ARRAY_LEN(errors)];
        snprintf(name, sizeof name, "coordinator-%zu", i / ARRAY_LEN(errors));
        mem_free(out); /* the errors follow one another in one folder */
        out = micro_path(name);
        const FaultRun run = {.settings = {.out = out, .space_patience_s = IMPATIENCE_S},
                              .begin = break_writes};
        assert_int_equal(faultrun(&run, &said), 1);
        /* SQLite has words of its own for a full disk */
        if (bad_write_error != ENOSPC || strstr(text_string(&said), "disk is full") == NULL)
            micro_assert_said(&said, strerror(bad_write_error));
        text_release(&said);
        if (i % ARRAY_LEN(errors) == ARRAY_LEN(errors) - 1)
            assert_goes_on(out);
    }
    mem_free(out);
}

static rlim_t most_bytes;

static void limit_files(void)
{
    const struct rlimit limit = {most_bytes, most_bytes};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        _exit(99);
}

/* `ulimit -f` below the size of a store, and below that of weights: SIGXFSZ kills nobody. */
static void limited_files_fail_no_trial(void **state)
{
    (void)state;
    static const rlim_t limits[] = {8 << 10, 200 << 10};
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        char name[32];
        Text said = {0};
        snprintf(name, sizeof name, "limited-%zu", i);
        most_bytes = limits[i];
        char *out = micro_path(name);
        const FaultRun run = {.settings = {.out = out, .space_patience_s = IMPATIENCE_S},
                              .begin = limit_files};
        assert_int_equal(faultrun(&run, &said), 1);
        micro_assert_said(&said, strerror(EFBIG));
        assert_goes_on(out);
        text_release(&said);
        mem_free(out);
    }
}

/* --- kills while the store is made --- */

enum { N_KILL_POINTS = 40, KILLED = 128 + SIGKILL };

static long kill_at;

static void arm_kill(void)
{
    sysfault_arm(SYS_WRITE, kill_at, kill_at % 2 ? SYS_DIE : SYS_SHORT_DIE, 0);
}

/* The store is made, the plan is in it: what follows is not of interest. */
static void stop_when_planned(void *user, const Plan *plan, const RunProgress *progress,
                              double seconds)
{
    (void)user;
    (void)plan;
    (void)progress;
    (void)seconds;
    raise(SIGTERM);
}

static size_t count_temporaries(const char *folder)
{
    FileList list = {0};
    Err err = {0};
    size_t n = 0;
    assert_int_equal(file_list(folder, &list, &err), ERR_NONE);
    for (size_t i = 0; i < list.n_names; i++)
        n += strstr(list.names[i], ".tmp-") != NULL;
    file_list_release(&list);
    return n;
}

static void remove_store(const char *out)
{
    static const char *const names[] = {"study.db", "study.db-journal"};
    Err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char *path = file_join(out, names[i]);
        assert_int_equal(file_remove(path, &err), ERR_NONE);
        mem_free(path);
    }
}

/*
 * Killed before or in each of the first writes, four times before it may go on: then it finds its
 * way, and nothing half made is left; some kills do leave something.
 */
static void kills_while_the_store_is_made_leave_nothing(void **state)
{
    (void)state;
    enum { N_IN_A_ROW = 4 };
    char *out = micro_path("made");
    size_t n_left = 0;
    Err err = {0};
    FaultRun run = {.settings = {.out = out}, .callbacks = {.planned = stop_when_planned}};
    for (kill_at = 1; kill_at <= N_KILL_POINTS; kill_at++) {
        run.begin = arm_kill;
        remove_store(out);
        assert_int_equal(faultrun(&run, NULL), KILLED);
        n_left += file_is_folder(out) ? count_temporaries(out) : 0;
        if (kill_at % N_IN_A_ROW != 0)
            continue;
        run.begin = NULL;
        assert_int_equal(faultrun(&run, NULL), EXIT_INTERRUPTED);
        assert_int_equal(count_temporaries(out), 0);
        if (kill_at == N_KILL_POINTS)
            assert_goes_on(out);
        assert_int_equal(dir_remove_tree(NULL, out, &err), ERR_NONE);
    }
    assert_true(n_left > 0);
    mem_free(out);
}

/* --- clocks --- */

static bool is_clock_set_back, is_clock_fast;
static time_t fast_since_s;

/*
 * In the place of the C library's: the time of day goes back by an hour whenever it is asked, or
 * what time passes is a hundred times as long.
 */
int clock_gettime(clockid_t id, struct timespec *now)
{
    enum { HOUR_S = 3600, SPEED = 100, SECOND_NS = 1000000000 };
    static int n_asked;
    const long status = syscall(SYS_clock_gettime, id, now);
    if (is_clock_set_back && id == CLOCK_REALTIME)
        now->tv_sec -= (time_t)HOUR_S * ++n_asked;
    if (is_clock_fast && id == CLOCK_MONOTONIC) {
        const int64_t ns = (int64_t)now->tv_nsec * SPEED;
        now->tv_sec = fast_since_s + (now->tv_sec - fast_since_s) * SPEED + ns / SECOND_NS;
        now->tv_nsec = ns % SECOND_NS;
    }
    return (int)status;
}

static void set_clock_back(void)
{
    char a[CLOCK_UTC_BYTES], b[CLOCK_UTC_BYTES];
    is_clock_set_back = true;
    clock_utc(a);
    if (strcmp(clock_utc(b), a) >= 0)
        _exit(99); /* the clock in force is not ours */
}

/*
 * With a time of day that only goes back a run ends, also where it must wait for a while: the first
 * trial's launcher leaves a process behind that holds its pipes.
 */
static void a_clock_set_back_ends_no_run(void **state)
{
    (void)state;
    static const char script[] = LAUNCHER_BEGIN
        "if [ $trial = 1 ]; then sleep 600 >&3 & echo $! >\"$0.pid\"; fi\n" LAUNCHER_END;
    Text launcher = {0};
    char *out = micro_path("back"), *path = micro_launcher("holds.sh", script, &launcher);
    const char *const words[] = {"sh", path, NULL};
    const FaultRun run = {.settings = {.out = out, .launcher = words}, .begin = set_clock_back};
    assert_int_equal(faultrun(&run, NULL), 0);
    micro_assert_as_expected(out);
    micro_kill_left(path);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

static void make_clock_fast(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    fast_since_s = now.tv_sec;
    is_clock_fast = true;
}

/* The file that a launcher's script left beside it, or NULL; mem_free it. */
static char *left_by(const char *script, const char *ending)
{
    Text path = {0};
    char *data = NULL;
    size_t n = 0;
    Err missing = {0};
    text_printf(&path, "%s.%s", script, ending);
    (void)!file_read(text_string(&path), MAX_OUTPUT, &data, &n, &missing);
    text_release(&path);
    return data;
}

/*
 * A launcher whose worker has the study's word but never its job is asked to end by SIGTERM, and
 * killed when it does not; its attempt does not count, and the next one does the work. The clock of
 * the run is a hundred times as fast as ours: a quarter of an hour passes in nine seconds.
 */
static void a_hung_launcher_is_asked_and_then_killed(void **state)
{
    (void)state;
    /* The worker is started first, for it says hello; the first job is kept from it. */
    static const char script[] =
        "trap 'echo asked >>\"$0.asked\"' TERM\n"
        "mkfifo \"$0.$$\"; \"$@\" <\"$0.$$\" & exec 5>\"$0.$$\"; read -r job\n"
        "case $job in *'\"attempt\":1,'*)\n"
        "i=0; while [ $i -lt 300 ]; do sleep 0.1; i=$((i + 1)); done\n"
        "echo left >\"$0.outlived\"; exit 1;; esac\n"
        "printf '%s\\n' \"$job\" >&5; cat >&5; exec 5>&-; wait\n";
    Text launcher = {0}, said = {0};
    char *out = micro_path("hung"), *path = micro_launcher("hangs.sh", script, &launcher);
    const char *const words[] = {"sh", path, NULL};
    const FaultRun run = {.settings = {.out = out, .launcher = words, .jobs = 1, .only = "curves"},
                          .begin = make_clock_fast};
    assert_int_equal(faultrun(&run, &said), 0);
    micro_assert_said(&said, "no-progress (silent for 9");
    char *asked = left_by(path, "asked"), *outlived = left_by(path, "outlived");
    assert_non_null(asked);
    assert_string_equal(asked, "asked\n");
    assert_null(outlived);
    assert_int_equal(micro_count(out, "SELECT 1 FROM attempt_end WHERE reason = 'no-progress' "
                                      "AND NOT is_counted"),
                     1);
    assert_int_equal(micro_count(out, "SELECT 1 FROM finished"), 1);
    mem_free(asked);
    text_release(&said);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_on_a_broken_device_fail_no_trial),
        cmocka_unit_test(coordinators_on_a_broken_device_fail_no_trial),
        cmocka_unit_test(limited_files_fail_no_trial),
        cmocka_unit_test(kills_while_the_store_is_made_leave_nothing),
        cmocka_unit_test(a_clock_set_back_ends_no_run),
        cmocka_unit_test(a_hung_launcher_is_asked_and_then_killed),
    };
    return faultrun_main(argc, argv, tests, ARRAY_LEN(tests));
}
