/* Files compiled into the binary (cmake/IsoflopEmbed.cmake), so that it runs from any folder. */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

#include <stddef.h>

/*
 * One row of a table that ends with a NULL name. A NUL byte follows the data and is not counted in
 * `size`, so text may be used as a string.
 */
typedef struct EmbeddedFile {
    const char *name; /* without folder */
    const unsigned char *data;
    size_t size; /* bytes */
} EmbeddedFile;

/* The row of that name, or NULL. */
const EmbeddedFile *embed_find(const EmbeddedFile *table, const char *name);

#endif
