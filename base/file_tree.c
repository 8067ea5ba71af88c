/* base/file_tree.c: what folders hold: listing, removing, sweeping; see base/file.h and base/dir.h.
 */
#include "base/dir.h"

#include "base/file_spot.h"
#include "base/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

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

/* Of the folder `name` in `at`; `path` is for messages. */
static ErrCode list_at(int at, const char *name, const char *path, FileList *list, Err *err)
{
    *list = (FileList){0};
    const int fd = file_spot_open_at(at, name, FILE_OPEN_FOLDER, 0);
    if (fd < 0)
        return err_errno(err, "list folder", path);
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
    return list_at(folder->fd, ".", folder->path, list, err);
}

ErrCode file_list(const char *folder, FileList *list, Err *err)
{
    return list_at(AT_FDCWD, folder, folder, list, err);
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
    ErrCode code = file_spot_find(&spot, in, name, false, err);
    if (code == ERR_NONE && sys_calls.unlink(spot.at, spot.name) != 0 && errno != ENOENT)
        code = err_errno(err, "remove", spot.path);
    file_spot_leave(&spot);
    return code;
}

ErrCode file_remove(const char *path, Err *err)
{
    return dir_remove(NULL, path, err);
}

static ErrCode remove_tree(int at, const char *name, const char *path, Err *err);

/* Empties an open folder, which is closed. */
static ErrCode empty(int fd, const char *path, Err *err)
{
    FileList list = {0};
    char *inner = NULL;
    TRY(list_at(fd, ".", path, &list, err));
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
    const int fd = file_spot_open_at(at, name, FILE_OPEN_FOLDER | O_NOFOLLOW, 0);
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
    ErrCode code = file_spot_find(&spot, in, name, false, err);
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

ErrCode file_sweep_temporaries(const char *folder, Err *err)
{
    Dir *handle = NULL;
    ErrCode code = dir_open(&handle, NULL, folder, err);
    if (code == ERR_NONE)
        code = dir_sweep(handle, err);
    dir_close(&handle);
    return code;
}
