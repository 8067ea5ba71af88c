/* base/proc: children, pipes, timeouts, groups, deaths of parents, signals as flags. */
#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/sys.h"
#include "base/sysfault.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static const int64_t second_ns = 1000000000;

/* Runs `sh -c script` with input; output in *out, error output in *errors. */
static ErrCode run_script(const char *script, const char *input, Text *out, Text *errors,
                          Proc *proc, Err *err)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    const ProcOptions options = {.argv = argv};
    const ProcRun run = {.input = input,
                         .n_input = input != NULL ? strlen(input) : 0,
                         .output = out,
                         .error = errors,
                         .max_bytes = 1 << 20,
                         .timeout_ns = 120 * second_ns};
    return proc_run(proc, &options, &run, err);
}

/*
 * Property: input is fed, both outputs are collected apart, the status comes back; more input than
 * a pipe holds does not deadlock with more output than a pipe holds.
 */
static void children_are_fed_and_heard(void **state)
{
    (void)state;
    Err err;
    Proc proc;
    Text out = {0}, errors = {0};
    assert_int_equal(run_script("cat; echo bad >&2; exit 3", "hello", &out, &errors, &proc, &err),
                     ERR_NONE);
    assert_string_equal(text_string(&out), "hello");
    assert_string_equal(text_string(&errors), "bad\n");
    assert_true(proc.has_ended && proc.exit_status == 3);
    assert_int_equal(proc_check(&proc, "sh", &err), ERR_CHILD);
    assert_string_equal(err.msg, "'sh' ended with status 3");
    enum { LONG_BYTES = 500000 };
    char *input = malloc(LONG_BYTES + 1);
    assert_non_null(input);
    memset(input, 'x', LONG_BYTES);
    input[LONG_BYTES] = '\0';
    text_clear(&out);
    assert_int_equal(run_script("cat", input, &out, &errors, &proc, &err), ERR_NONE);
    assert_int_equal(out.n_bytes, LONG_BYTES);
    assert_int_equal(proc_check(&proc, "sh", &err), ERR_NONE);
    /* A child that does not read is no error: its status says all. */
    text_clear(&out);
    assert_int_equal(run_script("exec <&-; exit 0", input, &out, &errors, &proc, &err), ERR_NONE);
    text_clear(&out);
    assert_int_equal(run_script("kill -9 $$", NULL, &out, &errors, &proc, &err), ERR_NONE);
    assert_int_equal(proc_check(&proc, "sh", &err), ERR_CHILD);
    assert_string_equal(err.msg, "'sh' ended by signal 9 (Killed)");
    free(input);
    text_release(&out);
    text_release(&errors);
}

/* Property: too much output and too much time end the child, with an error that says which. */
static void children_are_bounded(void **state)
{
    (void)state;
    Err err;
    Proc proc;
    Text out = {0};
    const char *yes_argv[] = {"yes", NULL}, *sleep_argv[] = {"sleep", "30", NULL};
    const ProcOptions yes = {.argv = yes_argv}, nap = {.argv = sleep_argv};
    const ProcRun bounded = {.output = &out, .max_bytes = 1000, .timeout_ns = -1};
    assert_int_equal(proc_run(&proc, &yes, &bounded, &err), ERR_DATA);
    assert_true(proc.has_ended);
    const ProcRun brief = {.output = &out, .max_bytes = 1000, .timeout_ns = second_ns / 10};
    text_clear(&out);
    const int64_t begin = clock_now_ns();
    assert_int_equal(proc_run(&proc, &nap, &brief, &err), ERR_TIMEOUT);
    assert_true(proc.has_ended && proc.signal == SIGKILL);
    assert_true(clock_now_ns() - begin < 25 * second_ns); /* the child would sleep for 30 */
    text_release(&out);
}

/*
 * Property: no shell: an argument with metacharacters arrives as it is. The environment has the
 * additions, of which the later wins, and the rest.
 */
static void arguments_and_environment_arrive(void **state)
{
    (void)state;
    Err err;
    Proc proc;
    Text out = {0};
    const char *argv[] = {"printf", "%s", "$(touch x); `y` | z", NULL};
    const ProcOptions options = {.argv = argv};
    const ProcRun run = {.output = &out, .max_bytes = 1000, .timeout_ns = 120 * second_ns};
    assert_int_equal(proc_run(&proc, &options, &run, &err), ERR_NONE);
    assert_string_equal(text_string(&out), "$(touch x); `y` | z");
    setenv("ISOFLOP_TEST_A", "old", 1);
    setenv("ISOFLOP_TEST_B", "kept", 1);
    const char *additions[] = {"ISOFLOP_TEST_A=1", "ISOFLOP_TEST_A=2", NULL};
    const char *env_argv[] = {"env", NULL};
    const ProcOptions with = {.argv = env_argv, .environment = additions};
    text_clear(&out);
    const ProcRun wide = {.output = &out, .max_bytes = 1 << 20, .timeout_ns = 120 * second_ns};
    assert_int_equal(proc_run(&proc, &with, &wide, &err), ERR_NONE);
    assert_non_null(strstr(text_string(&out), "ISOFLOP_TEST_A=2\n"));
    assert_non_null(strstr(text_string(&out), "ISOFLOP_TEST_B=kept\n"));
    assert_null(strstr(text_string(&out), "ISOFLOP_TEST_A=old"));
    assert_null(strstr(text_string(&out), "ISOFLOP_TEST_A=1\n"));
    text_release(&out);
}

/* Property: a program that is nowhere, and a spawn that fails, are said by name. */
static void failing_spawns_are_said(void **state)
{
    (void)state;
    Err err = {0};
    Proc proc;
    const char *argv[] = {"no-such-program-here", NULL}, *path_argv[] = {"./no-such", NULL},
               *true_argv[] = {"true", NULL};
    ProcOptions options = {.argv = argv, .input = PROC_PIPE};
    assert_int_equal(proc_spawn(&proc, &options, &err), ERR_IO);
    assert_non_null(strstr(err.msg, "'no-such-program-here'"));
    assert_int_equal(proc.pid, 0);
    options.argv = path_argv;
    assert_int_equal(proc_spawn(&proc, &options, &err), ERR_IO);
    options.argv = true_argv;
    sysfault_arm(SYS_SPAWN, 1, SYS_FAIL, EAGAIN);
    assert_int_equal(proc_spawn(&proc, &options, &err), ERR_IO);
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_non_null(strstr(err.msg, "cannot start 'true'"));
}

/*
 * Property: waiting looks without blocking, a group of its own is stopped with all its members, and
 * EOF on its input reaches a child.
 */
static void groups_are_stopped(void **state)
{
    (void)state;
    Err err;
    Proc proc;
    const char *argv[] = {"sh", "-c", "trap '' TERM; sleep 30 & echo $!; wait; sleep 30", NULL};
    const ProcOptions options = {.argv = argv, .output = PROC_PIPE, .own_group = true};
    assert_int_equal(proc_spawn(&proc, &options, &err), ERR_NONE);
    char line[32] = {0};
    size_t n;
    assert_int_equal(file_read_some(proc.output, "sh", line, sizeof line - 1, &n, &err), ERR_NONE);
    const pid_t grandchild = (pid_t)atol(line);
    assert_true(grandchild > 0 && kill(grandchild, 0) == 0);
    assert_int_equal(proc_wait(&proc, 0, &err), ERR_TIMEOUT);
    proc_stop(&proc, second_ns / 10);
    assert_true(proc.has_ended && proc.signal == SIGKILL);
    proc_stop(&proc, 0);
    bool is_gone = false; /* or a zombie of init's that was not reaped yet */
    for (int i = 0; i < 6000 && !is_gone; i++) {
        char path[64], stat[256] = {0};
        snprintf(path, sizeof path, "/proc/%ld/stat", (long)grandchild);
        FILE *file = fopen(path, "r");
        is_gone =
            file == NULL || fgets(stat, sizeof stat, file) == NULL || strstr(stat, ") Z") != NULL;
        if (file != NULL)
            fclose(file);
        clock_sleep_ns(second_ns / 100);
    }
    assert_true(is_gone);
    const char *cat_argv[] = {"cat", NULL};
    const ProcOptions cat = {.argv = cat_argv, .input = PROC_PIPE, .output = PROC_NULL};
    assert_int_equal(proc_spawn(&proc, &cat, &err), ERR_NONE);
    proc_close_input(&proc);
    assert_int_equal(proc_wait(&proc, 120 * second_ns, &err), ERR_NONE);
    assert_int_equal(proc.exit_status, 0);
    proc_release(&proc);
}

/*
 * Property: a child that asked to die with its parent does; one whose parent is already another is
 * told so.
 */
static void children_die_with_their_parent(void **state)
{
    (void)state;
    Err err;
    int pipe_fds[2];
    assert_int_equal(proc_die_with_parent(getppid() + 1, &err), ERR_CHILD);
    assert_int_equal(prctl(PR_SET_PDEATHSIG, 0), 0);
    assert_int_equal(pipe(pipe_fds), 0);
    const pid_t parent = fork();
    if (parent == 0) {
        const pid_t middle = getpid();
        if (fork() == 0) {
            const bool is_ok = proc_die_with_parent(middle, &err) == ERR_NONE;
            if (write(pipe_fds[1], is_ok ? "y" : "n", 1) == 1)
                for (;;)
                    pause();
        }
        for (;;)
            pause();
    }
    close(pipe_fds[1]);
    char answer = 0;
    assert_int_equal(read(pipe_fds[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    /*
     * The grandchild's end of the pipe closes when it dies: end of file, not a hang until the
     * test's timeout.
     */
    assert_int_equal(read(pipe_fds[0], &answer, 1), 0);
    close(pipe_fds[0]);
}

/*
 * Property: the first stop signal sets the flag and ends a wait, the second one ends the process,
 * of either kind.
 */
static void signals_are_flags(void **state)
{
    (void)state;
    const pid_t pid = fork();
    if (pid == 0) {
        Err err;
        Proc proc;
        const char *argv[] = {"sleep", "30", NULL};
        const ProcOptions options = {.argv = argv};
        if (proc_catch_stops(&err) != ERR_NONE || proc_spawn(&proc, &options, &err) != ERR_NONE)
            _exit(10);
        raise(SIGINT);
        if (proc_stop_requested() != SIGINT)
            _exit(11);
        proc_stop(&proc, 0);
        raise(SIGPIPE);
        raise(SIGXFSZ);
        raise(SIGTERM);
        _exit(12);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

/*
 * Property: a SIGCHLD that was inherited as ignored does not swallow a child's status, and SIGHUP
 * asks for a stop as SIGTERM does, unless it is ignored.
 */
static void inherited_signals_do_no_harm(void **state)
{
    (void)state;
    Err err = {0};
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const char *const argv[] = {"sh", "-c", "exit 7", NULL};
        const ProcOptions options = {.argv = argv};
        Proc proc;
        (void)signal(SIGCHLD, SIG_IGN);
        if (proc_spawn(&proc, &options, &err) != ERR_NONE ||
            proc_wait(&proc, -1, &err) != ERR_NONE || proc.exit_status != 7)
            _exit(1);
        (void)signal(SIGHUP, SIG_IGN);
        if (proc_catch_stops(&err) != ERR_NONE || raise(SIGHUP) != 0 || proc_stop_requested() != 0)
            _exit(2);
        (void)signal(SIGHUP, SIG_DFL);
        if (proc_catch_stops(&err) != ERR_NONE || raise(SIGHUP) != 0 ||
            proc_stop_requested() != SIGHUP)
            _exit(3);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Property: a wait is ended by a stop that arrives meanwhile. */
static void a_stop_ends_a_wait(void **state)
{
    (void)state;
    const pid_t pid = fork();
    if (pid == 0) {
        Err err;
        Proc proc;
        const char *argv[] = {"sleep", "30", NULL};
        const ProcOptions options = {.argv = argv};
        if (proc_catch_stops(&err) != ERR_NONE || proc_spawn(&proc, &options, &err) != ERR_NONE)
            _exit(10);
        if (fork() == 0) {
            clock_sleep_ns(second_ns / 10);
            kill(getppid(), SIGTERM);
            _exit(0);
        }
        const ErrCode code = proc_wait(&proc, 120 * second_ns, &err);
        proc_stop(&proc, 0);
        _exit(code == ERR_INTERRUPTED ? 0 : 11);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Property: we know our own path, host and environment. */
static void we_know_ourselves(void **state)
{
    (void)state;
    Err err;
    char *path, host[64];
    assert_int_equal(proc_self_path(&path, &err), ERR_NONE);
    assert_true(path[0] == '/' && strstr(path, "test_proc"));
    mem_free(path);
    assert_true(proc_host(host, sizeof host)[0] != '\0');
    setenv("ISOFLOP_TEST_A", "", 1);
    assert_null(proc_env("ISOFLOP_TEST_A"));
    assert_null(proc_env("ISOFLOP_TEST_UNSET"));
    assert_int_equal(proc_pid(), getpid());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_are_fed_and_heard),
        cmocka_unit_test(children_are_bounded),
        cmocka_unit_test(arguments_and_environment_arrive),
        cmocka_unit_test(failing_spawns_are_said),
        cmocka_unit_test(groups_are_stopped),
        cmocka_unit_test(children_die_with_their_parent),
        cmocka_unit_test(signals_are_flags),
        cmocka_unit_test(inherited_signals_do_no_harm),
        cmocka_unit_test(a_stop_ends_a_wait),
        cmocka_unit_test(we_know_ourselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
