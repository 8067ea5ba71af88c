/* tests/harness/micro.c: the micro study, its runs, and the processes they have. */
#include "tests/harness/micro.h"

#include "base/clock.h"
#include "base/dir.h"
#include "base/file.h"
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
#include <sys/stat.h>
#include <unistd.h>

static const char study_text[] =
    "study: micro\nbaseline: proxy-b0\ndata: {name: polytex, train: 48, val: 20, test: 20}\n"
    "recipe: {epochs: 2, batch: 16, optimizer: sgd, lr: 0.05, warmup_epochs: 0, ema: 0, augment: "
    "[flip]}\n"
    "seeds: [1]\n"
    "parts:\n"
    "  - grid: {step: 1, product: 2, also: [[1.2, 1.1, 1.15]]}\n"
    "  - curves: {width: [1], depth: [1], resolution: [1]}\n"
    "  - compare: {strategies: [compound], macs: [2]}\n";

Micro micro;

/* --- running --- */

/* The words of a run; more (may be NULL) stand behind them. */
static void set_words(const char *argv[MAX_ARGS], const char *out, const char *const *more)
{
    const char *const words[] = {ISOFLOP_BINARY, "run", micro.study_path, "--out", out,
                                 "--jobs",       "2"};
    size_t n = 0;
    for (; n < ARRAY_LEN(words); n++)
        argv[n] = words[n];
    for (size_t i = 0; more != NULL && more[i] != NULL; i++)
        argv[n++] = more[i];
    argv[n] = NULL;
}

void micro_start(Proc *proc, const char *out, const char *const *more, ProcStream error)
{
    const char *argv[MAX_ARGS];
    const char *const environments[] = {micro.cache, text_string(&micro.path), NULL};
    set_words(argv, out, more);
    const ProcOptions options = {
        .argv = argv, .environment = environments, .output = PROC_NULL, .error = error};
    Err err = {0};
    if (proc_spawn(proc, &options, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
}

/* Runs to the end; *said (may be NULL) gets stderr. */
int micro_run(const char *out, const char *const *more, Text *said)
{
    const char *argv[MAX_ARGS];
    const char *const environments[] = {micro.cache, text_string(&micro.path), NULL};
    set_words(argv, out, more);
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

char *micro_path(const char *name)
{
    char *path = file_join(micro.base, name);
    assert_non_null(path);
    return path;
}

/* All rows that queries give. */
void micro_dump_queries(const char *out, const char *const *queries, Text *text)
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

/* The view `result`, and what was decided: all that does not depend on time. */
void micro_dump(const char *out, Text *text)
{
    static const char *const queries[] = {"SELECT * FROM result", FACTS, DECISIONS, NULL};
    micro_dump_queries(out, queries, text);
}

void micro_assert_as_expected(const char *out)
{
    Text text = {0};
    micro_dump(out, &text);
    assert_string_equal(text_string(&text), text_string(&micro.expected));
    text_release(&text);
}

void micro_assert_results(const char *out)
{
    static const char *const results[] = {"SELECT * FROM result", NULL};
    Text text = {0};
    micro_dump_queries(out, results, &text);
    assert_true(text.n_bytes > 0 && text.n_bytes < micro.expected.n_bytes);
    assert_memory_equal(text_string(&text), text_string(&micro.expected), text.n_bytes);
    text_release(&text);
}

/* The number of rows a query gives. */
size_t micro_count(const char *out, const char *sql)
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

int micro_children(pid_t parent, pid_t pids[MAX_PIDS])
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

bool micro_is_alive(pid_t pid)
{
    char state = '?';
    pid_t parent = 0;
    return process_state(pid, &state, &parent) && state != 'Z' && state != 'X';
}

/* Waits until the coordinator has a worker, or has ended; returns how many it has. */
int micro_wait_for_workers(const Proc *proc, pid_t pids[MAX_PIDS])
{
    for (int i = 0; i < MAX_LOOKS && micro_is_alive(proc->pid); i++) {
        const int n = micro_children(proc->pid, pids);
        if (n > 0)
            return n;
        clock_sleep_ns(5 * MILLISECOND);
    }
    return 0;
}

void micro_kill(Proc *proc, int signal_number)
{
    Err err = {0};
    proc_signal(proc, signal_number);
    assert_int_equal(proc_wait(proc, END_TIMEOUT_S * SECOND, &err), ERR_NONE);
    proc_release(proc);
}

void micro_kill_often(const char *out, const char *const *more, const char *const *other,
                      int n_kills, int apart_ms)
{
    for (int i = 0; i < n_kills; i++) {
        Proc proc = {0};
        pid_t pids[MAX_PIDS];
        micro_start(&proc, out, i % 2 ? other : more, PROC_NULL);
        const int n = micro_wait_for_workers(&proc, pids);
        assert_true(i > 0 || n > 0);
        clock_sleep_ns((i + 1) * apart_ms * MILLISECOND);
        micro_kill(&proc, SIGKILL);
    }
}

void micro_end_as(const char *out, const char *const *more, const Text *expected)
{
    Text text = {0};
    assert_int_equal(micro_run(out, more, NULL), 0);
    micro_dump(out, &text);
    assert_string_equal(text_string(&text), text_string(expected));
    text_release(&text);
}

void micro_assert_said(const Text *said, const char *what)
{
    if (strstr(text_string(said), what) == NULL)
        fail_msg("'%s' was never said, only: %s", what, text_string(said));
}

void micro_wait_for_words(Proc *proc, const char *what)
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

/* Writes a launcher's script, which gets a worker's command line; mem_free the path. */
char *micro_launcher(const char *name, const char *script, Text *launcher)
{
    char *path = micro_path(name);
    Err err = {0};
    assert_int_equal(file_write(path, script, strlen(script), &err), ERR_NONE);
    text_printf(launcher, "sh %s", path);
    return path;
}

void micro_kill_left(const char *script)
{
    char name[128], *text = NULL;
    size_t n = 0;
    int64_t pid = 0;
    Err err = {0};
    snprintf(name, sizeof name, "%s.pid", script);
    assert_int_equal(file_read(name, sizeof name, &text, &n, &err), ERR_NONE);
    text[strcspn(text, "\n")] = '\0';
    assert_true(text_to_int64(text, &pid) && pid > 1);
    assert_int_equal(kill((pid_t)pid, SIGKILL), 0); /* it was there to the end */
    mem_free(text);
}

/* One that draws nothing, and PATH with its folder in front; not 0 if that cannot be. */
static int put_gnuplot(void)
{
    static const char script[] = "#!/bin/sh\nexit 1\n";
    Err err = {0};
    char *program = micro_path("gnuplot"), *folder = realpath(micro.base, NULL);
    int status = -1;
    if (folder != NULL && file_write(program, script, strlen(script), &err) == ERR_NONE)
        status = chmod(program, S_IRWXU);
    text_printf(&micro.path, "PATH=%s:%s", folder != NULL ? folder : "", getenv("PATH"));
    free(folder);
    mem_free(program);
    return status;
}

int micro_setup(void **state)
{
    (void)state;
    Err err = {0};
    snprintf(micro.base, sizeof micro.base, "test_coordinator_XXXXXX");
    if (mkdtemp(micro.base) == NULL)
        return -1;
    snprintf(micro.study_path, sizeof micro.study_path, "%s/micro.yaml", micro.base);
    snprintf(micro.cache, sizeof micro.cache, "ISOFLOP_CACHE=%s/cache", micro.base);
    if (file_write(micro.study_path, study_text, strlen(study_text), &err) != ERR_NONE ||
        put_gnuplot() != 0)
        return -1;
    char *out = micro_path("whole");
    const int64_t begin_ns = clock_now_ns();
    const int status = micro_run(out, NULL, NULL);
    micro.whole_ns = clock_now_ns() - begin_ns;
    micro_dump(out, &micro.expected);
    micro.n_trials = micro_count(out, "SELECT * FROM trial");
    mem_free(out);
    return status;
}

int micro_setup_space(void **state)
{
    static const char space[] =
        "space: toy\nbase: proxy-b0\nstages:\n"
        "  1-3: {kernel: {choose: [3, 5]}, expand: {choose: [3, 6]}, layers: {add: [0, 1]}}\n";
    Err err = {0};
    const int status = micro_setup(state);
    char *path = micro_path("toy.yaml");
    const ErrCode code = file_write(path, space, strlen(space), &err);
    mem_free(path);
    return code == ERR_NONE ? status : -1;
}

int micro_teardown(void **state)
{
    (void)state;
    Err err = {0};
    text_release(&micro.expected);
    text_release(&micro.path);
    return dir_remove_tree(NULL, micro.base, &err) == ERR_NONE ? 0 : -1;
}
