/*
 * What is in the files of an image folder: a hash a file, and the set's digest over them.
 *
 * A file is read for it once: its hash is remembered in the cache folder by path, size, time of
 * modification and of change in nanoseconds, device and inode, and read again only when one of
 * them differs. A file younger than two seconds is not remembered, for it could change once more
 * within the clock's grain. What an opened set consists of is kept under its digest, too, so that
 * what has changed can be named later.
 */
#ifndef DATA_CONTENTS_H
#define DATA_CONTENTS_H

#include "data/folderlist.h"

/* Fills every image's `content`, on `threads` threads. Errors: ERR_IO, ERR_DATA, ERR_MEMORY. */
ErrCode contents_find(Folder *folder, const char *name, int threads, Err *err) ERR_CHECKED;

/* The digest of paths and contents, in order. Errors: ERR_MEMORY. */
ErrCode contents_digest(const Folder *folder, char digest[DATA_DIGEST_CHARS], Err *err) ERR_CHECKED;

/* Keeps what the set of that digest consists of. Errors: ERR_MEMORY. */
ErrCode contents_record(const Folder *folder, const char *name, const char *digest,
                        Err *err) ERR_CHECKED;

/*
 * Appends how the folder differs from what was kept under another digest: "'train/a/1.png' has
 * other contents, 'train/b/2.png' is gone and 3 more"; nothing where none was kept. Errors:
 * ERR_MEMORY.
 */
ErrCode contents_changes(const Folder *folder, const char *name, const char *digest, Text *out,
                         Err *err) ERR_CHECKED;

#endif
