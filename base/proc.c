/* Child processes; see proc.h. Signals and facts about ourselves are in proc_self.c. */
#include "base/proc.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { READ_END, WRITE_END };
enum { NS_PER_MS = 1000000, PIECE_BYTES = 65536 };

static void close_fd(int *fd)
{
    file_close_fd(*fd);
    *fd = -1;
}

/* --- where to find the program --- */

/*
 * The path of a program without '/', looked up in PATH; NULL if it is nowhere (or without memory).
 */
static char *find_program(const char *name)
{
    if (strchr(name, '/') != NULL)
        return mem_strdup(name);
    const char *path = proc_env("PATH");
    for (const char *begin = path != NULL ? path : "/usr/bin:/bin"; *begin;) {
        const size_t n = strcspn(begin, ":");
        char *folder = mem_strndup(n > 0 ? begin : ".", n > 0 ? n : 1);
        char *program = folder != NULL ? file_join(folder, name) : NULL;
        mem_free(folder);
        if (program != NULL && access(program, X_OK) == 0 && !file_is_folder(program))
            return program;
        mem_free(program);
        begin += n;
        begin += *begin == ':';
    }
    return NULL;
}

/* --- environment --- */

static size_t count(const char *const *list)
{
    size_t n = 0;
    while (list != NULL && list[n] != NULL)
        n++;
    return n;
}

static bool is_same_variable(const char *a, const char *b)
{
    const size_t n = strcspn(a, "=");
    return strncmp(a, b, n) == 0 && b[n] == '=';
}

/*
 * Ours without what `additions` replace, then the additions, of which a later one wins. Free the
 * array only.
 */
static char **merge_environment(const char *const *additions)
{
    const size_t n_ours = count((const char *const *)environ), n_new = count(additions);
    char **merged = mem_calloc(n_ours + n_new + 1, sizeof *merged);
    size_t n = 0;
    for (size_t i = 0; merged != NULL && i < n_ours + n_new; i++) {
        const char *variable = i < n_ours ? environ[i] : additions[i - n_ours];
        bool is_replaced = false;
        for (size_t k = i < n_ours ? 0 : i - n_ours + 1; k < n_new; k++)
            is_replaced = is_replaced || is_same_variable(additions[k], variable);
        if (!is_replaced)
            merged[n++] = (char *)(uintptr_t)variable; /* posix_spawn promises not to write */
    }
    return merged;
}

/* --- spawning --- */

/* The two ends of the pipes; -1 where there is none. */
typedef struct Pipes {
    int ends[3][2];
} Pipes;

static ErrCode open_pipes(const ProcOptions *options, Pipes *pipes, Err *err)
{
    const ProcStream streams[3] = {options->input, options->output, options->error};
    for (int fd = 0; fd < 3; fd++)
        pipes->ends[fd][READ_END] = pipes->ends[fd][WRITE_END] = -1;
    for (int fd = 0; fd < 3; fd++)
        if (streams[fd] == PROC_PIPE && pipe2(pipes->ends[fd], O_CLOEXEC) != 0)
            return err_errno(err, "make a pipe for", options->argv[0]);
    return ERR_NONE;
}

static void close_pipes(Pipes *pipes)
{
    for (int fd = 0; fd < 3; fd++) {
        close_fd(&pipes->ends[fd][READ_END]);
        close_fd(&pipes->ends[fd][WRITE_END]);
    }
}

/* What the child does with its three descriptors; 0 or an errno. */
static int describe_streams(posix_spawn_file_actions_t *actions, const ProcOptions *options,
                            const Pipes *pipes)
{
    const ProcStream streams[3] = {options->input, options->output, options->error};
    for (int fd = 0; fd < 3; fd++) {
        int error = 0;
        const int child_end = pipes->ends[fd][fd == 0 ? READ_END : WRITE_END];
        if (streams[fd] == PROC_PIPE)
            error = posix_spawn_file_actions_adddup2(actions, child_end, fd);
        else if (streams[fd] == PROC_NULL)
            error = posix_spawn_file_actions_addopen(actions, fd, "/dev/null",
                                                     fd == 0 ? O_RDONLY : O_WRONLY, 0);
        else if (streams[fd] == PROC_TO_STDOUT)
            error = posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, fd);
        if (error != 0)
            return error;
    }
    return 0;
}

/*
 * Signals back to their defaults (we ignore SIGPIPE and SIGXFSZ), an empty mask, and a group if
 * wanted; 0 or an errno.
 */
static int describe_signals(posix_spawnattr_t *attributes, const ProcOptions *options)
{
    sigset_t defaults, none;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    sigaddset(&defaults, SIGCHLD);
    sigemptyset(&none);
    int error = posix_spawnattr_setsigdefault(attributes, &defaults);
    if (error == 0)
        error = posix_spawnattr_setsigmask(attributes, &none);
    if (error == 0 && options->own_group)
        error = posix_spawnattr_setpgroup(attributes, 0);
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if (options->own_group)
        flags |= POSIX_SPAWN_SETPGROUP;
    return error == 0 ? posix_spawnattr_setflags(attributes, flags) : error;
}

/* The spawn itself; 0 or an errno. */
static int start(pid_t *pid, const ProcOptions *options, const char *program, char **environment,
                 const Pipes *pipes)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    error = describe_streams(&actions, options, pipes);
    if (error == 0)
        error = describe_signals(&attributes, options);
    if (error == 0)
        error = sys_calls.spawn(pid, program, &actions, &attributes,
                                (char *const *)(uintptr_t)options->argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void forget(Proc *proc)
{
    *proc = (Proc){.input = -1, .output = -1, .error = -1, .exit_status = -1};
}

static int take(int *fd)
{
    const int taken = *fd;
    *fd = -1;
    return taken;
}

/* Where SIGCHLD was inherited as ignored, the system would reap our children for us. */
static void want_ends(void)
{
    struct sigaction now;
    if (sigaction(SIGCHLD, NULL, &now) == 0 &&
        (now.sa_handler == SIG_IGN || (now.sa_flags & SA_NOCLDWAIT) != 0))
        (void)signal(SIGCHLD, SIG_DFL);
}

ErrCode proc_spawn(Proc *proc, const ProcOptions *options, Err *err)
{
    forget(proc);
    want_ends();
    Pipes pipes;
    char **environment = NULL;
    char *program = NULL;
    TRY(open_pipes(options, &pipes, err));
    environment = merge_environment(options->environment);
    if (environment == NULL) {
        err_memory(err, sizeof *environment);
        goto fail;
    }
    program = find_program(options->argv[0]);
    if (program == NULL) {
        err_set(err, ERR_IO, "cannot start '%s': not found in PATH", options->argv[0]);
        goto fail;
    }
    pid_t pid;
    const int error = start(&pid, options, program, environment, &pipes);
    if (error != 0) {
        errno = error;
        err_errno(err, "start", options->argv[0]);
        goto fail;
    }
    proc->pid = pid;
    proc->own_group = options->own_group;
    proc->input = take(&pipes.ends[0][WRITE_END]);
    proc->output = take(&pipes.ends[1][READ_END]);
    proc->error = take(&pipes.ends[2][READ_END]);
    close_pipes(&pipes);
    mem_free(program);
    mem_free(environment);
    return ERR_NONE;
fail:
    close_pipes(&pipes);
    mem_free(program);
    mem_free(environment);
    return err->code;
}

/* --- waiting --- */

static void record_end(Proc *proc, int status)
{
    proc->has_ended = true;
    if (WIFEXITED(status))
        proc->exit_status = WEXITSTATUS(status);
    else
        proc->signal = WTERMSIG(status);
}

ErrCode proc_wait(Proc *proc, int64_t timeout_ns, Err *err)
{
    static const int64_t first_nap_ns = NS_PER_MS / 2, longest_nap_ns = 20 * NS_PER_MS;
    const int64_t begin_ns = clock_now_ns();
    int64_t nap_ns = first_nap_ns;
    const bool was_asked = proc_stop_requested() != 0;
    while (!proc->has_ended) {
        int status;
        const pid_t pid = waitpid(proc->pid, &status, WNOHANG);
        if (pid < 0 && errno == ECHILD) { /* reaped by somebody else: it has ended, somehow */
            proc->has_ended = true;
            break;
        }
        if (pid < 0 && errno != EINTR)
            return err_errno(err, "wait for", "a child process");
        if (pid == proc->pid) {
            record_end(proc, status);
            break;
        }
        if (timeout_ns >= 0 && clock_now_ns() - begin_ns >= timeout_ns)
            return err_set(err, ERR_TIMEOUT, "process %ld is still running", (long)proc->pid);
        if (!was_asked && proc_stop_requested() != 0)
            return err_set(err, ERR_INTERRUPTED, "stopped while waiting for process %ld",
                           (long)proc->pid);
        clock_sleep_ns(nap_ns);
        nap_ns = nap_ns * 2 < longest_nap_ns ? nap_ns * 2 : longest_nap_ns;
    }
    return ERR_NONE;
}

void proc_signal(Proc *proc, int signal_number)
{
    if (proc->pid > 0 && !proc->has_ended)
        (void)kill(proc->own_group ? -proc->pid : proc->pid, signal_number);
}

void proc_close_input(Proc *proc)
{
    close_fd(&proc->input);
}

void proc_release(Proc *proc)
{
    close_fd(&proc->input);
    close_fd(&proc->output);
    close_fd(&proc->error);
}

void proc_stop(Proc *proc, int64_t grace_ns)
{
    Err err;
    proc_release(proc);
    if (proc->pid <= 0 || proc->has_ended)
        return;
    proc_signal(proc, SIGTERM);
    const int64_t begin_ns = clock_now_ns();
    ErrCode code;
    do { /* a stop signal meanwhile shortens no grace */
        code = proc_wait(proc, grace_ns - (clock_now_ns() - begin_ns), &err);
    } while (code == ERR_INTERRUPTED && clock_now_ns() - begin_ns < grace_ns);
    if (proc->has_ended)
        return;
    proc_signal(proc, SIGKILL);
    int status;
    while (waitpid(proc->pid, &status, 0) < 0)
        if (errno != EINTR)
            return;
    record_end(proc, status);
}

ErrCode proc_check(const Proc *proc, const char *name, Err *err)
{
    if (proc->signal != 0)
        return err_set(err, ERR_CHILD, "'%s' ended by signal %d (%s)", name, proc->signal,
                       strsignal(proc->signal));
    if (proc->exit_status != 0)
        return err_set(err, ERR_CHILD, "'%s' ended with status %d", name, proc->exit_status);
    return ERR_NONE;
}

/* --- running to the end --- */

/* Reads what is there of one stream; closes it at its end. */
static ErrCode collect(int *fd, Text *text, const ProcRun *run, Err *err)
{
    char piece[PIECE_BYTES];
    size_t n;
    TRY(file_read_some(*fd, "output of a child", piece, sizeof piece, &n, err));
    if (n == 0)
        close_fd(fd);
    text_append_bytes(text, piece, n);
    if (text->n_bytes > run->max_bytes)
        return err_set(err, ERR_DATA, "output of a child is longer than %zu bytes", run->max_bytes);
    return text_ok(text, err);
fail:
    return err->code;
}

/* Writes what the child's input takes; closes it when all is written or nobody reads any more. */
static ErrCode feed(Proc *proc, const ProcRun *run, size_t *n_fed, Err *err)
{
    const ssize_t n = sys_calls.write(proc->input, run->input + *n_fed, run->n_input - *n_fed);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return ERR_NONE;
    if (n < 0 && errno != EPIPE)
        return err_errno(err, "write", "input of a child");
    *n_fed = n < 0 ? run->n_input : *n_fed + (size_t)n;
    if (*n_fed == run->n_input)
        proc_close_input(proc);
    return ERR_NONE;
}

/* Milliseconds left of the timeout: -1 for ever. */
static int left_ms(const ProcRun *run, int64_t begin_ns)
{
    if (run->timeout_ns < 0)
        return -1;
    const int64_t left_ns = run->timeout_ns - (clock_now_ns() - begin_ns);
    return left_ns > 0 ? (int)(left_ns / NS_PER_MS) + 1 : 0;
}

/* One round of waiting and moving bytes. */
static ErrCode exchange(Proc *proc, const ProcRun *run, int64_t begin_ns, size_t *n_fed, Err *err)
{
    struct pollfd fds[] = {{.fd = proc->input, .events = POLLOUT},
                           {.fd = proc->output, .events = POLLIN},
                           {.fd = proc->error, .events = POLLIN}};
    const int timeout_ms = left_ms(run, begin_ns);
    const int n_ready = poll(fds, ARRAY_LEN(fds), timeout_ms);
    if (n_ready < 0 && errno != EINTR)
        return err_errno(err, "wait for", "a child process");
    if (n_ready == 0 && run->timeout_ns >= 0 && left_ms(run, begin_ns) == 0)
        return err_set(err, ERR_TIMEOUT, "process %ld took too long", (long)proc->pid);
    if (n_ready <= 0)
        return ERR_NONE;
    if (fds[0].revents)
        TRY(feed(proc, run, n_fed, err));
    if (fds[1].revents)
        TRY(collect(&proc->output, run->output, run, err));
    if (fds[2].revents)
        TRY(collect(&proc->error, run->error, run, err));
    return ERR_NONE;
fail:
    return err->code;
}

/*
 * SIGPIPE is held back while we write to a child that may be gone, whatever the process does with
 * it otherwise.
 */
static void hold_sigpipe(sigset_t *before)
{
    sigset_t pipe_only;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, before);
}

static void release_sigpipe(const sigset_t *before)
{
    if (sigismember(before, SIGPIPE) == 0) {
        static const struct timespec now = {0, 0};
        sigset_t pipe_only;
        sigemptyset(&pipe_only);
        sigaddset(&pipe_only, SIGPIPE);
        (void)sigtimedwait(&pipe_only, NULL, &now); /* one that is pending is ours */
    }
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

ErrCode proc_run(Proc *proc, const ProcOptions *options, const ProcRun *run, Err *err)
{
    const int64_t begin_ns = clock_now_ns();
    size_t n_fed = 0;
    ProcOptions wired = *options;
    wired.input = run->input != NULL ? PROC_PIPE : PROC_NULL;
    wired.output = run->output != NULL ? PROC_PIPE : options->output;
    wired.error = run->error != NULL ? PROC_PIPE : options->error;
    sigset_t before;
    hold_sigpipe(&before);
    TRY(proc_spawn(proc, &wired, err));
    if (proc->input >= 0 && run->n_input == 0)
        proc_close_input(proc);
    /* Our end must not block: the child may first want to be read. */
    if (proc->input >= 0 && fcntl(proc->input, F_SETFL, O_NONBLOCK) != 0) {
        err_errno(err, "prepare", "input of a child");
        goto fail;
    }
    while (proc->input >= 0 || proc->output >= 0 || proc->error >= 0)
        TRY(exchange(proc, run, begin_ns, &n_fed, err));
    const int64_t left_ns = run->timeout_ns - (clock_now_ns() - begin_ns);
    TRY(proc_wait(proc, run->timeout_ns < 0 ? -1 : left_ns > 0 ? left_ns : 0, err));
    release_sigpipe(&before);
    return ERR_NONE;
fail:
    proc_signal(proc, SIGKILL);
    proc_stop(proc, 0);
    release_sigpipe(&before);
    return err->code;
}
