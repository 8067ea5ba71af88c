/*
 * base/dir.c: from handle to handle by openat and O_NOFOLLOW.
 *
 * Rejected: openat2 with RESOLVE_NO_SYMLINKS, which is one call instead of one a component, but
 * would need this walk beside it for kernels before 5.6 and for sandboxes that refuse it.
 */
#include "base/dir.h"

#include "base/file_spot.h"
#include "base/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_MODE = 0777, OPEN_FOLDER = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

struct Dir {
    int fd;
    char *path;
};

/* --- spots --- */

static bool is_link_at(int at, const char *name)
{
    struct stat facts;
    return fstatat(at, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(facts.st_mode);
}

static ErrCode refuse(const char *path, Err *err)
{
    return err_set(err, ERR_DATA,
                   "'%s' is a link: nothing is read or written behind links of a study's or a "
                   "training's folder; remove it, or put the folder or file itself there",
                   path);
}

static int open_at(int at, const char *name, int flags, mode_t mode)
{
    int fd;
    do {
        fd = sys_calls.open(at, name, flags, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/* errno of a component that could not be opened. */
static ErrCode cannot_step(int at, const char *name, const char *path, Err *err)
{
    const int error = errno;
    if ((error == ELOOP || error == ENOTDIR) && is_link_at(at, name))
        return refuse(path, err);
    if (error == ENOENT)
        return err_set(err, ERR_MISSING, "there is no '%s'", path);
    if (error == ELOOP || error == ENOTDIR)
        return err_set(err, ERR_DATA, "'%s' is no folder", path);
    errno = error;
    return err_errno(err, "open", path);
}

/* Makes the folder's entry, durably; one that is there is fine, whatever it is. */
static ErrCode make_entry(int at, const char *name, const char *path, Err *err)
{
    if (sys_calls.mkdir(at, name, FOLDER_MODE) != 0)
        return errno == EEXIST ? ERR_NONE : err_errno(err, "make folder", path);
    if (sys_calls.fsync(at) != 0 && errno != EINVAL)
        return err_errno(err, "sync the folder of", path);
    return ERR_NONE;
}

/* From the folder *fd, which is closed if it is *is_owned, into the one of that name in it. */
static ErrCode step_into(int *fd, bool *is_owned, const char *name, const char *path, bool is_made,
                         Err *err)
{
    if (is_made && make_entry(*fd, name, path, err) != ERR_NONE)
        return err->code;
    const int inner = open_at(*fd, name, OPEN_FOLDER | O_NOFOLLOW, 0);
    if (inner < 0)
        return cannot_step(*fd, name, path, err);
    if (*is_owned)
        file_close_fd(*fd);
    *fd = inner;
    *is_owned = true;
    return ERR_NONE;
}

static bool leads_out(const char *name)
{
    static const char up[] = "..";
    for (const char *part = name; *part != '\0';) {
        const size_t n = strcspn(part, "/");
        if (n == strlen(up) && strncmp(part, up, n) == 0)
            return true;
        part += n + (part[n] == '/');
    }
    return name[0] == '\0' || name[0] == '/';
}

/* Walks all components of spot->name, which lies in own_path, but the last, which it becomes. */
static ErrCode walk(FileSpot *spot, bool is_made, Err *err)
{
    char *part = spot->own_path + (spot->name - spot->path);
    for (char *slash; (slash = strchr(part, '/')) != NULL; part = slash + 1) {
        *slash = '\0'; /* own_path is the path of the component now */
        const ErrCode code = part[0] == '\0' ? ERR_NONE
                                             : step_into(&spot->at, &spot->is_owned, part,
                                                         spot->own_path, is_made, err);
        *slash = '/';
        if (code != ERR_NONE)
            return code;
    }
    spot->name = part;
    return ERR_NONE;
}

static ErrCode find(FileSpot *spot, const Dir *in, const char *name, bool is_made, Err *err)
{
    *spot = (FileSpot){.at = AT_FDCWD, .name = name, .path = name};
    if (in == NULL)
        return ERR_NONE;
    if (leads_out(name))
        return err_set(err, ERR_DATA, "'%s' leads out of '%s'", name, in->path);
    spot->at = in->fd;
    spot->is_below = true;
    spot->own_path = file_join(in->path, name);
    if (spot->own_path == NULL)
        return err_memory(err, strlen(in->path) + strlen(name));
    spot->path = spot->own_path;
    spot->name = spot->own_path + strlen(spot->own_path) - strlen(name);
    return walk(spot, is_made, err);
}

ErrCode file_spot_find(FileSpot *spot, const Dir *in, const char *name, Err *err)
{
    return find(spot, in, name, false, err);
}

void file_spot_leave(FileSpot *spot)
{
    if (spot->is_owned)
        file_close_fd(spot->at);
    mem_free(spot->own_path);
    *spot = (FileSpot){.at = AT_FDCWD};
}

int file_spot_open(const FileSpot *spot, int flags, mode_t mode)
{
    return open_at(spot->at, spot->name, flags | O_CLOEXEC | (spot->is_below ? O_NOFOLLOW : 0),
                   mode);
}

ErrCode file_spot_errno(const FileSpot *spot, const char *operation, Err *err)
{
    if (spot->is_below && errno == ELOOP)
        return refuse(spot->path, err);
    return err_errno(err, operation, spot->path);
}

ErrCode file_spot_refuse_link(const FileSpot *spot, Err *err)
{
    if (spot->is_below && is_link_at(spot->at, spot->name))
        return refuse(spot->path, err);
    return ERR_NONE;
}

ErrCode dir_refuse_link(const Dir *in, const char *name, Err *err)
{
    FileSpot spot;
    ErrCode code = file_spot_find(&spot, in, name, err);
    if (code == ERR_NONE)
        code = file_spot_refuse_link(&spot, err);
    file_spot_leave(&spot);
    return code;
}

ErrCode file_spot_sync_folder(const FileSpot *spot, Err *err)
{
    if (spot->is_below) {
        if (sys_calls.fsync(spot->at) != 0 && errno != EINVAL)
            return err_errno(err, "sync the folder of", spot->path);
        return ERR_NONE;
    }
    char *folder = file_folder(spot->path);
    if (folder == NULL)
        return err_memory(err, strlen(spot->path) + 1);
    const ErrCode code = file_sync(folder, err);
    mem_free(folder);
    return code;
}

/* --- handles --- */

static ErrCode open_handle(Dir **out, const Dir *in, const char *name, bool is_made, Err *err)
{
    FileSpot spot;
    *out = NULL;
    Dir *made = mem_calloc(1, sizeof *made);
    if (made == NULL)
        return err_memory(err, sizeof *made);
    made->fd = -1;
    TRY(find(&spot, in, name, is_made, err));
    if (is_made && spot.is_below)
        TRY(make_entry(spot.at, spot.name, spot.path, err));
    else if (is_made)
        TRY(file_make_dirs(name, err));
    made->fd = file_spot_open(&spot, OPEN_FOLDER, 0);
    if (made->fd < 0 && spot.is_below)
        TRY(cannot_step(spot.at, spot.name, spot.path, err));
    if (made->fd < 0 && errno == ENOENT) {
        (void)err_set(err, ERR_MISSING, "there is no '%s'", name);
        goto fail;
    }
    if (made->fd < 0) {
        (void)err_errno(err, "open", name);
        goto fail;
    }
    made->path = mem_strdup(spot.path);
    if (made->path == NULL) {
        (void)err_memory(err, strlen(spot.path));
        goto fail;
    }
    file_spot_leave(&spot);
    *out = made;
    return ERR_NONE;
fail:
    file_spot_leave(&spot);
    dir_close(&made);
    return err->code;
}

ErrCode dir_open(Dir **out, const Dir *in, const char *name, Err *err)
{
    return open_handle(out, in, name, false, err);
}

ErrCode dir_make(Dir **out, const Dir *in, const char *name, Err *err)
{
    return open_handle(out, in, name, true, err);
}

/* Whether the open folder is ours, and closed to others. */
static bool is_private(int fd)
{
    enum { OTHERS = 077 };
    struct stat facts;
    return fstat(fd, &facts) == 0 && facts.st_uid == geteuid() && (facts.st_mode & OTHERS) == 0;
}

ErrCode dir_make_private(Dir **out, const Dir *in, const char *name, Err *err)
{
    enum { OWN_MODE = 0700 };
    FileSpot spot;
    *out = NULL;
    ErrCode code = file_spot_find(&spot, in, name, err);
    if (code == ERR_NONE && sys_calls.mkdir(spot.at, spot.name, OWN_MODE) != 0)
        code = err_errno(err, "make folder", spot.path);
    if (code == ERR_NONE)
        code = dir_open(out, in, name, err);
    if (code == ERR_NONE && !is_private((*out)->fd)) {
        dir_close(out);
        code = err_set(err, ERR_IO, "'%s' was taken by somebody else while it was made", spot.path);
    }
    file_spot_leave(&spot);
    return code;
}

const char *dir_proc_path(const Dir *folder, char path[DIR_PROC_BYTES])
{
    snprintf(path, DIR_PROC_BYTES, "/proc/%ld/fd/%d", (long)getpid(), folder->fd);
    return path;
}

void dir_close(Dir **folder)
{
    if (*folder == NULL)
        return;
    file_close_fd((*folder)->fd);
    mem_free((*folder)->path);
    mem_free(*folder);
    *folder = NULL;
}

const char *dir_path(const Dir *folder)
{
    return folder != NULL ? folder->path : "";
}

/* --- lists --- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_dot_name(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static ErrCode read_names(DIR *dir, const char *path, FileList *list, Err *err)
{
    size_t capacity = 0;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL && errno != 0)
            return err_errno(err, "list folder", path);
        if (entry == NULL)
            return ERR_NONE;
        if (is_dot_name(entry->d_name))
            continue;
        if (mem_grow(&list->names, &capacity, list->n_names + 1, sizeof *list->names, err) !=
            ERR_NONE)
            return err->code;
        char *name = mem_strdup(entry->d_name);
        if (name == NULL)
            return err_memory(err, strlen(entry->d_name) + 1);
        list->names[list->n_names++] = name;
    }
}

ErrCode file_spot_list(int fd, const char *path, FileList *list, Err *err)
{
    *list = (FileList){0};
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        (void)err_errno(err, "list folder", path);
        file_close_fd(fd);
        return err->code;
    }
    const ErrCode code = read_names(dir, path, list, err);
    closedir(dir);
    if (code != ERR_NONE)
        file_list_release(list);
    else if (list->n_names > 1)
        qsort(list->names, list->n_names, sizeof *list->names, compare_names);
    return code;
}

ErrCode dir_list(const Dir *folder, FileList *list, Err *err)
{
    *list = (FileList){0};
    const int fd = open_at(folder->fd, ".", OPEN_FOLDER, 0);
    if (fd < 0)
        return err_errno(err, "list folder", folder->path);
    return file_spot_list(fd, folder->path, list, err);
}

void file_list_release(FileList *list)
{
    for (size_t i = 0; i < list->n_names; i++)
        mem_free(list->names[i]);
    mem_free(list->names);
    *list = (FileList){0};
}

/* --- removing --- */

ErrCode dir_remove(const Dir *in, const char *name, Err *err)
{
    FileSpot spot;
    ErrCode code = file_spot_find(&spot, in, name, err);
    if (code == ERR_NONE && sys_calls.unlink(spot.at, spot.name) != 0 && errno != ENOENT)
        code = err_errno(err, "remove", spot.path);
    file_spot_leave(&spot);
    return code;
}

static ErrCode remove_tree(int at, const char *name, const char *path, Err *err);

/* Empties an open folder, which is closed. */
static ErrCode empty(int fd, const char *path, Err *err)
{
    FileList list = {0};
    char *inner = NULL;
    const int listed = open_at(fd, ".", OPEN_FOLDER, 0);
    if (listed < 0) {
        (void)err_errno(err, "list folder", path);
        goto fail;
    }
    TRY(file_spot_list(listed, path, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        inner = file_join(path, list.names[i]);
        if (inner == NULL) {
            (void)err_memory(err, strlen(path));
            goto fail;
        }
        TRY(remove_tree(fd, list.names[i], inner, err));
        mem_free(inner);
        inner = NULL;
    }
    file_list_release(&list);
    file_close_fd(fd);
    return ERR_NONE;
fail:
    mem_free(inner);
    file_list_release(&list);
    file_close_fd(fd);
    return err->code;
}

/* What is a folder at the moment it is opened is emptied; all else is an entry that goes. */
static ErrCode remove_tree(int at, const char *name, const char *path, Err *err)
{
    const int fd = open_at(at, name, OPEN_FOLDER | O_NOFOLLOW, 0);
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP)) {
        if (sys_calls.unlink(at, name) != 0 && errno != ENOENT)
            return err_errno(err, "remove", path);
        return ERR_NONE;
    }
    if (fd < 0)
        return errno == ENOENT ? ERR_NONE : err_errno(err, "open", path);
    const ErrCode code = empty(fd, path, err);
    if (code == ERR_NONE && sys_calls.rmdir(at, name) != 0 && errno != ENOENT)
        return err_errno(err, "remove folder", path);
    return code;
}

ErrCode dir_remove_tree(const Dir *in, const char *name, Err *err)
{
    FileSpot spot;
    ErrCode code = file_spot_find(&spot, in, name, err);
    if (code == ERR_NONE)
        code = remove_tree(spot.at, spot.name, spot.path, err);
    file_spot_leave(&spot);
    return code;
}

ErrCode dir_sweep(const Dir *folder, Err *err)
{
    FileList list = {0};
    ErrCode code = dir_list(folder, &list, err);
    for (size_t i = 0; code == ERR_NONE && i < list.n_names; i++)
        if (file_is_stale_temporary(list.names[i]))
            code = dir_remove_tree(folder, list.names[i], err);
    file_list_release(&list);
    return code;
}
