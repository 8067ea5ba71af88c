/*
 * Child processes without a shell, and signals as flags.
 *
 * posix_spawn with an argument vector; pipes are close-on-exec. Call proc_spawn from the main
 * thread when the child uses proc_die_with_parent: that signal is tied to the thread that spawned
 * it.
 */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef enum ProcStream {
    PROC_INHERIT = 0, /* the parent's own */
    PROC_PIPE,        /* a pipe, see Proc */
    PROC_NULL,        /* /dev/null */
    PROC_TO_STDOUT    /* for error output only: wherever the child's stdout goes */
} ProcStream;

typedef struct ProcOptions {
    /* NULL-terminated; argv[0] is looked up in PATH unless it has a '/' */
    const char *const *argv;
    /* additions "NAME=value", NULL-terminated, or NULL; later ones win */
    const char *const *environment;
    ProcStream input, output, error;
    bool own_group; /* a process group of its own: Ctrl-C does not reach it */
} ProcOptions;

/* A running (or ended) child. Descriptors are -1 where there is no pipe. */
typedef struct Proc {
    pid_t pid; /* 0: none */
    int input; /* write end of its stdin */
    int output, error;
    bool own_group;
    bool has_ended;
    int exit_status; /* when ended by exit; else -1, also where nobody can tell */
    int signal;      /* when ended by a signal; else 0 */
} Proc;

/*
 * Starts a child. Errors: ERR_IO ("cannot start 'gnuplot': ..."), ERR_MEMORY. On failure *proc is
 * empty.
 */
ErrCode proc_spawn(Proc *proc, const ProcOptions *options, Err *err) ERR_CHECKED;

/*
 * Waits up to timeout_ns (negative: for ever, 0: only looks) and fills has_ended and the status.
 * Errors: ERR_TIMEOUT, ERR_IO; ERR_INTERRUPTED when a stop signal arrived while waiting
 * (proc_stop_requested).
 */
ErrCode proc_wait(Proc *proc, int64_t timeout_ns, Err *err) ERR_CHECKED;

/*
 * Sends a signal to the child (to its whole group if it has its own). Nothing happens once it has
 * ended.
 */
void proc_signal(Proc *proc, int signal_number);

/* SIGTERM, up to grace_ns of waiting, then SIGKILL, and reaps. Closes the pipes. */
void proc_stop(Proc *proc, int64_t grace_ns);

/* Closes the child's stdin (EOF). */
void proc_close_input(Proc *proc);

/* Closes the pipes; a running child goes on and is not waited for. */
void proc_release(Proc *proc);

/*
 * ERR_NONE for exit status 0, else ERR_CHILD "'gnuplot' ended with status 3" or "... by signal 9
 * (Killed)".
 */
ErrCode proc_check(const Proc *proc, const char *name, Err *err) ERR_CHECKED;

/*
 * Runs a child to its end: feeds `input`, collects stdout and stderr (each up to max_bytes; beyond
 * it ERR_DATA and the child is killed). output and error may be NULL: inherited. The child's status
 * is in *proc; check it with proc_check. A broken pipe on its input is not an error. Errors:
 * ERR_IO, ERR_MEMORY, ERR_TIMEOUT (child killed), ERR_DATA.
 */
typedef struct ProcRun {
    const char *input; /* NULL: /dev/null */
    size_t n_input;
    Text *output, *error;
    size_t max_bytes;
    int64_t timeout_ns; /* negative: none */
} ProcRun;
ErrCode proc_run(Proc *proc, const ProcOptions *options, const ProcRun *run, Err *err) ERR_CHECKED;

/* --- in the child --- */

/*
 * Asks for SIGKILL at the parent's death and checks that the parent is still expected_parent.
 * Errors: ERR_CHILD if it has already died. Where there is no such facility only the check is done.
 */
ErrCode proc_die_with_parent(pid_t expected_parent, Err *err) ERR_CHECKED;

/* --- about ourselves --- */

/* Absolute path of the running binary; mem_free it. Errors: ERR_IO, ERR_MEMORY. */
ErrCode proc_self_path(char **path, Err *err) ERR_CHECKED;

/* Makes a folder the working directory. Errors: ERR_IO. */
ErrCode proc_enter(const char *folder, Err *err) ERR_CHECKED;

pid_t proc_pid(void);
const char *proc_host(char *buffer, size_t n_bytes); /* host name, or "unknown" */

/* The value of an environment variable, NULL if unset or empty. */
const char *proc_env(const char *name);

bool proc_is_terminal(int fd);

/* Columns and rows of the terminal behind fd, as it is now; false where there is none or it does
 * not say. */
bool proc_terminal_size(int fd, size_t *columns, size_t *rows);

/*
 * Installs handlers for SIGINT, SIGTERM and SIGHUP (unless it is ignored already, as under nohup)
 * that only set a flag (then a further SIGINT or SIGTERM ends the process at once, as by that
 * signal's default), and ignores SIGPIPE and SIGXFSZ (a write then fails with EPIPE or EFBIG).
 * Errors: ERR_IO.
 */
ErrCode proc_catch_stops(Err *err) ERR_CHECKED;

/* The signal that asked us to stop, 0 if none did. */
int proc_stop_requested(void);

#endif
