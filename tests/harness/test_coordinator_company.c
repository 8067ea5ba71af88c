/*
 * tests/harness/test_coordinator_company.c: a run among others: who reads its store, who takes the
 * memory, who kills its workers, who starts them and what they inherit.
 */
#include "tests/harness/faultrun.h"
#include "tests/harness/micro.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/sys.h"
#include "results/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* --- the store --- */

/* The bytes that SQLite locks (https://sqlite.org/lockingv3.html, src/os.h). */
enum { PENDING_BYTE = 0x40000000, RESERVED_BYTE, SHARED_FIRST, SHARED_BYTES = 510 };

typedef struct Hold {
    const char *name;
    short type;
    off_t start, n_bytes;
} Hold;

/*
 * Takes a lock on the store in this process, until the descriptor is closed. Nothing else of this
 * process may open the file meanwhile: closing it would let go.
 */
static int hold(const char *out, const Hold *what)
{
    char *path = file_join(out, "study.db");
    struct flock lock = {
        .l_type = what->type, .l_whence = SEEK_SET, .l_start = what->start, .l_len = what->n_bytes};
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_SETLKW, &lock), 0);
    mem_free(path);
    return fd;
}

/*
 * Whatever another process holds, a reader's, a writer's or all locks, a run waits for it and says
 * so, from its first look at the store on; then it goes on. A stop ends the wait.
 */
static void a_busy_store_is_waited_for(void **state)
{
    (void)state;
    static const Hold holds[] = {{"reads", F_RDLCK, SHARED_FIRST, SHARED_BYTES},
                                 {"writes", F_WRLCK, RESERVED_BYTE, 1},
                                 {"commits", F_WRLCK, PENDING_BYTE, 2 + SHARED_BYTES}};
    char *out = micro_path("whole");
    for (size_t i = 0; i < ARRAY_LEN(holds); i++) {
        Proc proc;
        Err err = {0};
        const bool is_stopped = i + 1 == ARRAY_LEN(holds);
        const int fd = hold(out, &holds[i]);
        micro_start(&proc, out, NULL, PROC_PIPE);
        micro_wait_for_words(&proc, "waiting for the store: another process has been holding '");
        if (is_stopped) {
            proc_signal(&proc, SIGTERM);
            micro_wait_for_words(&proc, "interrupted while the store was busy");
        } else {
            close(fd);
            micro_wait_for_words(&proc, "trials done");
        }
        assert_int_equal(proc_wait(&proc, END_TIMEOUT_S * SECOND, &err), ERR_NONE);
        assert_int_equal(proc.exit_status, is_stopped ? EXIT_INTERRUPTED : 0);
        proc_release(&proc);
        if (is_stopped)
            close(fd);
    }
    micro_assert_as_expected(out);
    mem_free(out);
}

/* The same in the middle of a run: its workers train on, nothing is lost. */
static void a_reader_stops_no_run(void **state)
{
    (void)state;
    static const Hold reader = {"reads", F_RDLCK, SHARED_FIRST, SHARED_BYTES};
    char *out = micro_path("read");
    Proc proc;
    Err err = {0};
    pid_t pids[MAX_PIDS];
    micro_start(&proc, out, NULL, PROC_PIPE);
    assert_true(micro_wait_for_workers(&proc, pids) > 0);
    const int fd = hold(out, &reader);
    micro_wait_for_words(&proc, "waiting for the store: another process has been holding '");
    close(fd);
    micro_wait_for_words(&proc, "trials done");
    assert_int_equal(proc_wait(&proc, END_TIMEOUT_S * SECOND, &err), ERR_NONE);
    assert_int_equal(proc.exit_status, 0);
    proc_release(&proc);
    micro_assert_as_expected(out);
    mem_free(out);
}

/* --- memory --- */

/* Says how many trials run side by side, where that grows. */
static void say_running(void *user, const RunEpoch *epoch, const RunProgress *progress)
{
    (void)user;
    (void)epoch;
    static size_t most;
    if (progress->n_running > most) {
        most = progress->n_running;
        dprintf(STDERR_FILENO, "%zu run\n", most);
    }
}

/*
 * Workers start only while what is planned for them fits: two side by side with much memory, one
 * alone however little there is, and all trials are done.
 */
static void memory_bounds_the_workers(void **state)
{
    (void)state;
    static const uint64_t memory[] = {UINT64_MAX / 2, 1};
    for (size_t i = 0; i < ARRAY_LEN(memory); i++) {
        char name[32];
        Text said = {0};
        snprintf(name, sizeof name, "memory-%zu", i);
        char *out = micro_path(name);
        const FaultRun run = {.settings = {.out = out, .memory_bytes = memory[i]},
                              .callbacks = {.epoch = say_running}};
        assert_int_equal(faultrun(&run, &said), 0);
        assert_true((strstr(text_string(&said), "2 run\n") != NULL) == (i == 0));
        micro_assert_as_expected(out);
        text_release(&said);
        mem_free(out);
    }
}

/* How many others ran while the trial's attempts from the second on did; from the launcher's log.
 */
static int count_company(const char *log, int *n_alone)
{
    int n_others = 0, n_company = 0;
    bool is_alone = false;
    *n_alone = 0;
    for (const char *line = log; *line; line = strchr(line, '\n') + 1) {
        char word[16];
        int trial = 0, attempt = 0;
        assert_int_equal(sscanf(line, "%15s %d %d", word, &trial, &attempt), 3);
        const bool begins = strcmp(word, "begin") == 0;
        if (trial != 1)
            n_others += begins ? 1 : -1;
        else if (attempt > 1)
            is_alone = begins;
        *n_alone += trial == 1 && attempt > 1 && begins;
        n_company += is_alone ? n_others : 0;
    }
    return n_company;
}

/*
 * A worker that is killed in its training, for memory as far as anybody knows: the first time it
 * does not count and is tried alone, without any other beside it; then it counts, and after three
 * of those it is given up. The others are done. Begun again it is done, too.
 */
static void killed_twice_and_alone_counts(void **state)
{
    (void)state;
    static const char script[] = LAUNCHER_BEGIN
        "echo begin $trial $attempt >>\"$0.log\"\n"
        "if [ $trial = 1 ] && [ ! -e \"$0.mended\" ]; then\n"
        "say step ',\"step\":0,\"steps\":6'; say step ',\"step\":1,\"steps\":6'; sleep 0.2\n"
        "echo end $trial $attempt >>\"$0.log\"; kill -9 $$; exit\nfi\n"
        "printf '%s\\n' \"$job\"; cat; echo end $trial $attempt >>\"$0.log\"; } | \"$@\"\n";
    static const char counted[] = "SELECT * FROM attempt_end WHERE trial = 1 AND reason = 'killed' "
                                  "AND is_counted = (attempt > 1)";
    static const char *const again[] = {"--retry", "1", NULL};
    Text launcher = {0}, said = {0};
    Err err = {0};
    char *out = micro_path("killed"), *path = micro_launcher("kills.sh", script, &launcher);
    char log_name[128], *log = NULL;
    size_t n = 0;
    int n_alone = 0;
    const char *const more[] = {"--launcher", text_string(&launcher), "--jobs", "3", NULL};
    assert_int_equal(micro_run(out, more, &said), 3);
    micro_assert_said(&said, "does not count, it is tried alone");
    assert_int_equal(micro_count(out, "SELECT * FROM attempt_end WHERE trial = 1"),
                     1 + STORE_ATTEMPTS);
    assert_int_equal(micro_count(out, counted), 1 + STORE_ATTEMPTS);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'failed'"), 1);
    snprintf(log_name, sizeof log_name, "%s.log", path);
    assert_int_equal(file_read(log_name, MAX_OUTPUT, &log, &n, &err), ERR_NONE);
    assert_int_equal(count_company(log, &n_alone), 0);
    assert_int_equal(n_alone, STORE_ATTEMPTS);
    assert_int_equal(micro_run(out, again, NULL), 0);
    micro_assert_results(out);
    mem_free(log);
    text_release(&said);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

/* --- launchers, and what is inherited --- */

/*
 * A launcher that leaves a process behind, which holds its pipes, and one that starts two
 * processes for one job: the run ends, with the same bits and one attempt a trial.
 */
static void odd_launchers_end_no_run(void **state)
{
    (void)state;
    static const char holds[] = LAUNCHER_BEGIN
        "if [ $trial = 1 ]; then sleep 600 >&3 & echo $! >\"$0.pid\"; fi\n" LAUNCHER_END;
    static const char twice[] =
        "mkfifo \"$0.$$\"\n\"$@\" <\"$0.$$\" &\n" /* both read what we say */
        "tee \"$0.$$\" | \"$@\"\nwait\n";
    static const char *const scripts[] = {holds, twice};
    for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
        char name[32], script[32];
        Text launcher = {0};
        snprintf(name, sizeof name, "launched-%zu", i);
        snprintf(script, sizeof script, "odd-%zu.sh", i);
        char *out = micro_path(name), *path = micro_launcher(script, scripts[i], &launcher);
        const char *const more[] = {"--launcher", text_string(&launcher), NULL};
        assert_int_equal(micro_run(out, more, NULL), 0);
        micro_assert_as_expected(out);
        assert_int_equal(micro_count(out, "SELECT * FROM attempt"), micro.n_trials);
        if (i == 0)
            micro_kill_left(path);
        text_release(&launcher);
        mem_free(path);
        mem_free(out);
    }
}

static void ignore_children(void)
{
    (void)signal(SIGCHLD, SIG_IGN);
}

/* SIGCHLD inherited as ignored: ends of workers are seen all the same. */
static void ignored_ends_are_seen(void **state)
{
    (void)state;
    char *out = micro_path("ignored");
    const FaultRun run = {.settings = {.out = out}, .begin = ignore_children};
    assert_int_equal(faultrun(&run, NULL), 0);
    micro_assert_as_expected(out);
    mem_free(out);
}

/* A terminal that is closed: SIGHUP saves and stops as SIGTERM does, and nothing counts. */
static void a_hangup_saves_and_stops(void **state)
{
    (void)state;
    char *out = micro_path("hung-up");
    const FaultRun run = {.settings = {.out = out}, .sets = {"recipe.epochs=1000"}};
    Proc proc;
    Err err = {0};
    pid_t pids[MAX_PIDS];
    (void)signal(SIGHUP, SIG_DFL); /* this test may run under nohup */
    faultrun_start(&proc, &run);
    assert_true(micro_wait_for_workers(&proc, pids) > 0);
    for (int i = 0; i < MAX_LOOKS && micro_count(out, "SELECT * FROM attempt") == 0; i++)
        clock_sleep_ns(5 * MILLISECOND); /* until one has said who it is */
    proc_signal(&proc, SIGHUP);
    micro_wait_for_words(&proc, "interrupted, state saved");
    assert_int_equal(proc_wait(&proc, END_TIMEOUT_S * SECOND, &err), ERR_NONE);
    assert_int_equal(proc.exit_status, EXIT_INTERRUPTED);
    assert_true(micro_count(out, "SELECT * FROM attempt_end WHERE reason = 'stopped'") > 0);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt_end WHERE is_counted"), 0);
    proc_release(&proc);
    mem_free(out);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_busy_store_is_waited_for),
        cmocka_unit_test(a_reader_stops_no_run),
        cmocka_unit_test(memory_bounds_the_workers),
        cmocka_unit_test(killed_twice_and_alone_counts),
        cmocka_unit_test(odd_launchers_end_no_run),
        cmocka_unit_test(ignored_ends_are_seen),
        cmocka_unit_test(a_hangup_saves_and_stops),
    };
    return faultrun_main(argc, argv, tests, ARRAY_LEN(tests));
}
