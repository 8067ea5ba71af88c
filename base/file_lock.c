/*
 * Locks of open file descriptions; see file.h. They die with the process and its children do not
 * have them, unlike those of flock() and of processes.
 */
#include "base/file.h"

#include "base/sys.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { LOCK_MODE = 0666, HOLDER_MAX_BYTES = 1024 };

struct FileLock {
    int fd;
};

static struct flock whole_file(short type)
{
    /* l_pid must be 0 for open-file-description locks. */
    return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

/*
 * Up to HOLDER_MAX_BYTES of what the lock's holder wrote, as visible text without its last newline.
 */
static ErrCode read_holder(int fd, const char *path, Text *holder, Err *err)
{
    char bytes[HOLDER_MAX_BYTES + 1];
    const ssize_t n = sys_calls.pread(fd, bytes, HOLDER_MAX_BYTES, 0);
    if (n < 0)
        return err_errno(err, "read", path);
    bytes[n] = '\0';
    if (n > 0 && bytes[n - 1] == '\n')
        bytes[n - 1] = '\0';
    text_append_visible(holder, bytes);
    return text_ok(holder, err);
}

static ErrCode write_holder(int fd, const char *path, const char *holder, Err *err)
{
    if (sys_calls.ftruncate(fd, 0) != 0)
        return err_errno(err, "truncate", path);
    return file_put_fd(fd, path, holder, strlen(holder), err);
}

/* Locks are opened without following a link, for we would write into what it leads to. */
static ErrCode cannot_open(const char *path, Err *err)
{
    if (errno == ELOOP)
        return err_set(err, ERR_IO, "'%s' is a link: remove it, locks are never behind links",
                       path);
    return err_errno(err, "open", path);
}

/*
 * Tells why a lock was not given. EAGAIN and EACCES are what a held lock says, and also what some
 * file systems say that have none: nobody holds it then.
 */
static ErrCode explain_refusal(int fd, const char *path, int error, Err *err)
{
    Text owner = {0};
    struct flock found = whole_file(F_WRLCK);
    const bool may_be_held = error == EAGAIN || error == EACCES;
    if (!may_be_held || sys_calls.lock(fd, F_OFD_GETLK, &found) != 0 || found.l_type == F_UNLCK)
        return err_set(err, ERR_IO,
                       "the file system refuses to lock '%s': %s; use a folder on one with locks",
                       path, strerror(error));
    TRY(read_holder(fd, path, &owner, err));
    err_set(err, ERR_BUSY, "'%s' is held by another process: %s", path, text_string(&owner));
fail:
    text_release(&owner);
    return err->code;
}

ErrCode file_lock(FileLock **lock, const char *path, const char *holder, Err *err)
{
    enum { TRIES = 2 }; /* who held it may have gone before we could ask */
    *lock = NULL;
    FileLock *made = mem_calloc(1, sizeof *made);
    if (made == NULL)
        return err_memory(err, sizeof *made);
    made->fd = sys_calls.open(AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
    if (made->fd < 0) {
        (void)cannot_open(path, err);
        goto fail;
    }
    bool is_taken = false;
    int error = 0;
    for (int i = 0; i < TRIES && !is_taken; i++) {
        struct flock whole = whole_file(F_WRLCK);
        is_taken = sys_calls.lock(made->fd, F_OFD_SETLK, &whole) == 0;
        error = errno;
    }
    if (!is_taken) {
        (void)explain_refusal(made->fd, path, error, err);
        goto fail;
    }
    TRY(write_holder(made->fd, path, holder, err));
    *lock = made;
    return ERR_NONE;
fail:
    file_close_fd(made->fd);
    mem_free(made);
    return err->code;
}

void file_unlock(FileLock **lock)
{
    if (*lock)
        file_close_fd((*lock)->fd);
    mem_free(*lock);
    *lock = NULL;
}

ErrCode file_lock_holder(const char *path, bool *is_held, char **holder, Err *err)
{
    Text owner = {0};
    *is_held = false;
    if (holder != NULL)
        *holder = NULL;
    const int fd = sys_calls.open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0)
        return errno == ENOENT ? ERR_NONE : cannot_open(path, err);
    /* A read lock conflicts with the holder's write lock and needs no right to write. */
    struct flock whole = whole_file(F_RDLCK);
    if (sys_calls.lock(fd, F_OFD_GETLK, &whole) != 0) {
        err_errno(err, "inspect the lock of", path);
        goto fail;
    }
    *is_held = whole.l_type != F_UNLCK;
    if (*is_held && holder != NULL) {
        TRY(read_holder(fd, path, &owner, err));
        TRY(text_take(&owner, holder, err));
    }
    file_close_fd(fd);
    return ERR_NONE;
fail:
    text_release(&owner);
    file_close_fd(fd);
    return err->code;
}
