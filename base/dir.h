/*
 * Folders as handles: what lies below one is reached from it name by name, never through a link.
 *
 * A study's folder may come from others, or others may write into it while we do. A path is looked
 * up anew at each use, so whoever has looked at 'trials/000001/a1' finds something else there a
 * moment later. A handle is the folder itself, wherever its name leads by now: a link planted below
 * it, before or meanwhile, is an ERR_DATA "'DIR/x' is a link ...", and what it leads to is left as
 * it is.
 *
 * `in` is the handle that `name` (one component or several: "trials/000001") is looked up from. It
 * may be NULL: `name` is a path of the user's then, whose links are followed, as in base/file.h,
 * which has the other errors of each function. A name that begins with '/' or has '..' leads out of
 * the folder: ERR_DATA.
 */
#ifndef BASE_DIR_H
#define BASE_DIR_H

#include "base/file.h"

typedef struct Dir Dir;

/* --- handles --- */

/* Errors: ERR_MISSING (nothing of that name), ERR_DATA (a link, or no folder), ERR_IO, ERR_MEMORY.
 */
ErrCode dir_open(Dir **out, const Dir *in, const char *name, Err *err) ERR_CHECKED;

/* The same; makes what is missing, durably. */
ErrCode dir_make(Dir **out, const Dir *in, const char *name, Err *err) ERR_CHECKED;

/*
 * Makes a folder that is new and that nobody else may enter, for files that others must not swap
 * while they are written. Errors also: ERR_IO, somebody else's is in its place.
 */
ErrCode dir_make_private(Dir **out, const Dir *in, const char *name, Err *err) ERR_CHECKED;

/*
 * A path of the folder for a child process that takes nothing but paths, good while this process
 * has it open: "/proc/PID/fd/N". No link below the study's folder is on its way.
 */
enum { DIR_PROC_BYTES = 48 };
const char *dir_proc_path(const Dir *folder, char path[DIR_PROC_BYTES]);

/* Accepts NULL and nulls. No FileWriter in it may be left. */
void dir_close(Dir **folder);

/* As it was opened, for messages; "" of NULL. */
const char *dir_path(const Dir *folder);

/* --- what is there --- */

/* Of the folder itself. */
ErrCode dir_list(const Dir *folder, FileList *list, Err *err) ERR_CHECKED;

/* Links are not followed, whatever `in` is. */
ErrCode dir_facts(const Dir *in, const char *name, FileFacts *facts, Err *err) ERR_CHECKED;

/* Whether there is something of that name, be it a link. */
bool dir_has(const Dir *in, const char *name);

/*
 * ERR_DATA if a link is there now: an early word of what each of the functions below would say
 * later. Nothing may rest on it.
 */
ErrCode dir_refuse_link(const Dir *in, const char *name, Err *err) ERR_CHECKED;

/* --- files --- */

ErrCode dir_open_read(const Dir *in, const char *name, int *fd, Err *err) ERR_CHECKED;
ErrCode dir_read(const Dir *in, const char *name, size_t max_bytes, char **data, size_t *n_bytes,
                 Err *err) ERR_CHECKED;
ErrCode dir_map(const Dir *in, const char *name, FileMap *map, Err *err) ERR_CHECKED;

/* `in` outlives the writer. A link in the place of `name` is refused, at the begin and at the
 * commit. */
ErrCode dir_begin(FileWriter **writer, const Dir *in, const char *name, Err *err) ERR_CHECKED;
ErrCode dir_write(const Dir *in, const char *name, const void *data, size_t n_bytes,
                  Err *err) ERR_CHECKED;

/* Refuses to put anything in the place of a link. */
ErrCode dir_rename(const Dir *from_in, const char *from, const Dir *to_in, const char *to,
                   Err *err) ERR_CHECKED;
ErrCode dir_sync(const Dir *in, const char *name, Err *err) ERR_CHECKED;

/* A link is removed itself; what is not there is fine. A tree: a folder and what is in it. */
ErrCode dir_remove(const Dir *in, const char *name, Err *err) ERR_CHECKED;
ErrCode dir_remove_tree(const Dir *in, const char *name, Err *err) ERR_CHECKED;

/* As file_sweep_temporaries. */
ErrCode dir_sweep(const Dir *folder, Err *err) ERR_CHECKED;

#endif
