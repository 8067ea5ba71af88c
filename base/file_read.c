/* base/file_read.c: reading, mapping and inspecting, by path (base/file.h) or below a folder
 * (base/dir.h). */
#include "base/file.h"

#include "base/file_spot.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* --- reading --- */

ErrCode dir_open_read(const Dir *in, const char *name, int *fd, Err *err)
{
    FileSpot spot;
    *fd = -1;
    ErrCode code = file_spot_find(&spot, in, name, false, err);
    if (code == ERR_NONE)
        code = file_spot_open_read(&spot, fd, err);
    file_spot_leave(&spot);
    return code;
}

ErrCode file_open_read(const char *path, int *fd, Err *err)
{
    return dir_open_read(NULL, path, fd, err);
}

ErrCode file_read_some(int fd, const char *path, void *data, size_t n_bytes, size_t *n_read,
                       Err *err)
{
    ssize_t n;
    do {
        n = sys_calls.read(fd, data, n_bytes);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_errno(err, "read", path);
    *n_read = (size_t)n;
    return ERR_NONE;
}

ErrCode file_read_at(int fd, const char *path, void *data, size_t n_bytes, uint64_t offset,
                     Err *err)
{
    size_t done = 0;
    while (done < n_bytes) {
        const ssize_t n =
            sys_calls.pread(fd, (char *)data + done, n_bytes - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, "read", path);
        if (n == 0)
            return err_set(err, ERR_DATA, "file '%s' ends at byte %llu, %zu more were expected",
                           path, (unsigned long long)(offset + done), n_bytes - done);
        done += (size_t)n;
    }
    return ERR_NONE;
}

/* The size of an open regular file. */
static ErrCode regular_size(int fd, const char *path, uint64_t *n_bytes, Err *err)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0)
        return err_errno(err, "inspect", path);
    if (S_ISDIR(facts.st_mode))
        return err_set(err, ERR_DATA, "cannot read '%s': it is a folder", path);
    if (!S_ISREG(facts.st_mode))
        return err_set(err, ERR_DATA, "cannot read '%s': it is not a regular file", path);
    *n_bytes = (uint64_t)facts.st_size;
    return ERR_NONE;
}

ErrCode dir_read(const Dir *in, const char *name, size_t max_bytes, char **data, size_t *n_bytes,
                 Err *err)
{
    FileSpot spot;
    int fd = -1;
    char *block = NULL;
    uint64_t size;
    TRY(file_spot_find(&spot, in, name, false, err));
    TRY(file_spot_open_read(&spot, &fd, err));
    TRY(regular_size(fd, spot.path, &size, err));
    if (size > max_bytes) {
        err_set(err, ERR_DATA, "file '%s' is too long: %llu bytes, at most %zu are read", spot.path,
                (unsigned long long)size, max_bytes);
        goto fail;
    }
    block = mem_alloc((size_t)size + 1);
    if (block == NULL) {
        err_memory(err, (size_t)size + 1);
        goto fail;
    }
    TRY(file_read_at(fd, spot.path, block, (size_t)size, 0, err));
    block[size] = '\0';
    file_close_fd(fd);
    file_spot_leave(&spot);
    *data = block;
    *n_bytes = (size_t)size;
    return ERR_NONE;
fail:
    mem_free(block);
    file_close_fd(fd);
    file_spot_leave(&spot);
    return err->code;
}

ErrCode file_read(const char *path, size_t max_bytes, char **data, size_t *n_bytes, Err *err)
{
    return dir_read(NULL, path, max_bytes, data, n_bytes, err);
}

ErrCode dir_map(const Dir *in, const char *name, FileMap *map, Err *err)
{
    *map = (FileMap){0};
    FileSpot spot;
    int fd = -1;
    uint64_t size;
    TRY(file_spot_find(&spot, in, name, false, err));
    TRY(file_spot_open_read(&spot, &fd, err));
    TRY(regular_size(fd, spot.path, &size, err));
    if (size > 0) {
        void *data = sys_calls.mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED) {
            err_errno(err, "map", spot.path);
            goto fail;
        }
        *map = (FileMap){.data = data, .n_bytes = (size_t)size};
    }
    file_close_fd(fd);
    file_spot_leave(&spot);
    return ERR_NONE;
fail:
    file_close_fd(fd);
    file_spot_leave(&spot);
    return err->code;
}

ErrCode file_map(const char *path, FileMap *map, Err *err)
{
    return dir_map(NULL, path, map, err);
}

void file_unmap(FileMap *map)
{
    if (map->data != NULL)
        (void)sys_calls.munmap((void *)(uintptr_t)map->data, map->n_bytes);
    *map = (FileMap){0};
}

/* --- facts --- */

static int64_t nanoseconds(struct timespec time)
{
    enum { PER_SECOND = 1000000000 };
    return (int64_t)time.tv_sec * PER_SECOND + time.tv_nsec;
}

static FileFacts facts_of(const struct stat *found)
{
    return (FileFacts){
        .kind = S_ISREG(found->st_mode)   ? FILE_REGULAR
                : S_ISDIR(found->st_mode) ? FILE_FOLDER
                : S_ISLNK(found->st_mode) ? FILE_LINK
                                          : FILE_OTHER,
        .n_bytes = (uint64_t)found->st_size,
        .modified_ns = nanoseconds(found->st_mtim),
        .changed_ns = nanoseconds(found->st_ctim),
        .device = (uint64_t)found->st_dev,
        .inode = (uint64_t)found->st_ino,
    };
}

static ErrCode inspect(int at, const char *name, const char *path, int flags, FileFacts *facts,
                       Err *err)
{
    struct stat found;
    if (fstatat(at, name, &found, flags) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return err_set(err, ERR_MISSING, "there is no '%s'", path);
        return err_errno(err, "inspect", path);
    }
    *facts = facts_of(&found);
    return ERR_NONE;
}

ErrCode file_facts(const char *path, bool follows, FileFacts *facts, Err *err)
{
    return inspect(AT_FDCWD, path, path, follows ? 0 : AT_SYMLINK_NOFOLLOW, facts, err);
}

ErrCode dir_facts(const Dir *in, const char *name, FileFacts *facts, Err *err)
{
    FileSpot spot;
    ErrCode code = file_spot_find(&spot, in, name, false, err);
    if (code == ERR_NONE)
        code = inspect(spot.at, spot.name, spot.path, AT_SYMLINK_NOFOLLOW, facts, err);
    file_spot_leave(&spot);
    return code;
}

bool dir_has(const Dir *in, const char *name)
{
    FileFacts facts;
    Err ignored = {0};
    return dir_facts(in, name, &facts, &ignored) == ERR_NONE;
}

ErrCode file_space(const char *path, uint64_t *n_bytes, Err *err)
{
    struct statvfs facts;
    if (statvfs(path, &facts) != 0)
        return err_errno(err, "inspect the file system of", path);
    *n_bytes = (uint64_t)facts.f_bavail * (uint64_t)facts.f_frsize;
    return ERR_NONE;
}

ErrCode file_size(const char *path, uint64_t *n_bytes, Err *err)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return err_errno(err, "inspect", path);
    *n_bytes = (uint64_t)facts.st_size;
    return ERR_NONE;
}
