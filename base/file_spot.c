/*
 * base/file_spot.c: from folder to folder by openat and O_NOFOLLOW, and what makes an entry last.
 *
 * Rejected: openat2 with RESOLVE_NO_SYMLINKS, which is one call instead of one a component, but
 * would need this walk beside it for kernels before 5.6 and for sandboxes that refuse it.
 */
#include "base/file_spot.h"

#include "base/file.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* --- syncing --- */

void file_close_fd(int fd)
{
    if (fd >= 0)
        (void)sys_calls.close(fd); /* nothing was written through it */
}

/* Of an open file or folder; `operation` is for messages. */
static ErrCode sync_open(int fd, const char *operation, const char *path, Err *err)
{
    /* EINVAL: a file system that cannot sync a folder. */
    if (sys_calls.fsync(fd) != 0 && errno != EINVAL)
        return err_errno(err, operation, path);
    return ERR_NONE;
}

ErrCode dir_sync(const Dir *in, const char *name, Err *err)
{
    FileSpot spot;
    int fd = -1;
    ErrCode code = file_spot_find(&spot, in, name, false, err);
    if (code == ERR_NONE)
        code = file_spot_open_read(&spot, &fd, err);
    if (code == ERR_NONE)
        code = sync_open(fd, "sync", spot.path, err);
    file_close_fd(fd);
    file_spot_leave(&spot);
    return code;
}

ErrCode file_sync(const char *path, Err *err)
{
    return dir_sync(NULL, path, err);
}

/* --- walking --- */

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

int file_spot_open_at(int at, const char *name, int flags, mode_t mode)
{
    int fd;
    do {
        fd = sys_calls.open(at, name, flags, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

ErrCode file_spot_cannot_step(int at, const char *name, const char *path, Err *err)
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

ErrCode file_spot_make_entry(int at, const char *name, const char *path, Err *err)
{
    if (sys_calls.mkdir(at, name, FILE_FOLDER_MODE) != 0)
        return errno == EEXIST ? ERR_NONE : err_errno(err, "make folder", path);
    return sync_open(at, "sync the folder of", path, err);
}

/* From the folder *fd, which is closed if it is *is_owned, into the one of that name in it. */
static ErrCode step_into(int *fd, bool *is_owned, const char *name, const char *path, bool is_made,
                         Err *err)
{
    if (is_made && file_spot_make_entry(*fd, name, path, err) != ERR_NONE)
        return err->code;
    const int inner = file_spot_open_at(*fd, name, FILE_OPEN_FOLDER | O_NOFOLLOW, 0);
    if (inner < 0)
        return file_spot_cannot_step(*fd, name, path, err);
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

ErrCode file_spot_find(FileSpot *spot, const Dir *in, const char *name, bool is_made, Err *err)
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

void file_spot_leave(FileSpot *spot)
{
    if (spot->is_owned)
        file_close_fd(spot->at);
    mem_free(spot->own_path);
    *spot = (FileSpot){.at = AT_FDCWD};
}

int file_spot_open(const FileSpot *spot, int flags, mode_t mode)
{
    return file_spot_open_at(spot->at, spot->name,
                             flags | O_CLOEXEC | (spot->is_below ? O_NOFOLLOW : 0), mode);
}

ErrCode file_spot_open_read(const FileSpot *spot, int *fd, Err *err)
{
    *fd = file_spot_open(spot, O_RDONLY, 0);
    return *fd < 0 ? file_spot_errno(spot, "open", err) : ERR_NONE;
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

ErrCode file_spot_sync_folder(const FileSpot *spot, Err *err)
{
    if (spot->is_below)
        return sync_open(spot->at, "sync the folder of", spot->path, err);
    char *folder = file_folder(spot->path);
    if (folder == NULL)
        return err_memory(err, strlen(spot->path) + 1);
    const ErrCode code = file_sync(folder, err);
    mem_free(folder);
    return code;
}
