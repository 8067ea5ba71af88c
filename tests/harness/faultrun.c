/* tests/harness/faultrun.c: forks, breaks what is to be broken, runs. */
#include "tests/harness/faultrun.h"

#include "tests/harness/micro.h"

#include "base/file.h"
#include "base/sys.h"
#include "harness/coordinator.h"
#include "harness/worker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITES "FAULTRUN_WRITES"

/* --- a broken device --- */

static ssize_t (*real_write)(int fd, const void *data, size_t n_bytes);
static atomic_long n_left; /* writes that still succeed */
static int write_error;

static ssize_t broken_write(int fd, const void *data, size_t n_bytes)
{
    struct stat facts;
    if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && atomic_fetch_sub(&n_left, 1) <= 0) {
        errno = write_error;
        return -1;
    }
    return real_write(fd, data, n_bytes);
}

void faultrun_break_writes(long k, int error)
{
    real_write = sys_calls.write;
    atomic_store(&n_left, k - 1);
    write_error = error;
    sys_calls.write = broken_write;
}

/* --- the worker --- */

static bool is_worker(int argc, char **argv, int *status)
{
    const char *writes = getenv(WRITES);
    Err err = {0};
    long k;
    int error;
    if (argc != 3 || strcmp(argv[2], "--worker") != 0)
        return false;
    if (writes != NULL && sscanf(writes, "%ld:%d", &k, &error) == 2)
        faultrun_break_writes(k, error);
    *status = 1;
    if (proc_catch_stops(&err) == ERR_NONE)
        *status =
            worker_main(STDIN_FILENO, STDOUT_FILENO, cpu_best_level(), &err) == ERR_NONE ? 0 : 1;
    return true;
}

int faultrun_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n_tests)
{
    int status;
    if (is_worker(argc, argv, &status))
        return status;
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return _cmocka_run_group_tests("faults", tests, n_tests, micro_setup, micro_teardown);
}

/* --- the coordinator --- */

static void say(void *user, const char *message)
{
    (void)user;
    dprintf(STDERR_FILENO, "%s\n", message);
}

/* In the child: never returns. */
static void run_and_exit(const FaultRun *run)
{
    RunSettings settings = run->settings;
    RunCallbacks callbacks = run->callbacks;
    RunReport report;
    Study *study = NULL;
    size_t n_sets = 0;
    char *self = NULL;
    Err err = {0};
    callbacks.note = say;
    settings.jobs = settings.jobs > 0 ? settings.jobs : 2;
    settings.level = cpu_best_level();
    while (n_sets < ARRAY_LEN(run->sets) && run->sets[n_sets] != NULL)
        n_sets++;
    putenv(micro.cache);
    if (run->worker != NULL)
        putenv(strdup(run->worker));
    TRY(proc_catch_stops(&err));
    TRY(proc_self_path(&self, &err));
    settings.program = self;
    TRY(study_load(&study, micro.study_path, run->sets, n_sets, &err));
    if (run->begin != NULL)
        run->begin();
    TRY(coordinator_run(study, &settings, &callbacks, &report, &err));
    enum { TRIALS_FAILED = 3 };
    _exit(report.progress.n_failed ? TRIALS_FAILED : 0);
fail:
    say(NULL, err.msg);
    _exit(err_exit_status(err.code));
}

void faultrun_start(Proc *proc, const FaultRun *run)
{
    int words[2];
    assert_int_equal(pipe(words), 0);
    *proc = (Proc){.input = -1, .output = -1, .error = words[0], .exit_status = -1};
    proc->pid = fork();
    assert_true(proc->pid >= 0);
    if (proc->pid == 0) {
        close(words[0]);
        dup2(words[1], STDERR_FILENO);
        close(words[1]);
        run_and_exit(run);
    }
    close(words[1]);
}

int faultrun(const FaultRun *run, Text *said)
{
    Proc proc;
    Text ignored = {0};
    Text *words = said != NULL ? said : &ignored;
    char buffer[512];
    size_t n = 1;
    Err err = {0};
    faultrun_start(&proc, run);
    while (n > 0) {
        assert_int_equal(file_read_some(proc.error, "words", buffer, sizeof buffer, &n, &err),
                         ERR_NONE);
        text_append_bytes(words, buffer, n);
    }
    assert_int_equal(proc_wait(&proc, RUN_TIMEOUT_S * SECOND, &err), ERR_NONE);
    proc_release(&proc);
    text_release(&ignored);
    return proc.signal != 0 ? 128 + proc.signal : proc.exit_status;
}
