/* models/zoo.c: the embedded files by name. */
#include "models/zoo.h"

#include "base/embed.h"

#include <string.h>

extern const EmbeddedFile zoo_files[]; /* all of models/zoo/, made by isoflop_embed */

enum { MAX_HINTS = 256 }; /* names among which the nearest is looked for */

size_t zoo_count(void)
{
    size_t n = 0;
    while (zoo_files[n].name != NULL)
        n++;
    return n;
}

const char *zoo_name(size_t index)
{
    return zoo_files[index].name;
}

static const char *nearest_name(const char *wrong)
{
    const char *names[MAX_HINTS];
    size_t n = 0;
    for (; n < MAX_HINTS && zoo_files[n].name != NULL; n++)
        names[n] = zoo_files[n].name;
    return text_nearest(wrong, names, n);
}

const char *zoo_text(const char *name)
{
    const EmbeddedFile *file = embed_find(zoo_files, name);
    return file != NULL ? (const char *)file->data : NULL;
}

bool zoo_is_path(const char *name)
{
    return strchr(name, '/') != NULL || text_ends_with(name, ".yaml") ||
           text_ends_with(name, ".yml");
}

ErrCode zoo_load(Spec *spec, const char *name_or_path, Err *err)
{
    if (zoo_is_path(name_or_path))
        return spec_load(spec, name_or_path, err);
    const EmbeddedFile *file = embed_find(zoo_files, name_or_path);
    if (file != NULL)
        return spec_parse(spec, file->name, (const char *)file->data, file->size, err);
    const char *nearest = nearest_name(name_or_path);
    if (nearest != NULL)
        return err_set(err, ERR_USAGE, "unknown network '%s', did you mean '%s'?", name_or_path,
                       nearest);
    return err_set(
        err, ERR_USAGE,
        "unknown network '%s': neither in the zoo (see 'isoflop list') nor a path to a .yaml",
        name_or_path);
}
