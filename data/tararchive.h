/*
 * The wanted members of a tar archive, plain or gzip, read in place into memory.
 *
 * Nothing is written to disk and names are labels, never paths: only the part after the last '/'
 * is looked at. Only regular members count. A member is as large as it declares and as is really
 * there; the gzip checksum of the whole archive must agree.
 */
#ifndef DATA_TARARCHIVE_H
#define DATA_TARARCHIVE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct TarMember {
    char *name; /* without folders */
    uint8_t *bytes;
    size_t n_bytes;
} TarMember;

typedef struct TarMembers {
    TarMember *items; /* bytewise by name */
    size_t n_items;
    size_t capacity;
} TarMembers;

/*
 * Reads every regular member whose name is wanted. Errors: ERR_DATA (not a tar, truncated, damaged,
 * a member of more than max_bytes, two of one name; archive and member are named), ERR_IO,
 * ERR_MEMORY. Release also after an error.
 */
ErrCode tar_read(TarMembers *members, const char *path, uint64_t max_bytes,
                 bool (*is_wanted)(const void *user, const char *name), const void *user,
                 Err *err) ERR_CHECKED;

void tar_release(TarMembers *members);

#endif
