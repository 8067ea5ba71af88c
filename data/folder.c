/*
 * An image folder: train/CLASS/FILE, and val/CLASS/FILE or test/CLASS/FILE as the test split.
 *
 * Order is bytewise by relative path. Only regular files whose names end in .jpg, .jpeg or .png
 * count; hidden files and other endings are passed over; links, folders and names that are not
 * UTF-8 are errors. The digest is that of the manifest: relative paths and sizes.
 */
#include "data/decode.h"
#include "data/source.h"
#include "data/unreadable.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FOLDER_MAX_FILE_BYTES = 1 << 28 };

typedef struct FolderImage {
    char *path; /* below the set's folder: "train/CLASS/NAME" */
    uint64_t n_bytes;
    uint32_t label;
} FolderImage;

typedef struct Folder {
    char *root;
    FolderImage *images[DATA_N_SPLITS];
    size_t capacity[DATA_N_SPLITS];
    size_t count[DATA_N_SPLITS];
} Folder;

/* --- one image --- */

/* The whole file; *path is the name for messages (both to be freed). */
static ErrCode load(const Folder *folder, DataSplit split, uint32_t index, char **path,
                    char **bytes, size_t *n_bytes, Err *err)
{
    const FolderImage *image = &folder->images[split][index];
    *bytes = NULL;
    *path = file_join(folder->root, image->path);
    if (!*path)
        return err_memory(err, strlen(image->path));
    if (file_read(*path, FOLDER_MAX_FILE_BYTES, bytes, n_bytes, err) != ERR_NONE)
        return err->code;
    if (*n_bytes != image->n_bytes)
        return err_set(err, ERR_DATA, "'%s' had %" PRIu64 " bytes when the set was listed, now %zu",
                       *path, image->n_bytes, *n_bytes);
    return ERR_NONE;
}

static ErrCode folder_size(const void *state, DataSplit split, uint32_t index, DataSize *size,
                           Err *err)
{
    char *path = NULL, *bytes = NULL;
    size_t n_bytes = 0;
    TRY(load(state, split, index, &path, &bytes, &n_bytes, err));
    TRY(decode_size(path, (const uint8_t *)bytes, n_bytes, size, err));
fail:
    mem_free(path);
    mem_free(bytes);
    return err->code;
}

static ErrCode folder_read(const void *state, DataSplit split, uint32_t index, DataSize size,
                           uint8_t *rgb, Err *err)
{
    char *path = NULL, *bytes = NULL;
    size_t n_bytes = 0;
    TRY(load(state, split, index, &path, &bytes, &n_bytes, err));
    TRY(decode_rgb(path, (const uint8_t *)bytes, n_bytes, size, rgb, err));
fail:
    mem_free(path);
    mem_free(bytes);
    return err->code;
}

static uint64_t folder_key(const void *state, DataSplit split, uint32_t index)
{
    const Folder *folder = state;
    const char *path = folder->images[split][index].path;
    return hash_64(path, strlen(path));
}

static int folder_label(const void *state, DataSplit split, uint32_t index)
{
    const Folder *folder = state;
    return (int)folder->images[split][index].label;
}

static void folder_describe(const void *state, DataSplit split, uint32_t index, char *text,
                            size_t n)
{
    const Folder *folder = state;
    snprintf(text, n, "%s", folder->images[split][index].path);
}

static void folder_destroy(void *state)
{
    Folder *folder = state;
    for (int split = 0; split < DATA_N_SPLITS; split++) {
        for (size_t i = 0; i < folder->count[split]; i++)
            mem_free(folder->images[split][i].path);
        mem_free(folder->images[split]);
    }
    mem_free(folder->root);
    mem_free(folder);
}

static const DatasetOps folder_ops = {
    .size = folder_size,
    .read = folder_read,
    .key = folder_key,
    .label = folder_label,
    .describe = folder_describe,
    .destroy = folder_destroy,
};

/* --- listing --- */

static ErrCode check_name(const char *folder, const char *name, Err *err)
{
    Text shown = {0};
    if (text_is_utf8(name, strlen(name)))
        return ERR_NONE;
    text_append_visible(&shown, name);
    err_set(err, ERR_DATA, "the name '%s' in '%s' is not UTF-8: rename it", text_string(&shown),
            folder);
    text_release(&shown);
    return err->code;
}

/* Links are not followed anywhere below the set's folder: they lead out of it, or round in it. */
static ErrCode refuse_link(const char *full, Err *err)
{
    if (file_is_link(full))
        return err_set(err, ERR_DATA,
                       "'%s' is a link, and links are not followed: put the folder "
                       "itself there, or name another by data.path",
                       full);
    return ERR_NONE;
}

static ErrCode add_image(Folder *folder, DataSplit split, const char *path, uint32_t label,
                         const char *full, Err *err)
{
    uint64_t n_bytes = 0;
    if (!file_is_regular(full))
        return err_set(err, ERR_DATA, "'%s' is not a regular file: links and folders are not read",
                       full);
    TRY(file_size(full, &n_bytes, err));
    TRY(mem_grow(&folder->images[split], &folder->capacity[split], folder->count[split] + 1,
                 sizeof(FolderImage), err));
    FolderImage *image = &folder->images[split][folder->count[split]];
    *image = (FolderImage){.path = mem_strdup(path), .n_bytes = n_bytes, .label = label};
    if (image->path == NULL)
        return err_memory(err, strlen(path));
    folder->count[split]++;
    return ERR_NONE;
fail:
    return err->code;
}

/* The images of one class; `below` is "train/CLASS". */
static ErrCode add_class(Folder *folder, DataSplit split, const char *below, uint32_t label,
                         Err *err)
{
    FileList list = {0};
    char *full = file_join(folder->root, below), *path = NULL, *file = NULL;
    const size_t before = folder->count[split];
    if (full == NULL)
        return err_memory(err, strlen(below));
    TRY(file_list(full, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        if (list.names[i][0] == '.' || !decode_is_image_name(list.names[i]))
            continue;
        TRY(check_name(full, list.names[i], err));
        path = file_join(below, list.names[i]);
        file = file_join(full, list.names[i]);
        if (path == NULL || file == NULL) {
            err_memory(err, strlen(list.names[i]));
            goto fail;
        }
        TRY(add_image(folder, split, path, label, file, err));
        mem_free(path);
        mem_free(file);
        path = file = NULL;
    }
    if (folder->count[split] == before)
        err_set(err, ERR_DATA, "class folder '%s' has no image (.jpg, .jpeg, .png)", full);
fail:
    file_list_release(&list);
    mem_free(path);
    mem_free(file);
    mem_free(full);
    return err->code;
}

static int find_class(const DatasetParts *parts, const char *name)
{
    for (int i = 0; i < parts->n_classes; i++) {
        if (strcmp(parts->class_names[i], name) == 0)
            return i;
    }
    return -1;
}

/* Takes the class folders below `full` as classes, in bytewise order. */
static ErrCode take_classes(DatasetParts *parts, const char *full, const FileList *list, Err *err)
{
    parts->class_names = mem_calloc(list->n_names + 1, sizeof *parts->class_names);
    if (parts->class_names == NULL)
        return err_memory(err, list->n_names * sizeof *parts->class_names);
    for (size_t i = 0; i < list->n_names && i <= DATA_MAX_CLASSES; i++) {
        char *class = file_join(full, list->names[i]);
        if (class == NULL)
            return err_memory(err, strlen(list->names[i]));
        const bool is_hidden = list->names[i][0] == '.';
        const ErrCode code = is_hidden ? ERR_NONE : refuse_link(class, err);
        const bool is_class = !is_hidden && file_is_folder(class);
        mem_free(class);
        if (code != ERR_NONE)
            return code;
        if (!is_class)
            continue;
        if (check_name(full, list->names[i], err) != ERR_NONE)
            return err->code;
        char *name = mem_strdup(list->names[i]);
        if (name == NULL)
            return err_memory(err, strlen(list->names[i]));
        parts->class_names[parts->n_classes++] = name;
    }
    if (parts->n_classes < 2 || parts->n_classes > DATA_MAX_CLASSES)
        return err_set(err, ERR_DATA, "'%s' has %d class folders, not 2 to %d", full,
                       parts->n_classes, DATA_MAX_CLASSES);
    return ERR_NONE;
}

static ErrCode add_split(DatasetParts *parts, DataSplit split, const char *name, Err *err)
{
    Folder *folder = parts->state;
    FileList list = {0};
    char *full = file_join(folder->root, name), *below = NULL;
    if (full == NULL)
        return err_memory(err, strlen(name));
    TRY(refuse_link(full, err));
    TRY(file_list(full, &list, err));
    if (split == DATA_TRAIN)
        TRY(take_classes(parts, full, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        const int label = find_class(parts, list.names[i]);
        below = file_join(name, list.names[i]);
        char *class = below != NULL ? file_join(folder->root, below) : NULL;
        if (class == NULL) {
            err_memory(err, strlen(list.names[i]));
            goto fail;
        }
        const bool is_hidden = list.names[i][0] == '.';
        const bool is_folder = !is_hidden && file_is_folder(class);
        const ErrCode code = is_hidden ? ERR_NONE : refuse_link(class, err);
        mem_free(class);
        TRY(code);
        if (is_folder && label < 0) {
            err_set(err, ERR_DATA, "'%s/%s' is a class that train does not have", full,
                    list.names[i]);
            goto fail;
        }
        if (is_folder)
            TRY(add_class(folder, split, below, (uint32_t)label, err));
        mem_free(below);
        below = NULL;
    }
    if (folder->count[split] == 0 || folder->count[split] > UINT32_MAX)
        err_set(err, ERR_DATA, "'%s' has %zu images", full, folder->count[split]);
    parts->count[split] = (uint32_t)folder->count[split];
fail:
    file_list_release(&list);
    mem_free(below);
    mem_free(full);
    return err->code;
}

/* "test" if there is one, else "val"; NULL if neither. */
static ErrCode find_test(const char *root, const char **name, Err *err)
{
    static const char *const names[] = {"test", "val"};
    *name = NULL;
    for (size_t i = 0; i < ARRAY_LEN(names) && !*name; i++) {
        char *path = file_join(root, names[i]);
        if (path == NULL)
            return err_memory(err, strlen(root));
        if (file_is_folder(path))
            *name = names[i];
        mem_free(path);
    }
    if (!*name)
        return err_set(err, ERR_DATA, "'%s' is no image folder: it has neither 'test' nor 'val'",
                       root);
    return ERR_NONE;
}

/* --- bad images --- */

/* Moves the reasons into parts and closes the gaps the images leave. */
static ErrCode leave_out(DatasetParts *parts, const Unreadable *bad, Err *err)
{
    Folder *folder = parts->state;
    size_t next = 0;
    parts->skipped = mem_calloc(bad->n_images + 1, sizeof *parts->skipped);
    if (parts->skipped == NULL)
        return err_memory(err, bad->n_images * sizeof *parts->skipped);
    for (int split = 0; split < DATA_N_SPLITS; split++) {
        size_t kept = 0;
        for (size_t i = 0; i < folder->count[split]; i++) {
            const UnreadableImage *image = next < bad->n_images ? &bad->images[next] : NULL;
            if (image == NULL || (int)image->split != split || image->index != i) {
                folder->images[split][kept++] = folder->images[split][i];
                continue;
            }
            mem_free(folder->images[split][i].path);
            folder->images[split][i].path = NULL;
            parts->skipped[parts->n_skipped] = mem_strdup(image->reason);
            if (parts->skipped[parts->n_skipped] == NULL)
                err_memory(err, strlen(image->reason));
            else
                parts->n_skipped++;
            next++;
        }
        folder->count[split] = kept;
        parts->count[split] = (uint32_t)kept;
    }
    return err->code;
}

static ErrCode drop_bad(DatasetParts *parts, const DatasetSettings *settings, Err *err)
{
    const Folder *folder = parts->state;
    const int threads = settings->threads > 0 ? settings->threads : 1;
    Unreadable bad;
    if (unreadable_find(&bad, parts, settings->name, folder->root, threads, err) == ERR_NONE)
        (void)!leave_out(parts, &bad, err); /* err keeps it */
    unreadable_release(&bad);
    return err->code;
}

/* --- opening --- */

static ErrCode digest_manifest(DatasetParts *parts, Err *err)
{
    const Folder *folder = parts->state;
    Hasher *hasher = hash_create();
    if (hasher == NULL)
        return err_memory(err, DATA_DIGEST_CHARS);
    for (int split = 0; split < DATA_N_SPLITS; split++) {
        for (size_t i = 0; i < folder->count[split]; i++) {
            const FolderImage *image = &folder->images[split][i];
            char size[24];
            snprintf(size, sizeof size, "%" PRIu64, image->n_bytes);
            hash_update(hasher, image->path, strlen(image->path) + 1);
            hash_update(hasher, size, strlen(size) + 1);
        }
    }
    hash_hex(hash_digest(hasher), parts->digest);
    hash_destroy(&hasher);
    return ERR_NONE;
}

ErrCode folder_open(DatasetParts *parts, const DatasetKind *kind, const char *path,
                    const DatasetSettings *settings, Err *err)
{
    (void)kind;
    const char *test = NULL;
    Folder *folder = mem_calloc(1, sizeof *folder);
    if (folder == NULL)
        return err_memory(err, sizeof *folder);
    parts->ops = &folder_ops;
    parts->state = folder;
    folder->root = mem_strdup(path);
    if (folder->root == NULL)
        return err_memory(err, strlen(path));
    TRY(find_test(path, &test, err));
    TRY(add_split(parts, DATA_TRAIN, "train", err));
    TRY(add_split(parts, DATA_TEST, test, err));
    TRY(digest_manifest(parts, err));
    if (settings->bad_image == BAD_IMAGE_SKIP) {
        TRY(drop_bad(parts, settings, err));
        TRY(digest_manifest(parts, err));
    }
fail:
    return err->code;
}
