/*
 * base/file_spot.h: where a name is looked up; private to base's files.
 *
 * A path of the user's is looked up as given. A name below a Dir is looked up in the descriptor
 * of the folder that it lies in, which is reached component by component, no link followed.
 */
#ifndef BASE_FILE_SPOT_H
#define BASE_FILE_SPOT_H

#include "base/dir.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/types.h>

enum { FILE_FOLDER_MODE = 0777, FILE_OPEN_FOLDER = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

struct Dir {
    int fd;
    char *path;
};

typedef struct FileSpot {
    int at;           /* descriptor of the folder, or AT_FDCWD */
    const char *name; /* in it; borrowed */
    const char *path; /* the whole, for messages */
    char *own_path;   /* NULL: `path` is borrowed */
    bool is_below;    /* of a Dir */
    bool is_owned;    /* `at` is closed with the spot */
} FileSpot;

/*
 * With is_made, folders on the way that are missing are made. Leave it after an error, too. Errors:
 * ERR_MISSING, ERR_IO, ERR_MEMORY; ERR_DATA: a link on the way, or a name that leads out of the
 * folder.
 */
ErrCode file_spot_find(FileSpot *spot, const Dir *in, const char *name, bool is_made,
                       Err *err) ERR_CHECKED;
void file_spot_leave(FileSpot *spot);

/* Opens, a link only if the path is the user's; -1 with errno. EINTR is retried. */
int file_spot_open(const FileSpot *spot, int flags, mode_t mode);

/* The same, to read. Errors: ERR_IO; ERR_DATA: a link below a Dir. */
ErrCode file_spot_open_read(const FileSpot *spot, int *fd, Err *err) ERR_CHECKED;

/* The error of errno, as err_errno has it, and of a link below a Dir for what it is. */
ErrCode file_spot_errno(const FileSpot *spot, const char *operation, Err *err);

/* ERR_DATA: below a Dir, and a link. Looks only: what is done next must not rest on it. */
ErrCode file_spot_refuse_link(const FileSpot *spot, Err *err) ERR_CHECKED;

/* fsync of the folder the name is in. Errors: ERR_IO. */
ErrCode file_spot_sync_folder(const FileSpot *spot, Err *err) ERR_CHECKED;

/* --- single steps; `path` is for messages --- */

/* openat; EINTR is retried. */
int file_spot_open_at(int at, const char *name, int flags, mode_t mode);

/* The error of errno of a component that could not be opened. */
ErrCode file_spot_cannot_step(int at, const char *name, const char *path, Err *err);

/* Makes the folder's entry, durably; one that is there is fine, whatever it is. Errors: ERR_IO. */
ErrCode file_spot_make_entry(int at, const char *name, const char *path, Err *err) ERR_CHECKED;

#endif
