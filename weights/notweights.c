/* weights/notweights.c: known by their first bytes; an index by its key. */
#include "weights/notweights.h"

#include "base/json.h"

#include <stdbool.h>
#include <string.h>

static const char zip_magic[] = "PK\3\4";
static const char lfs_magic[] = "version https://git-lfs.github.com/spec/";

enum { INDEX_MAX_BYTES = 16 * 1024 * 1024 };

static bool begins_with(const char *data, size_t n_bytes, const char *magic)
{
    return n_bytes >= strlen(magic) && memcmp(data, magic, strlen(magic)) == 0;
}

/* A map with "weight_map", as Hugging Face's libraries write beside model-0000K-of-0000N files. */
static ErrCode find_index(bool *found, const char *path, const char *data, size_t n_bytes, Err *err)
{
    json_t *root = NULL;
    Err why = {0};
    *found = false;
    if (n_bytes > INDEX_MAX_BYTES || !begins_with(data, n_bytes, "{"))
        return ERR_NONE;
    if (json_parse(&root, path, data, n_bytes, &why) == ERR_NONE)
        *found = json_is_object(json_object_get(root, "weight_map"));
    else if (why.code == ERR_MEMORY)
        *err = why;
    json_decref(root);
    return err->code;
}

ErrCode notweights_check(const char *path, const char *data, size_t n_bytes, Err *err)
{
    if (begins_with(data, n_bytes, zip_magic))
        return err_set(err, ERR_DATA,
                       "'%s' is a zip file, as torch.save writes: save the state dict with "
                       "safetensors.torch.save_file",
                       path);
    if (begins_with(data, n_bytes, lfs_magic))
        return err_set(err, ERR_DATA,
                       "'%s' is a Git LFS pointer, not the file itself: fetch it with 'git lfs "
                       "pull'",
                       path);
    bool is_index = false;
    TRY(find_index(&is_index, path, data, n_bytes, err));
    if (is_index)
        (void)err_set(err, ERR_DATA,
                      "'%s' is the index of weights in several files, not weights: join the files "
                      "to one with safetensors.torch.save_file",
                      path);
fail:
    return err->code;
}
