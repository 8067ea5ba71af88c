/*
 * An output of any length that is gathered before anybody sees it, in a file without a name.
 *
 * For what must be read fast and may be taken slowly: whoever reads a store does not keep its
 * writer waiting while a pager stands still. The file lies in TMPDIR, else /tmp, and is gone with
 * the process.
 */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include "base/err.h"

#include <stddef.h>

typedef struct Spool Spool;

/* Errors: ERR_IO, ERR_MEMORY. */
ErrCode spool_create(Spool **out, Err *err) ERR_CHECKED;

/* Appends. Errors: ERR_IO, also for a full disk. */
ErrCode spool_put(Spool *spool, const void *data, size_t n_bytes, Err *err) ERR_CHECKED;

/* Writes all that was put to a descriptor, which `name` names in messages. Errors: ERR_IO. */
ErrCode spool_copy(const Spool *spool, int fd, const char *name, Err *err) ERR_CHECKED;

/* Accepts NULL. */
void spool_destroy(Spool **spool);

#endif
