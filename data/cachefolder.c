/* Places are tried in order; what cannot be made is passed over unless the user named it. */
#include "data/cachefolder.h"

#include "base/file.h"
#include "base/sys.h"

#include <stdlib.h>
#include <string.h>

#define CACHE_FOLDER "isoflop"

/* *folder is a copy of the path, whose folder exists now; NULL on failure. */
static ErrCode make(char **folder, const char *path, Err *err)
{
    *folder = mem_strdup(path);
    if (!*folder)
        return err_memory(err, strlen(path) + 1);
    if (file_make_dirs(*folder, err) == ERR_NONE)
        return ERR_NONE;
    mem_free(*folder);
    *folder = NULL;
    return err->code;
}

ErrCode cachefolder_make(char **folder, const char *fallback, Err *err)
{
    const char *named = getenv("ISOFLOP_CACHE");
    if (named != NULL && *named)
        return make(folder, named, err);
    const struct {
        const char *variable;
        const char *below;
    } places[] = {{"XDG_CACHE_HOME", CACHE_FOLDER}, {"HOME", ".cache/" CACHE_FOLDER}};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const char *root = getenv(places[i].variable);
        Err refused = {0};
        if (root == NULL || root[0] != '/')
            continue;
        *folder = file_join(root, places[i].below);
        if (!*folder)
            return err_memory(err, strlen(root));
        if (file_make_dirs(*folder, &refused) == ERR_NONE)
            return ERR_NONE;
        mem_free(*folder);
    }
    *folder = NULL;
    return fallback != NULL ? make(folder, fallback, err) : ERR_NONE;
}
