/*
 * Writing files so that nobody ever sees half of one; see file.h.
 *
 * tmp -> write -> fsync -> rename -> fsync(folder): after a crash at any instant the name shows the
 * old bytes or the new ones, in full. tests/base/test_file.c dies at each of these calls, and takes
 * each away to see the test fail. What is no regular file (a device, a pipe, /dev/stdout) is
 * written in place: a rename would put a file where the device was.
 */
#include "base/file.h"

#include "base/file_spot.h"
#include "base/sys.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MODE = 0666, BUFFER_BYTES = 1 << 16 };

#define TEMPORARY_MARK ".tmp-"

struct FileWriter {
    FileSpot spot;
    char *name;      /* what the spot looks up, or its Dir's name for it */
    char *temporary; /* beside it; NULL: written in place, or renamed already */
    int fd;
    uint64_t n_bytes; /* put so far */
    size_t n_buffered;
    char buffer[BUFFER_BYTES];
};

ErrCode file_close_stdout(Err *err)
{
    /*
     * No fsync: terminals and pipes refuse it. close() reports what a network file system had held
     * back.
     */
    if (sys_calls.close(STDOUT_FILENO) != 0 && errno != EBADF && errno != EINTR)
        return err_errno(err, "close", "standard output");
    return ERR_NONE;
}

ErrCode file_put_fd(int fd, const char *name, const void *data, size_t n_bytes, Err *err)
{
    size_t done = 0;
    while (done < n_bytes) {
        const ssize_t n = sys_calls.write(fd, (const char *)data + done, n_bytes - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (n == 0)
                errno = EIO;
            err_errno(err, "write", name);
            return err_wrap(err, "%zu of %zu bytes written", done, n_bytes);
        }
        done += (size_t)n;
    }
    return ERR_NONE;
}

ErrCode dir_rename(const Dir *from_in, const char *from, const Dir *to_in, const char *to, Err *err)
{
    FileSpot source, target = {.at = AT_FDCWD};
    TRY(file_spot_find(&source, from_in, from, false, err));
    TRY(file_spot_find(&target, to_in, to, false, err));
    TRY(file_spot_refuse_link(&target, err));
    if (sys_calls.rename(source.at, source.name, target.at, target.name) != 0) {
        err_errno(err, "rename", source.path);
        (void)err_wrap(err, "making '%s'", target.path);
        goto fail;
    }
    TRY(file_spot_sync_folder(&target, err));
    file_spot_leave(&source);
    file_spot_leave(&target);
    return ERR_NONE;
fail:
    file_spot_leave(&source);
    file_spot_leave(&target);
    return err->code;
}

ErrCode file_rename(const char *from, const char *to, Err *err)
{
    return dir_rename(NULL, from, NULL, to, err);
}

ErrCode file_move_aside(const char *path, char **moved, Err *err)
{
    enum { MOST = 10000 };
    const size_t n = strlen(path);
    const size_t n_trimmed = n > 1 && path[n - 1] == '/' ? n - 1 : n;
    for (int number = 1; number <= MOST; number++) {
        Text target = {0};
        text_printf(&target, "%.*s.%d", (int)n_trimmed, path, number);
        if (target.failed) {
            text_release(&target);
            return err_memory(err, n);
        }
        FileFacts facts;
        Err missing = {0};
        int result = -1;
        errno = EEXIST;
        if (file_facts(target.data, false, &facts, &missing) == ERR_MISSING)
            result = sys_calls.rename(AT_FDCWD, path, AT_FDCWD, target.data);
        if (result == 0) {
            *moved = target.data;
            const FileSpot spot = {.at = AT_FDCWD, .name = target.data, .path = target.data};
            return file_spot_sync_folder(&spot, err);
        }
        const int error = errno;
        text_release(&target);
        errno = error;
        if (error != EEXIST && error != ENOTEMPTY && error != ENOTDIR)
            return err_errno(err, "move aside", path);
    }
    return err_set(err, ERR_IO, "cannot move '%s' aside: '%s.1' to '%s.%d' are there", path, path,
                   path, MOST);
}

/* "path.tmp-PID-N": no two live writers share it. */
static char *temporary_name(const char *path)
{
    static atomic_uint n_made;
    Text text = {0};
    text_printf(&text, "%s" TEMPORARY_MARK "%ld-%u", path, (long)getpid(),
                atomic_fetch_add(&n_made, 1u));
    if (text.failed)
        text_release(&text);
    return text.data;
}

/* Closes what is open, removes the temporary file if there is one, frees. */
static void destroy_writer(FileWriter **writer)
{
    FileWriter *w = *writer;
    if (w == NULL)
        return;
    if (w->fd >= 0)
        file_close_fd(w->fd);
    if (w->temporary != NULL)
        (void)sys_calls.unlink(w->spot.at, w->temporary);
    mem_free(w->temporary);
    mem_free(w->name);
    file_spot_leave(&w->spot);
    mem_free(w);
    *writer = NULL;
}

/*
 * Whether a path is a name of one of our open files (/dev/stdout, /dev/fd/3), which are links of
 * the system's own file system: what they lead to, perhaps a regular file, is not ours to replace.
 */
static bool is_open_file(const char *path)
{
    enum { MOST_LINKS = 8 };
    struct stat own, link;
    char name[PATH_MAX], target[PATH_MAX];
    if (stat("/proc/self/fd", &own) != 0 || strlen(path) >= sizeof name)
        return false;
    memcpy(name, path, strlen(path) + 1);
    for (int i = 0; i < MOST_LINKS && lstat(name, &link) == 0 && S_ISLNK(link.st_mode); i++) {
        if (link.st_dev == own.st_dev)
            return true;
        const ssize_t n = readlink(name, target, sizeof target - 1);
        if (n <= 0 || target[0] != '/')
            return false;
        memcpy(name, target, (size_t)n);
        name[n] = '\0';
    }
    return false;
}

/* By what is there, not by where: /dev/shm holds regular files. */
static bool is_written_in_place(const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return false;
    return !(S_ISREG(facts.st_mode) || S_ISDIR(facts.st_mode)) || is_open_file(path);
}

/*
 * Creates the temporary file, *fd, and gives its name to *temporary. A name may be taken by a dead
 * writer that had our number (in a container every process may be number 1), or by a link.
 */
static ErrCode create_temporary(const FileSpot *spot, char **temporary, int *fd, Err *err)
{
    enum { MOST_TAKEN = 1000 };
    for (int i = 0; i < MOST_TAKEN; i++) {
        char *name = temporary_name(spot->name);
        if (name == NULL)
            return err_memory(err, strlen(spot->name));
        *fd = sys_calls.open(spot->at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
        if (*fd >= 0) {
            *temporary = name;
            return ERR_NONE;
        }
        const int error = errno;
        mem_free(name);
        errno = error;
        if (error != EEXIST)
            break;
    }
    return err_errno(err, "create", spot->path); /* the name the user gave */
}

ErrCode dir_begin(FileWriter **writer, const Dir *in, const char *name, Err *err)
{
    *writer = NULL;
    FileWriter *w = mem_calloc(1, sizeof *w);
    if (w == NULL)
        return err_memory(err, sizeof *w);
    w->fd = -1;
    w->name = mem_strdup(name);
    if (w->name == NULL) {
        err_memory(err, strlen(name));
        goto fail;
    }
    TRY(file_spot_find(&w->spot, in, w->name, false, err));
    TRY(file_spot_refuse_link(&w->spot, err));
    if (in != NULL || !is_written_in_place(name)) {
        TRY(create_temporary(&w->spot, &w->temporary, &w->fd, err));
    } else {
        w->fd = sys_calls.open(AT_FDCWD, name, O_WRONLY | O_CLOEXEC, FILE_MODE);
        if (w->fd < 0) {
            err_errno(err, "open", name);
            goto fail;
        }
    }
    *writer = w;
    return ERR_NONE;
fail:
    destroy_writer(&w);
    return err->code;
}

ErrCode file_writer_begin(FileWriter **writer, const char *path, Err *err)
{
    return dir_begin(writer, NULL, path, err);
}

static ErrCode flush_writer(FileWriter *w, Err *err)
{
    const size_t n = w->n_buffered;
    w->n_buffered = 0;
    return file_put_fd(w->fd, w->spot.path, w->buffer, n, err);
}

ErrCode file_writer_put(FileWriter *writer, const void *data, size_t n_bytes, Err *err)
{
    writer->n_bytes += n_bytes;
    if (n_bytes > BUFFER_BYTES - writer->n_buffered) {
        TRY(flush_writer(writer, err));
        if (n_bytes >= BUFFER_BYTES)
            return file_put_fd(writer->fd, writer->spot.path, data, n_bytes, err);
    }
    if (n_bytes > 0)
        memcpy(writer->buffer + writer->n_buffered, data, n_bytes);
    writer->n_buffered += n_bytes;
    return ERR_NONE;
fail:
    return err->code;
}

uint64_t file_writer_bytes(const FileWriter *writer)
{
    return writer->n_bytes;
}

/* What was written gets its name. */
static ErrCode put_in_place(FileWriter *w, Err *err)
{
    const ErrCode code = file_spot_refuse_link(&w->spot, err);
    if (code != ERR_NONE)
        return code;
    if (sys_calls.rename(w->spot.at, w->temporary, w->spot.at, w->spot.name) != 0)
        return err_errno(err, "rename", w->temporary);
    mem_free(w->temporary); /* nothing to remove */
    w->temporary = NULL;
    return file_spot_sync_folder(&w->spot, err);
}

ErrCode file_writer_commit(FileWriter **writer, Err *err)
{
    FileWriter *w = *writer;
    TRY(flush_writer(w, err));
    const bool is_in_place = w->temporary == NULL;
    if (!is_in_place && sys_calls.fsync(w->fd) != 0) {
        err_errno(err, "sync", w->temporary);
        goto fail;
    }
    const int fd = w->fd;
    w->fd = -1; /* closed also when close() reports an error */
    if (sys_calls.close(fd) != 0 && errno != EINTR) {
        err_errno(err, "close", is_in_place ? w->spot.path : w->temporary);
        goto fail;
    }
    if (!is_in_place)
        TRY(put_in_place(w, err));
    destroy_writer(writer);
    return ERR_NONE;
fail:
    err_wrap(err, "writing '%s'", w->spot.path);
    destroy_writer(writer);
    return err->code;
}

void file_writer_abort(FileWriter **writer)
{
    destroy_writer(writer);
}

ErrCode dir_write(const Dir *in, const char *name, const void *data, size_t n_bytes, Err *err)
{
    FileWriter *writer;
    TRY(dir_begin(&writer, in, name, err));
    TRY(file_writer_put(writer, data, n_bytes, err));
    TRY(file_writer_commit(&writer, err));
    return ERR_NONE;
fail:
    file_writer_abort(&writer);
    return err->code;
}

ErrCode file_write(const char *path, const void *data, size_t n_bytes, Err *err)
{
    return dir_write(NULL, path, data, n_bytes, err);
}

ErrCode file_check_target(const char *path, Err *err)
{
    FileWriter *writer = NULL;
    if (file_is_folder(path))
        return err_set(err, ERR_IO, "cannot write '%s': it is a folder", path);
    if (*file_name(path) == '\0')
        return err_set(err, ERR_IO, "cannot write '%s': it is no name of a file", path);
    TRY(file_writer_begin(&writer, path, err));
    file_writer_abort(&writer);
fail:
    return err->code;
}

bool file_is_stale_temporary(const char *name)
{
    const char *mark = NULL;
    for (const char *next = strstr(name, TEMPORARY_MARK); next != NULL;
         next = strstr(next + 1, TEMPORARY_MARK))
        mark = next;
    if (mark == NULL)
        return false;
    const char *digits = mark + strlen(TEMPORARY_MARK);
    char *end;
    const long pid = strtol(digits, &end, 10);
    if (end == digits || *end != '-' || pid <= 0)
        return false;
    const char *rest = end + 1 + strspn(end + 1, "0123456789");
    if (rest == end + 1)
        return false;
    /* What SQLite keeps beside a store that is being made. */
    static const char *const companions[] = {"", "-journal", "-wal", "-shm"};
    bool is_known = false;
    for (size_t i = 0; i < ARRAY_LEN(companions); i++)
        is_known = is_known || strcmp(rest, companions[i]) == 0;
    return is_known && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}
