/*
 * Files: whole reads with a bound, atomic writes, folders, maps, locks, and standard output that
 * notices a full disk.
 *
 * Every error names operation, path and reason. All descriptors are close-on-exec, EINTR is
 * retried, short writes go on. Paths are used as given (relative ones to the current folder), links
 * in them followed: they are the user's. What lies in a study's folder is reached by base/dir.h.
 * Thread safe as far as the file system is.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file being written beside its final name; nobody sees it before file_writer_commit. */
typedef struct FileWriter FileWriter;

/* A regular file mapped read-only and shared. */
typedef struct FileMap {
    const unsigned char *data; /* NULL if the file is empty */
    size_t n_bytes;
} FileMap;

/* An exclusive lock that dies with the process. */
typedef struct FileLock FileLock;

/* Names in a folder without "." and "..", sorted bytewise. */
typedef struct FileList {
    char **names;
    size_t n_names;
} FileList;

/* What the file system says of a name. */
typedef enum FileKind { FILE_REGULAR, FILE_FOLDER, FILE_LINK, FILE_OTHER } FileKind;
typedef struct FileFacts {
    FileKind kind;
    uint64_t n_bytes;
    int64_t modified_ns; /* of its contents, since 1970 */
    int64_t changed_ns;  /* of its contents, rights or links, since 1970; nobody can set it back */
    uint64_t device;
    uint64_t inode;
} FileFacts;

/* --- reading --- */

/*
 * Reads a whole regular file into *data (mem_free it; a NUL follows the last byte, not counted in
 * *n_bytes). Errors: ERR_IO; ERR_DATA if it is longer than max_bytes or not a regular file.
 */
ErrCode file_read(const char *path, size_t max_bytes, char **data, size_t *n_bytes,
                  Err *err) ERR_CHECKED;

/* Opens for reading. Errors: ERR_IO. Close with file_close_fd. */
ErrCode file_open_read(const char *path, int *fd, Err *err) ERR_CHECKED;

/*
 * Exactly n_bytes from `offset` of an open file, which `path` names in messages. Errors: ERR_IO;
 * ERR_DATA at its end.
 */
ErrCode file_read_at(int fd, const char *path, void *data, size_t n_bytes, uint64_t offset,
                     Err *err) ERR_CHECKED;

/* Up to n_bytes from the current place into data; *n_read = 0 at the end. Errors: ERR_IO. */
ErrCode file_read_some(int fd, const char *path, void *data, size_t n_bytes, size_t *n_read,
                       Err *err) ERR_CHECKED;

void file_close_fd(int fd);

/* Maps a whole regular file. Errors: ERR_IO, ERR_DATA (not regular). */
ErrCode file_map(const char *path, FileMap *map, Err *err) ERR_CHECKED;
void file_unmap(FileMap *map);

/* --- writing --- */

/*
 * Replaces `path` by the bytes, atomically and durably: tmp, fsync, rename, fsync(folder). After an
 * error or a crash the old file is there in full (or none). What is no regular file (a device, a
 * pipe, anything of /dev) is written in place instead. Errors: ERR_IO.
 */
ErrCode file_write(const char *path, const void *data, size_t n_bytes, Err *err) ERR_CHECKED;

/*
 * The same in pieces. The temporary file is `path.tmp-PID-N`; commit and abort destroy the writer
 * and null the pointer, commit also on failure (the temporary file is removed then). Abort accepts
 * NULL.
 */
ErrCode file_writer_begin(FileWriter **writer, const char *path, Err *err) ERR_CHECKED;
ErrCode file_writer_put(FileWriter *writer, const void *data, size_t n_bytes, Err *err) ERR_CHECKED;
uint64_t file_writer_bytes(const FileWriter *writer); /* bytes put so far */
ErrCode file_writer_commit(FileWriter **writer, Err *err) ERR_CHECKED;
void file_writer_abort(FileWriter **writer);

/*
 * Whether a file could be written at `path` now: for who learns only after long work what is to be
 * in it. What is there stays. ERR_IO (it is a folder, its folder is not there or not ours to
 * write), ERR_MEMORY.
 */
ErrCode file_check_target(const char *path, Err *err) ERR_CHECKED;

/*
 * Writes all bytes to an open descriptor, e.g. 1 or 2, which `name` names in messages. Errors:
 * ERR_IO.
 */
ErrCode file_put_fd(int fd, const char *name, const void *data, size_t n_bytes,
                    Err *err) ERR_CHECKED;

/*
 * Closes standard output so that an error delayed until then (full disk, network file system) is
 * noticed: ERR_IO.
 */
ErrCode file_close_stdout(Err *err) ERR_CHECKED;

/* rename, then fsync of the target's folder. Errors: ERR_IO. */
ErrCode file_rename(const char *from, const char *to, Err *err) ERR_CHECKED;

/*
 * Renames `path` to path.1, or the first number that is free: never over anything. *moved (mem_free
 * it) is the new name. Errors: ERR_IO, ERR_MEMORY.
 */
ErrCode file_move_aside(const char *path, char **moved, Err *err) ERR_CHECKED;

/* fsync of a file or folder. Errors: ERR_IO. */
ErrCode file_sync(const char *path, Err *err) ERR_CHECKED;

/* Removes a file; one that is not there is fine. Errors: ERR_IO. */
ErrCode file_remove(const char *path, Err *err) ERR_CHECKED;

/*
 * Removes temporary files and folders that crashed writers of this folder left (names with
 * ".tmp-PID-N" of dead processes, and what SQLite keeps beside them).
 */
ErrCode file_sweep_temporaries(const char *folder, Err *err) ERR_CHECKED;

/* Whether `name` is that of a temporary file whose process no longer lives. */
bool file_is_stale_temporary(const char *name);

/* --- folders and facts --- */

/*
 * Makes the folder and its parents, durably (fsync of the folders they are entries of); an existing
 * one is fine. Errors: ERR_IO.
 */
ErrCode file_make_dirs(const char *path, Err *err) ERR_CHECKED;

bool file_exists(const char *path);    /* anything of that name; links are followed */
bool file_is_folder(const char *path); /* links are followed */
bool file_is_link(const char *path);   /* wherever it leads */

/*
 * With `follows` a link is what it leads to. Errors: ERR_MISSING (nothing of that name, or a link
 * that leads nowhere), ERR_IO.
 */
ErrCode file_facts(const char *path, bool follows, FileFacts *facts, Err *err) ERR_CHECKED;

/* Bytes that we may still write on the file system of `path`. Errors: ERR_IO. */
ErrCode file_space(const char *path, uint64_t *n_bytes, Err *err) ERR_CHECKED;

/* Errors: ERR_IO. */
ErrCode file_size(const char *path, uint64_t *n_bytes, Err *err) ERR_CHECKED;

/* Errors: ERR_IO, ERR_MEMORY. Release also after an error. */
ErrCode file_list(const char *folder, FileList *list, Err *err) ERR_CHECKED;
void file_list_release(FileList *list);

/*
 * "folder/name" (name alone if it is absolute or folder is empty); mem_free it. NULL without
 * memory.
 */
char *file_join(const char *folder, const char *name);

/*
 * Everything before the last '/' ("." if there is none, "/" for the root); mem_free it. NULL
 * without memory.
 */
char *file_folder(const char *path);

/*
 * *absolute (mem_free it) is the path seen from the root, by the current folder; ".." stays.
 * Errors: ERR_IO, ERR_MEMORY.
 */
ErrCode file_absolute(const char *path, char **absolute, Err *err) ERR_CHECKED;

/*
 * *resolved (mem_free it) is the path seen from the root with no link in it but, perhaps, its last
 * component. Errors: ERR_IO (its folder is not there), ERR_MEMORY.
 */
ErrCode file_resolve_folder(const char *path, char **resolved, Err *err) ERR_CHECKED;

/*
 * How `path` reads from the folder that `from` is in: "../nets/a.yaml". As it is if it is absolute,
 * or `from` is in the current folder. mem_free it. Errors: ERR_IO (one of them is not there),
 * ERR_MEMORY.
 */
ErrCode file_relative(char **out, const char *path, const char *from, Err *err) ERR_CHECKED;

/* What follows the last '/'; points into path. */
const char *file_name(const char *path);

/* --- locks --- */

/*
 * Takes the exclusive OFD lock on `path` (created if need be) and writes `holder` into the file,
 * e.g. pid, host, since. Errors: ERR_IO, also where `path` is a link or its file system has no
 * locks; ERR_BUSY with the holder's text in the message if another process (or another FileLock)
 * has it. The file stays; the lock ends with file_unlock or with the process, however it dies;
 * children do not inherit it.
 */
ErrCode file_lock(FileLock **lock, const char *path, const char *holder, Err *err) ERR_CHECKED;

/* Releases and nulls; accepts NULL. */
void file_unlock(FileLock **lock);

/*
 * Whether somebody holds the lock now; *holder (mem_free it, may be NULL) gets their text. Never
 * creates the file.
 */
ErrCode file_lock_holder(const char *path, bool *is_held, char **holder, Err *err) ERR_CHECKED;

#endif
