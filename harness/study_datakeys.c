/* harness/study_datakeys.c: the keys of `data`, and where a path of it stands. */
#include "harness/study_datakeys.h"

#include "base/file.h"
#include "base/sys.h"

#include <string.h>

#define MAX_IMAGES 1e9 /* a number that only has to be sane */
#define MIN_CENTER_CROP 0.01

static const char *const bad_image_names[] = {"error", "skip", NULL};
static const char *const links_names[] = {"refuse", "follow", NULL};
static const char *const classes_names[] = {"all", "present", NULL};

#define KEY(field) offsetof(StudyData, field)
static const YamlKey data_keys[] = {
    {"name", YAML_STRING, KEY(name), "polytex", 0, 0, NULL, NULL,
     "data set, see 'isoflop list data'"},
    {"path", YAML_STRING, KEY(path), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "its own folder or archive, relative to the study's file; without it, it is looked up by "
     "name"},
    {"train", YAML_INT64, KEY(train), "0", 0, MAX_IMAGES, NULL, NULL,
     "training images; 0 is the set's default"},
    {"val", YAML_INT64, KEY(val), "0", 0, MAX_IMAGES, NULL, NULL,
     "validation images, of the set's own or carved from train; 0 is the set's default"},
    {"test", YAML_INT64, KEY(test), "0", 0, MAX_IMAGES, NULL, NULL,
     "test images; 0 is the set's default"},
    {"bad_image", YAML_ENUM, KEY(bad_image), "error", 0, 0, bad_image_names, NULL,
     "what to do with an image that cannot be decoded"},
    {"links", YAML_ENUM, KEY(links), "refuse", 0, 0, links_names, NULL,
     "links in an image folder: an error, or followed under their own folder's class"},
    {"classes", YAML_ENUM, KEY(classes), "all", 0, 0, classes_names, NULL,
     "all of the set's classes, or those that have training images"},
    {"transpose", YAML_BOOL, KEY(transpose), "false", 0, 0, NULL, NULL,
     "IDX: rows become columns, as EMNIST's files need it"},
    {"center_crop", YAML_DOUBLE, KEY(center_crop), "1.0", MIN_CENTER_CROP, 1, NULL, NULL,
     "share of the shorter side the central square keeps; 0.875 is the field's (docs/data.md)"},
};
#undef KEY
const YamlTable study_data_table = {"data", data_keys, ARRAY_LEN(data_keys)};

ErrCode study_anchor(const Study *study, const YamlNode *node, const char **path, Err *err)
{
    const bool is_option = node->line == 0;
    char *joined = file_join(is_option ? "" : study->folder, *path), *absolute = NULL;
    if (joined == NULL)
        return err_memory(err, strlen(*path));
    TRY(file_absolute(joined, &absolute, err));
    *path = arena_text(yaml_arena(study->doc), absolute);
    if (*path == NULL)
        err_memory(err, strlen(absolute));
fail:
    mem_free(joined);
    mem_free(absolute);
    return err->code;
}
