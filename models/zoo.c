/* models/zoo: the names in their order, over the embedded files. */
#include "models/zoo.h"

#include "base/embed.h"

#include <stdio.h>
#include <string.h>

extern const EmbeddedFile zoo_files[]; /* made by isoflop_embed */

/* models/CMakeLists.txt embeds one file for each; a test checks that the two lists agree. */
static const char *const zoo_names[] = {
    "efficientnet-b0",    "efficientnet-b1",  "efficientnet-b2", "efficientnet-b3",
    "efficientnet-b4",    "efficientnet-b5",  "efficientnet-b6", "efficientnet-b7",
    "efficientnet-v2-s",  "mobilenet-v1",     "mobilenet-v2",    "mnasnet-a1",
    "mnasnet-b1",         "resnet-18",        "resnet-34",       "resnet-50",
    "resnet-50-v1",       "resnet-101",       "resnet-152",      "resnet-152-v1",
    "resnet-200",         "wide-resnet-50-2", "proxy-b0",        "efficientnet-b0-cifar",
    "mobilenet-v2-cifar", "resnet-20-cifar",
};

size_t zoo_count(void)
{
    return ARRAY_LEN(zoo_names);
}

const char *zoo_name(size_t index)
{
    return zoo_names[index];
}

static const EmbeddedFile *find(const char *name)
{
    char file[NETWORK_NAME_MAX + sizeof ".yaml"];
    if (strlen(name) >= NETWORK_NAME_MAX)
        return NULL;
    snprintf(file, sizeof file, "%s.yaml", name);
    return embed_find(zoo_files, file);
}

const char *zoo_text(const char *name)
{
    const EmbeddedFile *file = find(name);
    return file != NULL ? (const char *)file->data : NULL;
}

static bool is_path(const char *name)
{
    return strchr(name, '/') != NULL || text_ends_with(name, ".yaml") ||
           text_ends_with(name, ".yml");
}

ErrCode zoo_load(Spec *spec, const char *name_or_path, Err *err)
{
    if (is_path(name_or_path))
        return spec_load(spec, name_or_path, err);
    const EmbeddedFile *file = find(name_or_path);
    if (file != NULL)
        return spec_parse(spec, file->name, (const char *)file->data, file->size, err);
    const char *nearest = text_nearest(name_or_path, zoo_names, ARRAY_LEN(zoo_names));
    if (nearest != NULL)
        return err_set(err, ERR_USAGE, "unknown network '%s', did you mean '%s'?", name_or_path,
                       nearest);
    return err_set(
        err, ERR_USAGE,
        "unknown network '%s': neither in the zoo (see 'isoflop list') nor a path to a .yaml",
        name_or_path);
}
