/* Reading files and folders; see file.h. Writing is in file_write.c, locks are in file_lock.c. */
#include "base/file.h"

#include "base/sys.h"
#include "base/text.h"

#include <dirent.h>
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

ErrCode file_open_read(const char *path, int *fd, Err *err)
{
    do {
        *fd = sys_calls.open(path, O_RDONLY | O_CLOEXEC, 0);
    } while (*fd < 0 && errno == EINTR);
    return *fd < 0 ? err_errno(err, "open", path) : ERR_NONE;
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

ErrCode file_read(const char *path, size_t max_bytes, char **data, size_t *n_bytes, Err *err)
{
    int fd = -1;
    char *block = NULL;
    uint64_t size;
    TRY(file_open_read(path, &fd, err));
    TRY(regular_size(fd, path, &size, err));
    if (size > max_bytes) {
        err_set(err, ERR_DATA, "file '%s' is too long: %llu bytes, at most %zu are read", path,
                (unsigned long long)size, max_bytes);
        goto fail;
    }
    block = mem_alloc((size_t)size + 1);
    if (block == NULL) {
        err_memory(err, (size_t)size + 1);
        goto fail;
    }
    TRY(file_read_at(fd, path, block, (size_t)size, 0, err));
    block[size] = '\0';
    file_close_fd(fd);
    *data = block;
    *n_bytes = (size_t)size;
    return ERR_NONE;
fail:
    mem_free(block);
    file_close_fd(fd);
    return err->code;
}

ErrCode file_map(const char *path, FileMap *map, Err *err)
{
    *map = (FileMap){0};
    int fd = -1;
    uint64_t size;
    TRY(file_open_read(path, &fd, err));
    TRY(regular_size(fd, path, &size, err));
    if (size > 0) {
        void *data = sys_calls.mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED) {
            err_errno(err, "map", path);
            goto fail;
        }
        *map = (FileMap){.data = data, .n_bytes = (size_t)size};
    }
    file_close_fd(fd);
    return ERR_NONE;
fail:
    file_close_fd(fd);
    return err->code;
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

ErrCode file_facts(const char *path, bool follows, FileFacts *facts, Err *err)
{
    struct stat found;
    if ((follows ? stat(path, &found) : lstat(path, &found)) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return err_set(err, ERR_MISSING, "there is no '%s'", path);
        return err_errno(err, "inspect", path);
    }
    *facts = (FileFacts){
        .kind = S_ISREG(found.st_mode)   ? FILE_REGULAR
                : S_ISDIR(found.st_mode) ? FILE_FOLDER
                : S_ISLNK(found.st_mode) ? FILE_LINK
                                         : FILE_OTHER,
        .n_bytes = (uint64_t)found.st_size,
        .modified_ns = nanoseconds(found.st_mtim),
        .changed_ns = nanoseconds(found.st_ctim),
        .device = (uint64_t)found.st_dev,
        .inode = (uint64_t)found.st_ino,
    };
    return ERR_NONE;
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

ErrCode file_sync(const char *path, Err *err)
{
    int fd;
    ErrCode code = file_open_read(path, &fd, err);
    if (code != ERR_NONE)
        return code;
    /* EINVAL: a file system that cannot sync a folder. */
    if (sys_calls.fsync(fd) != 0 && errno != EINVAL)
        code = err_errno(err, "sync", path);
    file_close_fd(fd);
    return code;
}

/* --- folders --- */

/* The folder, and its entry in the one above made durable. */
static ErrCode make_one_dir(const char *path, Err *err)
{
    if (sys_calls.mkdir(path, FOLDER_MODE) == 0) {
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

/*
 * Makes one folder, its entry durable, and steps into it: *fd, the folder's, becomes that of
 * `path`, called `name`.
 */
static ErrCode step_into(const char *path, const char *name, int *fd, Err *err)
{
    const bool is_made = sys_calls.mkdir(path, FOLDER_MODE) == 0;
    if (!is_made && errno != EEXIST)
        return err_errno(err, "make folder", path);
    if (is_made && sys_calls.fsync(*fd) != 0 && errno != EINVAL)
        return err_errno(err, "sync", path);
    const int inner = openat(*fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0 && (errno == ELOOP || errno == ENOTDIR))
        return err_set(err, ERR_DATA,
                       "'%s' is a link or no folder: nothing is written behind links of a study's "
                       "folder; put the folder itself there",
                       path);
    if (inner < 0)
        return err_errno(err, "open", path);
    file_close_fd(*fd);
    *fd = inner;
    return ERR_NONE;
}

ErrCode file_make_dirs_below(const char *folder, const char *relative, Err *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "open", folder);
    char *path = file_join(folder, relative);
    if (path == NULL) {
        (void)err_memory(err, strlen(relative));
        goto fail;
    }
    char *name = path + strlen(path) - strlen(relative);
    for (char *c = name; name[0] != '\0'; c++) {
        if (*c != '/' && *c != '\0')
            continue;
        const char end = *c;
        *c = '\0';
        TRY(step_into(path, name, &fd, err));
        *c = end;
        name = end == '\0' ? c : c + 1;
    }
fail:
    mem_free(path);
    file_close_fd(fd);
    return err->code;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_dot_name(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

ErrCode file_list(const char *folder, FileList *list, Err *err)
{
    *list = (FileList){0};
    size_t capacity = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return err_errno(err, "list folder", folder);
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL && errno != 0) {
            err_errno(err, "list folder", folder);
            goto fail;
        }
        if (entry == NULL)
            break;
        if (is_dot_name(entry->d_name))
            continue;
        TRY(mem_grow(&list->names, &capacity, list->n_names + 1, sizeof *list->names, err));
        char *name = mem_strdup(entry->d_name);
        if (name == NULL) {
            err_memory(err, strlen(entry->d_name) + 1);
            goto fail;
        }
        list->names[list->n_names++] = name;
    }
    closedir(dir);
    if (list->n_names > 1)
        qsort(list->names, list->n_names, sizeof *list->names, compare_names);
    return ERR_NONE;
fail:
    closedir(dir);
    file_list_release(list);
    return err->code;
}

void file_list_release(FileList *list)
{
    for (size_t i = 0; i < list->n_names; i++)
        mem_free(list->names[i]);
    mem_free(list->names);
    *list = (FileList){0};
}

ErrCode file_remove(const char *path, Err *err)
{
    if (sys_calls.unlink(path) == 0 || errno == ENOENT)
        return ERR_NONE;
    return err_errno(err, "remove", path);
}

ErrCode file_remove_tree(const char *path, Err *err)
{
    struct stat facts;
    FileList list = {0};
    char *inner = NULL;
    if (lstat(path, &facts) != 0)
        return errno == ENOENT ? ERR_NONE : err_errno(err, "inspect", path);
    if (!S_ISDIR(facts.st_mode))
        return file_remove(path, err);
    TRY(file_list(path, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        inner = file_join(path, list.names[i]);
        if (inner == NULL) {
            err_memory(err, PATH_MAX);
            goto fail;
        }
        TRY(file_remove_tree(inner, err));
        mem_free(inner);
        inner = NULL;
    }
    if (sys_calls.rmdir(path) != 0 && errno != ENOENT) {
        err_errno(err, "remove folder", path);
        goto fail;
    }
    file_list_release(&list);
    return ERR_NONE;
fail:
    mem_free(inner);
    file_list_release(&list);
    return err->code;
}
