/*
 * tests/harness/test_coordinator.c: `isoflop run` on a micro study, from outside: killed, stopped,
 * starved.
 *
 * The study has a grid, the baseline and what follows from the grid's winner, two epochs of 48
 * images each. What a run leaves is compared by the store's view `result`, which has every metric
 * and the digests of all weights.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"
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

#define MILLISECOND INT64_C(1000000)
#define SECOND (1000 * MILLISECOND)

enum { N_KILLS = 5, MAX_ARGS = 24, MAX_OUTPUT = 1 << 20, MAX_PIDS = 64, EXIT_INTERRUPTED = 75 };
/* Bounds that end a hang; a busy machine must not reach them. A look is taken every 5 ms. */
enum { RUN_TIMEOUT_S = 600, END_TIMEOUT_S = 120, MAX_LOOKS = 12000 };

static const char study_text[] =
    "study: micro\nbaseline: proxy-b0\ndata: {name: polytex, train: 48, val: 20, test: 20}\n"
    "recipe: {epochs: 2, batch: 16, optimizer: sgd, lr: 0.05, warmup_epochs: 0, ema: 0, augment: "
    "[flip]}\n"
    "seeds: [1]\n"
    "parts:\n"
    "  - grid: {step: 1, product: 2, also: [[1.2, 1.1, 1.15]]}\n"
    "  - curves: {width: [1], depth: [1], resolution: [1]}\n"
    "  - compare: {strategies: [compound], macs: [2]}\n";

static char base[64], study_path[128], environment[128];
static Text expected;    /* `result` of the undisturbed run */
static size_t n_trials;  /* of it: three, or four if the winner builds a network of its own */
static int64_t whole_ns; /* how long it took */

/* --- running --- */

static void start(Proc *proc, const char *out, const char *const *more, ProcStream error)
{
    const char *argv[MAX_ARGS] = {ISOFLOP_BINARY, "run", study_path, "--out", out, "--jobs", "2"};
    const char *const environments[] = {environment, NULL};
    size_t n = 7;
    for (size_t i = 0; more != NULL && more[i] != NULL; i++)
        argv[n++] = more[i];
    argv[n] = NULL;
    const ProcOptions options = {
        .argv = argv, .environment = environments, .output = PROC_NULL, .error = error};
    Err err = {0};
    if (proc_spawn(proc, &options, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
}

/* Runs to the end; *said (may be NULL) gets stderr. */
static int run(const char *out, const char *const *more, Text *said)
{
    const char *argv[MAX_ARGS] = {ISOFLOP_BINARY, "run", study_path, "--out", out, "--jobs", "2"};
    const char *const environments[] = {environment, NULL};
    size_t n = 7;
    for (size_t i = 0; more != NULL && more[i] != NULL; i++)
        argv[n++] = more[i];
    argv[n] = NULL;
    const ProcOptions options = {
        .argv = argv, .environment = environments, .output = PROC_NULL, .error = PROC_PIPE};
    Text ignored = {0};
    const ProcRun settings = {.error = said != NULL ? said : &ignored,
                              .max_bytes = MAX_OUTPUT,
                              .timeout_ns = RUN_TIMEOUT_S * SECOND};
    Proc proc = {0};
    Err err = {0};
    if (proc_run(&proc, &options, &settings, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    text_release(&ignored);
    return proc.exit_status;
}

static char *path_in(const char *name)
{
    char *path = file_join(base, name);
    assert_non_null(path);
    return path;
}

/* All rows that queries give. */
static void dump_queries(const char *out, const char *const *queries, Text *text)
{
    char *path = file_join(out, "study.db");
    Store *store = NULL;
    Arena arena = {0};
    Err err = {0};
    if (store_open_read(&store, path, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    for (; *queries != NULL; queries++) {
        StoreTable table;
        if (store_query(store, *queries, NULL, &arena, &table, &err) != ERR_NONE)
            fail_msg("%s", err.msg);
        for (size_t i = 0; i < table.n_rows * table.n_columns; i++)
            text_printf(text, "%s%c", table.cells[i] != NULL ? table.cells[i] : "-",
                        (i + 1) % table.n_columns ? ' ' : '\n');
    }
    arena_release(&arena);
    store_close(&store);
    mem_free(path);
}

#define FACTS "SELECT name, number, network, value_1, value_2, value_3, text FROM fact"
#define DECISIONS                                                                                  \
    "SELECT part, number, kind, virtual_time, ticket, d, w, r, digest, outcome, value, n, "        \
    "n_seeds, reason FROM decision"

/* The view `result`, and what was decided: all that does not depend on time. */
static void dump(const char *out, Text *text)
{
    static const char *const queries[] = {"SELECT * FROM result", FACTS, DECISIONS, NULL};
    dump_queries(out, queries, text);
}

static void assert_as_expected(const char *out)
{
    Text text = {0};
    dump(out, &text);
    assert_string_equal(text_string(&text), text_string(&expected));
    text_release(&text);
}

/* The number of rows a query gives. */
static size_t count(const char *out, const char *sql)
{
    char *path = file_join(out, "study.db");
    Store *store = NULL;
    Arena arena = {0};
    StoreTable table;
    Err err = {0};
    if (store_open_read(&store, path, &err) != ERR_NONE ||
        store_query(store, sql, NULL, &arena, &table, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    const size_t n = table.n_rows;
    arena_release(&arena);
    store_close(&store);
    mem_free(path);
    return n;
}

/* --- processes --- */

/* The state letter and parent of a process; false if there is none. */
static bool process_state(pid_t pid, char *state, pid_t *parent)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    char line[512];
    const bool is_read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    const char *after = is_read ? strrchr(line, ')') : NULL;
    int ppid = 0;
    if (after == NULL || sscanf(after + 1, " %c %d", state, &ppid) != 2)
        return false;
    *parent = ppid;
    return true;
}

static int children_of(pid_t parent, pid_t pids[MAX_PIDS])
{
    FileList list = {0};
    Err err = {0};
    int n = 0;
    assert_int_equal(file_list("/proc", &list, &err), ERR_NONE);
    for (size_t i = 0; i < list.n_names && n < MAX_PIDS; i++) {
        int64_t pid = 0;
        char state = '?';
        pid_t its_parent = 0;
        if (text_to_int64(list.names[i], &pid) && process_state((pid_t)pid, &state, &its_parent) &&
            its_parent == parent)
            pids[n++] = (pid_t)pid;
    }
    file_list_release(&list);
    return n;
}

static bool is_alive(pid_t pid)
{
    char state = '?';
    pid_t parent = 0;
    return process_state(pid, &state, &parent) && state != 'Z' && state != 'X';
}

/* Waits until the coordinator has a worker; returns how many. */
static int wait_for_workers(const Proc *proc, pid_t pids[MAX_PIDS])
{
    for (int i = 0; i < MAX_LOOKS; i++) {
        const int n = children_of(proc->pid, pids);
        if (n > 0)
            return n;
        clock_sleep_ns(5 * MILLISECOND);
    }
    return 0;
}

static void kill_and_reap(Proc *proc, int signal_number)
{
    Err err = {0};
    proc_signal(proc, signal_number);
    assert_int_equal(proc_wait(proc, END_TIMEOUT_S * SECOND, &err), ERR_NONE);
    proc_release(proc);
}

/* --- tests --- */

/* Killed at random instants, again and again, then run once more: nothing lost, nothing doubled,
 * the same bits. */
static void kills_change_nothing(void **state)
{
    (void)state;
    char *out = path_in("killed");
    Rng rng = rng_start(4, RNG_SHUFFLE, 0, 0);
    int n_ended = 0;
    for (int i = 0; i < N_KILLS; i++) {
        Proc proc = {0};
        Err err = {0};
        pid_t pids[MAX_PIDS];
        start(&proc, out, NULL, PROC_NULL);
        if (i == 0) /* the first kill meets a running study, however busy the machine is */
            assert_true(wait_for_workers(&proc, pids) > 0);
        else
            clock_sleep_ns(whole_ns / 100 * (5 + rng_below(&rng, 45)));
        n_ended += proc_wait(&proc, 0, &err) == ERR_NONE;
        kill_and_reap(&proc, SIGKILL);
    }
    assert_true(n_ended < N_KILLS); /* or no kill met a running study */
    assert_int_equal(run(out, NULL, NULL), 0);
    assert_as_expected(out);
    assert_int_equal(count(out, "SELECT * FROM trial"), n_trials);
    assert_int_equal(count(out, "SELECT * FROM trial WHERE status = 'done'"), n_trials);
    mem_free(out);
}

/* Workers die with a coordinator that is killed. They would train for minutes. */
static void no_worker_outlives_its_coordinator(void **state)
{
    (void)state;
    static const char *const more[] = {"--set", "recipe.epochs=1000", NULL};
    char *out = path_in("orphans");
    pid_t pids[MAX_PIDS];
    Proc proc = {0};
    start(&proc, out, more, PROC_NULL);
    const int n = wait_for_workers(&proc, pids);
    assert_true(n > 0);
    kill_and_reap(&proc, SIGKILL);
    bool is_any_alive = true;
    for (int i = 0; i < MAX_LOOKS && is_any_alive; i++) {
        is_any_alive = false;
        for (int k = 0; k < n; k++)
            is_any_alive |= is_alive(pids[k]);
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
    char *out = path_in("locked"), pid[32];
    pid_t pids[MAX_PIDS];
    Proc proc = {0};
    Text said = {0};
    Err err = {0};
    start(&proc, out, more, PROC_NULL);
    assert_true(wait_for_workers(&proc, pids) > 0);
    assert_int_equal(run(out, more, &said), 1);
    snprintf(pid, sizeof pid, "pid %d ", (int)proc.pid);
    assert_non_null(strstr(text_string(&said), pid));
    clock_sleep_ns(300 * MILLISECOND);
    proc_signal(&proc, SIGTERM);
    assert_int_equal(proc_wait(&proc, END_TIMEOUT_S * SECOND, &err), ERR_NONE);
    assert_int_equal(proc.exit_status, EXIT_INTERRUPTED);
    assert_true(
        count(out, "SELECT * FROM attempt_end WHERE reason = 'stopped' AND is_counted = 0") > 0);
    assert_int_equal(count(out, "SELECT * FROM attempt_end WHERE is_counted"), 0);
    proc_release(&proc);
    text_release(&said);
    mem_free(out);
}

/* Stopped by SIGTERM and gone on with: the same bits as undisturbed. */
static void stop_and_go_changes_nothing(void **state)
{
    (void)state;
    char *out = path_in("stopped");
    pid_t pids[MAX_PIDS];
    Proc proc = {0};
    start(&proc, out, NULL, PROC_NULL);
    assert_true(wait_for_workers(&proc, pids) > 0);
    kill_and_reap(&proc, SIGTERM);
    assert_int_equal(run(out, NULL, NULL), 0);
    assert_as_expected(out);
    mem_free(out);
}

/* One worker with three threads, and four workers side by side: the same bits as two workers. */
static void jobs_change_nothing(void **state)
{
    (void)state;
    static const char *const one[] = {"--jobs", "1", "--threads", "3", NULL};
    static const char *const four[] = {"--jobs", "4", "--threads", "1", NULL};
    char *out_one = path_in("one"), *out_four = path_in("four");
    assert_int_equal(run(out_one, one, NULL), 0);
    assert_as_expected(out_one);
    assert_int_equal(run(out_four, four, NULL), 0);
    assert_as_expected(out_four);
    mem_free(out_one);
    mem_free(out_four);
}

/* A finished study is not run again; a changed one is refused with what differs. */
static void finished_is_kept_and_change_is_refused(void **state)
{
    (void)state;
    static const char *const change[] = {"--set", "recipe.epochs=3", "--set", "recipe.lr=1", NULL};
    static const char *const growth[] = {"--seeds", "2", NULL};
    char *out = path_in("whole");
    Text said = {0};
    const size_t before = count(out, "SELECT * FROM attempt");
    assert_int_equal(run(out, NULL, NULL), 0);
    assert_int_equal(count(out, "SELECT * FROM attempt"), before);
    assert_int_equal(run(out, change, &said), 2);
    assert_non_null(strstr(text_string(&said), "what differs: recipe.epochs: 2 -> 3; recipe.lr: "));
    assert_int_equal(run(out, growth, NULL), 0);
    assert_int_equal(count(out, "SELECT * FROM trial WHERE status = 'done'"), 2 * n_trials);
    assert_int_equal(count(out, "SELECT * FROM attempt"), before + n_trials);
    text_release(&said);
    mem_free(out);
}

/*
 * After two seeds a run of one trains nothing and still lists both, an exact one lists its own
 * alone, and a list adds what it names.
 */
static void fewer_seeds_take_nothing_away(void **state)
{
    (void)state;
    static const char *const two[] = {"--seeds", "1,2", NULL};
    static const char *const exact[] = {"--seeds", "2,", "--exact-seeds", NULL};
    static const char *const largest[] = {"--seeds", "9007199254740992,", NULL};
    static const char listed[] = "SELECT * FROM trial WHERE is_listed AND status = 'done'";
    char *out = path_in("whole");
    assert_int_equal(run(out, two, NULL), 0);
    assert_int_equal(count(out, listed), 2 * n_trials);
    const size_t attempts = count(out, "SELECT * FROM attempt");
    assert_int_equal(run(out, NULL, NULL), 0);
    assert_int_equal(count(out, listed), 2 * n_trials);
    assert_int_equal(count(out, "SELECT DISTINCT seed FROM measured"), 2);
    assert_int_equal(run(out, exact, NULL), 0);
    assert_int_equal(count(out, listed), n_trials);
    assert_int_equal(count(out, "SELECT DISTINCT seed FROM measured WHERE seed = 2"), 1);
    assert_int_equal(count(out, "SELECT DISTINCT seed FROM measured"), 1);
    assert_int_equal(count(out, "SELECT * FROM attempt"), attempts);
    assert_int_equal(run(out, largest, NULL), 0);
    assert_int_equal(count(out, listed), 3 * n_trials);
    assert_int_equal(count(out, "SELECT * FROM finished f JOIN planned p ON p.id = f.trial "
                                "WHERE p.seed = 9007199254740992"),
                     n_trials);
    mem_free(out);
}

static void assert_said(const Text *said, const char *what)
{
    if (strstr(text_string(said), what) == NULL)
        fail_msg("'%s' was never said, only: %s", what, text_string(said));
}

/* Writes a launcher's script, which gets a worker's command line; mem_free the path. */
static char *write_launcher(const char *name, const char *script, Text *launcher)
{
    char *path = path_in(name);
    Err err = {0};
    assert_int_equal(file_write(path, script, strlen(script), &err), ERR_NONE);
    text_printf(launcher, "sh %s", path);
    return path;
}

/* A launcher's beginning: the job is read, and handed on with what else comes. */
#define READ_JOB "read -r job\n"
#define HAND_ON "{ printf '%s\\n' \"$job\"; cat; } | \"$@\"\n"

/*
 * A launcher that cannot start anything: nothing counts, the cause is said, exit 1; with the right
 * command all trials are done, with the same bits.
 */
static void the_surroundings_fail_no_trial(void **state)
{
    (void)state;
    static const char *const more[] = {"--launcher", "false", NULL};
    char *out = path_in("false");
    Text said = {0};
    assert_int_equal(run(out, more, &said), 1);
    assert_said(&said, "stay pending");
    assert_int_equal(count(out, "SELECT * FROM trial WHERE status <> 'pending'"), 0);
    assert_true(count(out, "SELECT * FROM attempt_end") >= STORE_ATTEMPTS);
    assert_int_equal(count(out, "SELECT * FROM attempt_end WHERE is_counted"), 0);
    assert_int_equal(run(out, NULL, NULL), 0);
    assert_as_expected(out);
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
    static const char script[] = READ_JOB "case $job in *'\"trial\":2,'*) exit 1;; esac\n" HAND_ON;
    Text launcher = {0};
    char *out = path_in("given-up"), *path = write_launcher("dies.sh", script, &launcher);
    const char *const more[] = {"--launcher", text_string(&launcher), "--jobs", "1", NULL};
    static const char *const again[] = {"--retry-failed", NULL};
    assert_int_equal(run(out, more, NULL), 3);
    assert_int_equal(count(out, "SELECT * FROM trial WHERE status = 'failed'"), 1);
    assert_int_equal(count(out, "SELECT * FROM attempt_end WHERE is_counted"), STORE_ATTEMPTS);
    assert_int_equal(run(out, NULL, NULL), 3);
    assert_int_equal(run(out, again, NULL), 0);
    assert_int_equal(count(out, "SELECT * FROM trial WHERE status <> 'done'"), 0);
    assert_int_equal(count(out, "SELECT * FROM attempt_end WHERE is_counted"), STORE_ATTEMPTS);
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
    static const char script[] = READ_JOB
        "attempt=$(printf %s \"$job\" | sed 's/.*\"attempt\":\\([0-9]*\\).*/\\1/')\n"
        "trial=$(printf %s \"$job\" | sed 's/.*\"trial\":\\([0-9]*\\).*/\\1/')\n"
        "head=\"\\\"trial\\\":$trial,\\\"attempt\\\":$attempt\"\n"
        "case $trial-$attempt in\n"
        "1-1) printf '{\"event\":\"epoch\",%s,\"epoch\":\"one\"}\\n' \"$head\"; sleep 9;;\n"
        "2-1) printf '{\"event\":\"done\",%s}\\n' \"$head\"; sleep 9;;\n"
        "3-1) printf '{\"event\":\"failed\",%s,\"code\":1}\\n' \"$head\"; sleep 9;;\n"
        "esac\n" HAND_ON;
    Text launcher = {0};
    char *out = path_in("nonsense"), *path = write_launcher("odd.sh", script, &launcher);
    const char *const more[] = {"--launcher", text_string(&launcher), NULL};
    assert_int_equal(run(out, more, NULL), 0);
    assert_as_expected(out);
    assert_true(count(out, "SELECT * FROM attempt_end WHERE detail LIKE '%makes no sense%'") >= 2);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

/* A budget that is too small: exit 2, and the revision in force and study.yaml are those of before.
 */
static void a_refused_run_changes_nothing(void **state)
{
    (void)state;
    static const char *const small[] = {"--time-budget", "0.001", "--seeds", "1,2,3,4,5,6", NULL};
    static const char *const only[] = {"--only", "curves", NULL};
    char *out = path_in("refused"), *yaml = file_join(out, "study.yaml"), *old = NULL, *new = NULL;
    size_t n_old = 0, n_new = 0;
    Err err = {0};
    assert_int_equal(run(out, only, NULL), 0);
    const size_t n_revisions = count(out, "SELECT * FROM revision");
    assert_int_equal(file_read(yaml, MAX_OUTPUT, &old, &n_old, &err), ERR_NONE);
    assert_int_equal(run(out, small, NULL), 2);
    assert_int_equal(count(out, "SELECT * FROM revision"), n_revisions);
    assert_int_equal(file_read(yaml, MAX_OUTPUT, &new, &n_new, &err), ERR_NONE);
    assert_string_equal(old, new);
    mem_free(old);
    mem_free(new);
    mem_free(yaml);
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
    char *out = path_in("flaky"), *path = path_in("flaky.sh");
    Text launcher = {0};
    Err err = {0};
    assert_int_equal(file_write(path, script, strlen(script), &err), ERR_NONE);
    text_printf(&launcher, "sh %s", path);
    const char *const more[] = {"--launcher", text_string(&launcher), "--jobs", "1", NULL};
    assert_int_equal(run(out, more, NULL), 0);
    assert_as_expected(out);
    assert_int_equal(
        count(out, "SELECT * FROM attempt_end WHERE reason = 'killed' AND NOT is_counted"), 2);
    text_release(&launcher);
    mem_free(out);
    mem_free(path);
}

/* A learning rate of 1e9: every trial diverges, which is a result: exit 0, nothing failed. */
static void divergence_is_a_result(void **state)
{
    (void)state;
    static const char *const more[] = {"--set", "recipe.lr=1e9", "--only", "curves", NULL};
    char *out = path_in("diverged");
    assert_int_equal(run(out, more, NULL), 0);
    assert_int_equal(count(out, "SELECT * FROM trial WHERE status = 'diverged'"), 1);
    assert_int_equal(
        count(out, "SELECT * FROM result WHERE outcome = 'diverged' AND first_bad_step >= 0"), 1);
    mem_free(out);
}

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
        "AND status = 'done' AND seed = 8";
    char *out = path_in("anew");
    Text first = {0}, again = {0}, last = {0}, said = {0};
    assert_int_equal(run(out, one, &said), 0);
    assert_said(&said, "grid is decided: a ray of alpha 2, beta 1, solved gamma 1");
    dump_queries(out, decided, &first);
    assert_int_equal(count(out, first_values), 1);
    assert_int_equal(count(out, "SELECT * FROM decision"), 3);
    assert_int_equal(run(out, one, NULL), 0);
    dump_queries(out, decided, &again);
    assert_string_equal(text_string(&first), text_string(&again));
    text_clear(&said);
    assert_int_equal(run(out, two, &said), 0);
    assert_said(&said, "grid is decided anew: a ray of alpha 1.2, beta 1.1, solved gamma 1.25; its "
                       "network is nominal 1.2 1.1 1.15, built 1.182 1.114 1.25: best of 2");
    assert_int_equal(count(out, first_values), 1);
    assert_int_equal(count(out, "SELECT * FROM fact WHERE number = 2 AND value_1 = 1.2"), 1);
    assert_int_equal(count(out, "SELECT * FROM decision"), 6);
    assert_int_equal(count(out, "SELECT * FROM measured WHERE series = 'compound' AND "
                                "status = 'done'"),
                     2);
    assert_int_equal(count(out, earlier), 1);
    assert_int_equal(count(out, "SELECT * FROM trial WHERE status <> 'done' OR NOT is_listed"), 0);
    text_clear(&again);
    dump_queries(out, decided, &again);
    assert_int_equal(run(out, one, NULL), 0);
    dump_queries(out, decided, &last);
    assert_string_equal(text_string(&again), text_string(&last));
    assert_int_equal(count(out, earlier), 1);
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
    static const char script[] = READ_JOB "case $job in *'\"trial\":1,'*) exit 1;; esac\n" HAND_ON;
    Text launcher = {0}, said = {0};
    char *out = path_in("one-fails"), *none = path_in("all-fail");
    char *path = write_launcher("fails.sh", script, &launcher);
    const char *const one[] = {"--launcher", text_string(&launcher), "--jobs", "1",
                               "--set",      DECIDING_PARTS,         NULL};
    static const char *const all[] = {"--launcher", "false", "--set", DECIDING_PARTS, NULL};
    assert_int_equal(run(out, one, &said), 3);
    assert_said(&said, "grid is decided: a ray of alpha 1.2, beta 1.1, solved gamma 1.25");
    assert_int_equal(count(out, "SELECT * FROM decision WHERE outcome = 'failed'"), 1);
    assert_int_equal(count(out, "SELECT * FROM trial WHERE status = 'done'"), 2);
    text_clear(&said);
    assert_int_equal(run(none, all, &said), 1);
    assert_said(&said, "stay pending");
    assert_int_equal(count(none, "SELECT * FROM decision WHERE kind = 'end'"), 0);
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
    char *out = path_in("follow");
    Text said = {0};
    assert_int_equal(run(out, first, &said), 0);
    assert_said(&said, "study micro: 1 networks, 1 trials, predicted");
    assert_said(&said, "[1/1]");
    assert_said(&said, "1 of 1 trials done");
    text_clear(&said);
    assert_int_equal(run(out, rest, &said), 0);
    assert_said(&said, "epoch 1/1");
    assert_said(&said, "2 of 2 trials done");
    assert_int_equal(count(out, "SELECT * FROM planned WHERE epochs = 1"), 1);
    assert_int_equal(count(out, "SELECT * FROM epoch JOIN planned p ON p.id = trial AND "
                                "p.epochs = 1"),
                     1);
    assert_int_equal(count(out, "SELECT * FROM epoch"), 3);
    text_release(&said);
    mem_free(out);
}

/* Reads stderr of a run until it says `what`. */
static void wait_for_words(Proc *proc, const char *what)
{
    Text said = {0};
    char buffer[512];
    size_t n = 1;
    Err err = {0};
    while (n > 0 && strstr(text_string(&said), what) == NULL) {
        assert_int_equal(file_read_some(proc->error, "stderr", buffer, sizeof buffer, &n, &err),
                         ERR_NONE);
        text_append_bytes(&said, buffer, n);
    }
    if (strstr(text_string(&said), what) == NULL)
        fail_msg("'%s' was never said, only: %s", what, text_string(&said));
    text_release(&said);
}

/*
 * A full disk pauses the study, says so, and it goes on when there is space again: the same bits.
 */
static void full_disk_pauses(void **state)
{
    (void)state;
    char *out = path_in("full");
    Proc proc = {0};
    Err err = {0};
    assert_int_equal(file_make_dirs(out, &err), ERR_NONE);
    if (mount("tmpfs", out, "tmpfs", 0, "size=256k") != 0) {
        print_message("SKIP: a small tmpfs cannot be mounted here\n");
        mem_free(out);
        skip();
    }
    start(&proc, out, NULL, PROC_PIPE);
    wait_for_words(&proc, "paused, waiting for space");
    assert_int_equal(mount("tmpfs", out, "tmpfs", MS_REMOUNT, "size=64m"), 0);
    wait_for_words(&proc, "trials done");
    assert_int_equal(proc_wait(&proc, END_TIMEOUT_S * SECOND, &err), ERR_NONE);
    assert_int_equal(proc.exit_status, 0);
    proc_release(&proc);
    assert_as_expected(out);
    assert_int_equal(umount(out), 0);
    mem_free(out);
}

static int setup(void **state)
{
    (void)state;
    Err err = {0};
    snprintf(base, sizeof base, "test_coordinator_XXXXXX");
    if (mkdtemp(base) == NULL)
        return -1;
    snprintf(study_path, sizeof study_path, "%s/micro.yaml", base);
    snprintf(environment, sizeof environment, "ISOFLOP_CACHE=%s/cache", base);
    if (file_write(study_path, study_text, strlen(study_text), &err) != ERR_NONE)
        return -1;
    char *out = path_in("whole");
    const int64_t begin_ns = clock_now_ns();
    const int status = run(out, NULL, NULL);
    whole_ns = clock_now_ns() - begin_ns;
    dump(out, &expected);
    n_trials = count(out, "SELECT * FROM trial");
    mem_free(out);
    return status;
}

static int teardown(void **state)
{
    (void)state;
    Err err = {0};
    text_release(&expected);
    return file_remove_tree(base, &err) == ERR_NONE ? 0 : -1;
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
        cmocka_unit_test(constants_are_decided_anew),
        cmocka_unit_test(failures_reach_the_decider),
        cmocka_unit_test(parts_follow_one_another),
        cmocka_unit_test(the_surroundings_fail_no_trial),
        cmocka_unit_test(crashes_are_given_up),
        cmocka_unit_test(nonsense_fails_an_attempt),
        cmocka_unit_test(a_refused_run_changes_nothing),
        cmocka_unit_test(crashes_are_survived),
        cmocka_unit_test(divergence_is_a_result),
        cmocka_unit_test(jobs_change_nothing),
        cmocka_unit_test(full_disk_pauses),
        cmocka_unit_test(finished_is_kept_and_change_is_refused),
        cmocka_unit_test(fewer_seeds_take_nothing_away),
    };
    if (argc > 1 && strcmp(argv[1], "smoke") == 0)
        return cmocka_run_group_tests(smoke, setup, teardown);
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
