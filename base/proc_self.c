/* Our own process: signals as flags, parent, names; see proc.h. */
#include "base/proc.h"
#include "base/sys.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif
#include <sys/ioctl.h>
#include <unistd.h>

ErrCode proc_die_with_parent(pid_t expected_parent, Err *err)
{
#if defined(__linux__)
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return err_errno(err, "ask for the end of", "the parent process");
#endif
    /* The parent may have died before the call: then nobody will send the signal. */
    if (getppid() != expected_parent)
        return err_set(err, ERR_CHILD, "the parent process %ld has already ended",
                       (long)expected_parent);
    return ERR_NONE;
}

ErrCode proc_self_path(char **path, Err *err)
{
    char buffer[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", buffer, sizeof buffer);
    if (n < 0)
        return err_errno(err, "read", "/proc/self/exe");
    *path = mem_strndup(buffer, (size_t)n);
    return *path ? ERR_NONE : err_memory(err, (size_t)n + 1);
}

ErrCode proc_enter(const char *folder, Err *err)
{
    return chdir(folder) == 0 ? ERR_NONE : err_errno(err, "enter", folder);
}

pid_t proc_pid(void)
{
    return getpid();
}

const char *proc_host(char *buffer, size_t n_bytes)
{
    if (gethostname(buffer, n_bytes) != 0 || buffer[0] == '\0')
        snprintf(buffer, n_bytes, "unknown");
    buffer[n_bytes - 1] = '\0';
    return buffer;
}

const char *proc_env(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] ? value : NULL;
}

bool proc_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

bool proc_terminal_size(int fd, size_t *columns, size_t *rows)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return false;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return true;
}

/* --- signals --- */

static volatile sig_atomic_t stop_signal;

static const int stops[] = {SIGINT, SIGTERM, SIGHUP};

/*
 * Sets the flag; the next SIGINT or SIGTERM finds its default again and ends the process. A closing
 * terminal may send SIGHUP more than once.
 */
static void note_stop(int signal_number)
{
    stop_signal = signal_number;
    (void)signal(SIGINT, SIG_DFL); /* async-signal-safe, as sigaction is */
    (void)signal(SIGTERM, SIG_DFL);
}

/* A signal that is ignored from the start (nohup) stays so where `may_ignore`. */
static int catch_stop(int signal_number, bool may_ignore)
{
    struct sigaction stop = {.sa_handler = note_stop}, before;
    sigemptyset(&stop.sa_mask);
    if (sigaction(signal_number, NULL, &before) != 0)
        return -1;
    if (may_ignore && before.sa_handler == SIG_IGN)
        return 0;
    return sigaction(signal_number, &stop, NULL);
}

ErrCode proc_catch_stops(Err *err)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    for (size_t i = 0; i < ARRAY_LEN(stops); i++)
        if (catch_stop(stops[i], stops[i] == SIGHUP) != 0)
            return err_errno(err, "catch signals of", "this process");
    if (sigaction(SIGPIPE, &ignore, NULL) != 0 || sigaction(SIGXFSZ, &ignore, NULL) != 0)
        return err_errno(err, "catch signals of", "this process");
    return ERR_NONE;
}

int proc_stop_requested(void)
{
    return stop_signal;
}
