/*
 * Reading files, by path (file.h) or below a folder (folder.h); paths and facts. Writing is in
 * file_write.c, locks are in file_lock.c, handles of folders in folder.c.
 */
#include "base/file.h"

#include "base/file_spot.h"
#include "base/sys.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { FOLDER_MODE = 0777 };

/* --- reading --- */

static ErrCode open_to_read(const FileSpot *spot, int *fd, Err *err)
{
    *fd = file_spot_open(spot, O_RDONLY, 0);
    return *fd < 0 ? file_spot_errno(spot, "open", err) : ERR_NONE;
}

ErrCode dir_open_read(const Dir *in, const char *name, int *fd, Err *err)
{
    FileSpot spot;
    *fd = -1;
    ErrCode code = file_spot_find(&spot, in, name, err);
    if (code == ERR_NONE)
        code = open_to_read(&spot, fd, err);
    file_spot_leave(&spot);
    return code;
}

ErrCode file_open_read(const char *path, int *fd, Err *err)
{
    return dir_open_read(NULL, path, fd, err);
}

void file_close_fd(int fd)
{
    if (fd >= 0)
        (void)sys_calls.close(fd); /* nothing was written through it */
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
    TRY(file_spot_find(&spot, in, name, err));
    TRY(open_to_read(&spot, &fd, err));
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
    TRY(file_spot_find(&spot, in, name, err));
    TRY(open_to_read(&spot, &fd, err));
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

bool file_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0;
}

bool file_is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

bool file_is_link(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) == 0 && S_ISLNK(facts.st_mode);
}

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
    ErrCode code = file_spot_find(&spot, in, name, err);
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

/* --- paths --- */

char *file_join(const char *folder, const char *name)
{
    const size_t n_folder = strlen(folder);
    if (n_folder == 0 || name[0] == '/')
        return mem_strdup(name);
    const bool has_slash = folder[n_folder - 1] == '/';
    const size_t n_name = strlen(name);
    char *path = mem_alloc(n_folder + 1 + n_name + 1);
    if (path == NULL)
        return NULL;
    memcpy(path, folder, n_folder);
    size_t n = n_folder;
    if (!has_slash)
        path[n++] = '/';
    memcpy(path + n, name, n_name + 1);
    return path;
}

ErrCode file_absolute(const char *path, char **absolute, Err *err)
{
    char here[PATH_MAX];
    while (path[0] == '.' && path[1] == '/') {
        path++;
        while (*path == '/')
            path++;
    }
    if (path[0] != '/' && getcwd(here, sizeof here) == NULL)
        return err_errno(err, "find the current folder of", path);
    *absolute = path[0] == '/' ? mem_strdup(path) : file_join(here, path);
    return *absolute != NULL ? ERR_NONE : err_memory(err, strlen(path));
}

/* Bytes of the folders that two absolute paths begin with together, the last '/' included. */
static size_t common_folders(const char *folder, const char *path)
{
    size_t n = 0;
    for (size_t i = 0;; i++) {
        const bool ends = folder[i] == '/' || folder[i] == '\0';
        if (ends && path[i] == '/')
            n = i + 1;
        if (folder[i] != path[i] || folder[i] == '\0')
            return n;
    }
}

ErrCode file_resolve_folder(const char *path, char **resolved, Err *err)
{
    char whole[PATH_MAX];
    char *folder = file_folder(path);
    if (folder == NULL)
        return err_memory(err, strlen(path));
    ErrCode code = ERR_NONE;
    if (realpath(folder, whole) == NULL)
        code = err_errno(err, "find", folder);
    else if ((*resolved = file_join(whole, file_name(path))) == NULL)
        code = err_memory(err, strlen(whole));
    mem_free(folder);
    return code;
}

ErrCode file_relative(char **out, const char *path, const char *from, Err *err)
{
    char whole[PATH_MAX], whole_folder[PATH_MAX];
    Text text = {0};
    char *folder = file_folder(from);
    if (folder == NULL)
        return err_memory(err, strlen(from));
    if (path[0] == '/' || strcmp(folder, ".") == 0) {
        text_append(&text, path);
    } else {
        if (realpath(path, whole) == NULL) {
            err_errno(err, "find", path);
            goto fail;
        }
        if (realpath(folder, whole_folder) == NULL) {
            err_errno(err, "find", folder);
            goto fail;
        }
        const size_t n = common_folders(whole_folder, whole);
        for (const char *c = whole_folder + (n <= strlen(whole_folder) ? n : n - 1); *c;) {
            text_append(&text, "../");
            c += strcspn(c, "/");
            c += *c == '/';
        }
        text_append(&text, whole + n);
    }
    TRY(text_take(&text, out, err));
    mem_free(folder);
    return ERR_NONE;
fail:
    text_release(&text);
    mem_free(folder);
    return err->code;
}

const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

char *file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return mem_strdup(".");
    return mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

ErrCode dir_sync(const Dir *in, const char *name, Err *err)
{
    FileSpot spot;
    int fd = -1;
    ErrCode code = file_spot_find(&spot, in, name, err);
    if (code == ERR_NONE)
        code = open_to_read(&spot, &fd, err);
    /* EINVAL: a file system that cannot sync a folder. */
    if (code == ERR_NONE && sys_calls.fsync(fd) != 0 && errno != EINVAL)
        code = err_errno(err, "sync", spot.path);
    file_close_fd(fd);
    file_spot_leave(&spot);
    return code;
}

ErrCode file_sync(const char *path, Err *err)
{
    return dir_sync(NULL, path, err);
}

/* --- folders --- */

/* The folder, and its entry in the one above made durable. */
static ErrCode make_one_dir(const char *path, Err *err)
{
    if (sys_calls.mkdir(AT_FDCWD, path, FOLDER_MODE) == 0) {
        char *parent = file_folder(path);
        if (parent == NULL)
            return err_memory(err, strlen(path) + 1);
        const ErrCode code = file_sync(parent, err);
        mem_free(parent);
        return code;
    }
    const int error = errno;
    if (file_is_folder(path))
        return ERR_NONE;
    errno = error;
    return err_errno(err, "make folder", path);
}

ErrCode file_make_dirs(const char *path, Err *err)
{
    char *part = mem_strdup(path);
    if (part == NULL)
        return err_memory(err, strlen(path) + 1);
    for (char *c = part + 1; part[0] && *c; c++) {
        if (*c != '/')
            continue;
        *c = '\0';
        TRY(make_one_dir(part, err));
        *c = '/';
    }
    TRY(make_one_dir(part, err));
    mem_free(part);
    return ERR_NONE;
fail:
    mem_free(part);
    return err->code;
}

ErrCode file_list(const char *folder, FileList *list, Err *err)
{
    *list = (FileList){0};
    int fd;
    do {
        fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } while (fd < 0 && errno == EINTR);
    return fd < 0 ? err_errno(err, "list folder", folder) : file_spot_list(fd, folder, list, err);
}

ErrCode file_remove(const char *path, Err *err)
{
    return dir_remove(NULL, path, err);
}

ErrCode file_remove_tree(const char *path, Err *err)
{
    return dir_remove_tree(NULL, path, err);
}
