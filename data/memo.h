/*
 * Small texts in the cache folder that save working something out again: sealed by a hash, so that
 * a damaged one counts as none, and only ever a matter of time, never of results.
 */
#ifndef DATA_MEMO_H
#define DATA_MEMO_H

#include "base/err.h"
#include "base/text.h"

/*
 * *path (mem_free it) becomes NAME-HASH.ENDING in the cache folder, HASH being that of `key`; NULL
 * where nothing can be kept. Errors: ERR_MEMORY.
 */
ErrCode memo_path(char **path, const char *name, const char *key, const char *ending,
                  Err *err) ERR_CHECKED;

/*
 * *text (mem_free it) becomes the memo at `path`, which may be NULL, without its seal; NULL if
 * there is none, it is damaged, or its first line is not `magic`.
 */
void memo_read(const char *path, const char *magic, char **text);

/* Seals `text`, which begins with its magic line, and writes it. Failing only costs time. */
void memo_write(const char *path, Text *text);

#endif
