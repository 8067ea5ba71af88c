/* base/dir_handle.c: folders as handles, and folders made; see base/dir.h. */
#include "base/dir.h"

#include "base/file_spot.h"
#include "base/sys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- by path --- */

/* The folder, and its entry in the one above made durable. */
static ErrCode make_one_dir(const char *path, Err *err)
{
    if (sys_calls.mkdir(AT_FDCWD, path, FILE_FOLDER_MODE) == 0) {
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

/* --- handles --- */

static ErrCode open_handle(Dir **out, const Dir *in, const char *name, bool is_made, Err *err)
{
    FileSpot spot;
    *out = NULL;
    Dir *made = mem_calloc(1, sizeof *made);
    if (made == NULL)
        return err_memory(err, sizeof *made);
    made->fd = -1;
    TRY(file_spot_find(&spot, in, name, is_made, err));
    if (is_made && spot.is_below)
        TRY(file_spot_make_entry(spot.at, spot.name, spot.path, err));
    else if (is_made)
        TRY(file_make_dirs(name, err));
    made->fd = file_spot_open(&spot, FILE_OPEN_FOLDER, 0);
    if (made->fd < 0 && spot.is_below)
        TRY(file_spot_cannot_step(spot.at, spot.name, spot.path, err));
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
    ErrCode code = file_spot_find(&spot, in, name, false, err);
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

ErrCode dir_refuse_link(const Dir *in, const char *name, Err *err)
{
    FileSpot spot;
    ErrCode code = file_spot_find(&spot, in, name, false, err);
    if (code == ERR_NONE)
        code = file_spot_refuse_link(&spot, err);
    file_spot_leave(&spot);
    return code;
}
