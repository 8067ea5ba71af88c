/*
 * Fault injection; see sysfault.h. Each replaced call asks `strike` what to do. The counters are
 * atomic because threads may allocate while a fault is armed.
 */
#include "base/sysfault.h"

#include "base/sys.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What a replaced call is to do. */
typedef enum Verdict { GO_ON, REFUSE, SHORTEN, SHORTEN_AND_DIE, GO_AND_DIE, PRETEND } Verdict;

static SysCalls real_calls;
static bool is_installed;
static SysCallKind armed_kind;
static SysFaultAction armed_action;
static int armed_error;
static long armed_k;
static SysFaultVisit *armed_visit;
static void *armed_user;
static atomic_long n_calls;
static atomic_bool has_fired;

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static bool is_armed_for(SysCallKind kind)
{
    if (kind == armed_kind)
        return true;
    if (armed_kind != SYS_ANY_FILE)
        return false;
    return kind != SYS_READ && kind != SYS_PREAD && kind != SYS_MMAP && kind != SYS_SPAWN &&
           kind != SYS_LOCK && kind != SYS_ALLOC;
}

static Verdict strike(SysCallKind kind)
{
    if (!is_armed_for(kind))
        return GO_ON;
    const long n = atomic_fetch_add(&n_calls, 1) + 1;
    const bool is_due = n == armed_k || (armed_action == SYS_FAIL_ALWAYS && n > armed_k);
    if (armed_k == 0 || !is_due)
        return GO_ON;
    atomic_store(&has_fired, true);
    switch (armed_action) {
    case SYS_FAIL:
    case SYS_FAIL_ALWAYS:
        errno = armed_error;
        return REFUSE;
    case SYS_SHORT:
        return SHORTEN;
    case SYS_SHORT_DIE:
        return SHORTEN_AND_DIE;
    case SYS_DIE:
        die();
        return REFUSE;
    case SYS_DIE_AFTER:
        return GO_AND_DIE;
    case SYS_SKIP:
        return PRETEND;
    case SYS_VISIT:
        armed_visit(armed_user);
        return GO_ON;
    }
    return GO_ON;
}

/* Ends a call that happened. */
static int finish(Verdict verdict, int result)
{
    if (verdict == GO_AND_DIE || verdict == SHORTEN_AND_DIE)
        die();
    return result;
}

static size_t shorten(Verdict verdict, size_t n_bytes)
{
    return (verdict == SHORTEN || verdict == SHORTEN_AND_DIE) && n_bytes > 1 ? n_bytes / 2
                                                                             : n_bytes;
}

static int fault_open(int at, const char *path, int flags, mode_t mode)
{
    const Verdict verdict = strike(SYS_OPEN);
    return verdict == REFUSE ? -1 : finish(verdict, real_calls.open(at, path, flags, mode));
}

static ssize_t fault_read(int fd, void *data, size_t n_bytes)
{
    const Verdict verdict = strike(SYS_READ);
    return verdict == REFUSE ? -1 : real_calls.read(fd, data, shorten(verdict, n_bytes));
}

static ssize_t fault_pread(int fd, void *data, size_t n_bytes, off_t offset)
{
    const Verdict verdict = strike(SYS_PREAD);
    return verdict == REFUSE ? -1 : real_calls.pread(fd, data, shorten(verdict, n_bytes), offset);
}

static ssize_t fault_write(int fd, const void *data, size_t n_bytes)
{
    const Verdict verdict = strike(SYS_WRITE);
    if (verdict == REFUSE)
        return -1;
    if (verdict == PRETEND)
        return (ssize_t)n_bytes;
    const ssize_t n = real_calls.write(fd, data, shorten(verdict, n_bytes));
    finish(verdict, 0);
    return n;
}

static int fault_fsync(int fd)
{
    const Verdict verdict = strike(SYS_FSYNC);
    if (verdict == REFUSE || verdict == PRETEND)
        return verdict == REFUSE ? -1 : 0;
    return finish(verdict, real_calls.fsync(fd));
}

static int fault_ftruncate(int fd, off_t size)
{
    const Verdict verdict = strike(SYS_FTRUNCATE);
    if (verdict == REFUSE || verdict == PRETEND)
        return verdict == REFUSE ? -1 : 0;
    return finish(verdict, real_calls.ftruncate(fd, size));
}

static int fault_close(int fd)
{
    const Verdict verdict = strike(SYS_CLOSE);
    const int result = real_calls.close(fd); /* also when refused: Linux closes in any case */
    if (verdict == REFUSE) {
        errno = armed_error;
        return -1;
    }
    return finish(verdict, result);
}

static int fault_rename(int from_at, const char *from, int to_at, const char *to)
{
    const Verdict verdict = strike(SYS_RENAME);
    if (verdict == REFUSE || verdict == PRETEND)
        return verdict == REFUSE ? -1 : 0;
    return finish(verdict, real_calls.rename(from_at, from, to_at, to));
}

static int fault_unlink(int at, const char *path)
{
    const Verdict verdict = strike(SYS_UNLINK);
    if (verdict == REFUSE || verdict == PRETEND)
        return verdict == REFUSE ? -1 : 0;
    return finish(verdict, real_calls.unlink(at, path));
}

static int fault_mkdir(int at, const char *path, mode_t mode)
{
    const Verdict verdict = strike(SYS_MKDIR);
    if (verdict == REFUSE || verdict == PRETEND)
        return verdict == REFUSE ? -1 : 0;
    return finish(verdict, real_calls.mkdir(at, path, mode));
}

static int fault_rmdir(int at, const char *path)
{
    const Verdict verdict = strike(SYS_RMDIR);
    if (verdict == REFUSE || verdict == PRETEND)
        return verdict == REFUSE ? -1 : 0;
    return finish(verdict, real_calls.rmdir(at, path));
}

static void *fault_mmap(void *address, size_t n_bytes, int protection, int flags, int fd,
                        off_t offset)
{
    return strike(SYS_MMAP) == REFUSE
               ? MAP_FAILED
               : real_calls.mmap(address, n_bytes, protection, flags, fd, offset);
}

static int fault_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    const Verdict verdict = strike(SYS_SPAWN);
    if (verdict == REFUSE)
        return armed_error; /* posix_spawn returns the error */
    return finish(verdict, real_calls.spawn(pid, path, actions, attributes, argv, envp));
}

static int fault_lock(int fd, int command, struct flock *lock)
{
    return strike(SYS_LOCK) == REFUSE ? -1 : real_calls.lock(fd, command, lock);
}

static void *fault_malloc(size_t n_bytes)
{
    return strike(SYS_ALLOC) == REFUSE ? NULL : real_calls.malloc(n_bytes);
}

static void *fault_realloc(void *block, size_t n_bytes)
{
    return strike(SYS_ALLOC) == REFUSE ? NULL : real_calls.realloc(block, n_bytes);
}

static void install(void)
{
    if (is_installed)
        return;
    real_calls = sys_calls;
    sys_calls.open = fault_open;
    sys_calls.read = fault_read;
    sys_calls.pread = fault_pread;
    sys_calls.write = fault_write;
    sys_calls.fsync = fault_fsync;
    sys_calls.ftruncate = fault_ftruncate;
    sys_calls.close = fault_close;
    sys_calls.rename = fault_rename;
    sys_calls.unlink = fault_unlink;
    sys_calls.mkdir = fault_mkdir;
    sys_calls.rmdir = fault_rmdir;
    sys_calls.mmap = fault_mmap;
    sys_calls.spawn = fault_spawn;
    sys_calls.lock = fault_lock;
    sys_calls.malloc = fault_malloc;
    sys_calls.realloc = fault_realloc;
    is_installed = true;
}

void sysfault_arm(SysCallKind kind, long k, SysFaultAction action, int error)
{
    armed_kind = kind;
    armed_action = action;
    armed_error = error;
    armed_k = k;
    atomic_store(&n_calls, 0);
    atomic_store(&has_fired, false);
    install();
}

void sysfault_visit(SysCallKind kind, long k, SysFaultVisit *visit, void *user)
{
    armed_visit = visit;
    armed_user = user;
    sysfault_arm(kind, k, SYS_VISIT, 0);
}

long sysfault_count(void)
{
    return atomic_load(&n_calls);
}

bool sysfault_fired(void)
{
    return atomic_load(&has_fired);
}

void sysfault_clear(void)
{
    if (is_installed)
        sys_calls = real_calls;
    is_installed = false;
}
