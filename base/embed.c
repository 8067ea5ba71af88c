/* Looking up files compiled into the binary; see embed.h. */
#include "base/embed.h"

#include <string.h>

const EmbeddedFile *embed_find(const EmbeddedFile *table, const char *name)
{
    for (const EmbeddedFile *file = table; file->name != NULL; file++)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}
