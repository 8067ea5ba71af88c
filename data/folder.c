/*
 * An image folder as a source: TRAIN/CLASS/FILE and so on, or CLASS/FILE.
 *
 * Order is class by class, bytewise by relative path. What counts as an image and what is refused
 * is data/folderlist.c's; an image's bytes must still be those whose hash is in the set's digest
 * (data/contents.h) when they are decoded.
 */
#include "data/contents.h"
#include "data/decode.h"
#include "data/folderlist.h"
#include "data/unreadable.h"

#include "base/sys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
    if (file_read(*path, DECODE_MAX_FILE_BYTES, bytes, n_bytes, err) != ERR_NONE)
        return err->code;
    if (*n_bytes != image->facts.n_bytes)
        return err_set(err, ERR_DATA, "'%s' had %" PRIu64 " bytes when the set was listed, now %zu",
                       *path, image->facts.n_bytes, *n_bytes);
    if (!hash_equal(hash_128(*bytes, *n_bytes), image->content))
        return err_set(err, ERR_DATA, "'%s' has changed since the set was listed", *path);
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

static ErrCode folder_changes(const void *state, const char *name, const char *contents, Text *out,
                              Err *err)
{
    return contents_changes(state, name, contents, out, err);
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
    .changes = folder_changes,
    .destroy = folder_destroy,
};

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

static ErrCode drop_bad(DatasetParts *parts, const DatasetSettings *settings, int threads, Err *err)
{
    const Folder *folder = parts->state;
    Unreadable bad;
    if (unreadable_find(&bad, parts, settings->name, folder->root, threads, err) == ERR_NONE)
        (void)!leave_out(parts, &bad, err); /* err keeps it */
    unreadable_release(&bad);
    return err->code;
}

/* --- opening --- */

/* Names and sizes: what DATA_BY_LISTING is. */
static ErrCode digest_listing(DatasetParts *parts, Err *err)
{
    const Folder *folder = parts->state;
    Hasher *hasher = hash_create();
    if (hasher == NULL)
        return err_memory(err, DATA_DIGEST_CHARS);
    for (int split = 0; split < DATA_N_SPLITS; split++) {
        for (size_t i = 0; i < folder->count[split]; i++) {
            const FolderImage *image = &folder->images[split][i];
            char size[24];
            snprintf(size, sizeof size, "%" PRIu64, image->facts.n_bytes);
            hash_update(hasher, image->path, strlen(image->path) + 1);
            hash_update(hasher, size, strlen(size) + 1);
        }
    }
    hash_hex(hash_digest(hasher), parts->listing);
    hash_destroy(&hasher);
    return ERR_NONE;
}

ErrCode folder_open(DatasetParts *parts, const DatasetKind *kind, const char *path,
                    const DatasetSettings *settings, Err *err)
{
    (void)kind;
    const int threads = settings->threads > 0 ? settings->threads : 1;
    if (!file_is_folder(path))
        return err_set(err, ERR_DATA, "'%s' is a file, not an image folder", path);
    Folder *folder = mem_calloc(1, sizeof *folder);
    if (folder == NULL)
        return err_memory(err, sizeof *folder);
    parts->ops = &folder_ops;
    parts->state = folder;
    folder->root = mem_strdup(path);
    if (folder->root == NULL)
        return err_memory(err, strlen(path));
    TRY(folderlist_read(parts, settings, err));
    TRY(contents_find(folder, settings->name, threads, err));
    TRY(contents_digest(folder, parts->digest, err));
    if (settings->bad_image == BAD_IMAGE_SKIP) {
        TRY(drop_bad(parts, settings, threads, err));
        TRY(contents_digest(folder, parts->digest, err));
    }
    TRY(digest_listing(parts, err));
    TRY(contents_record(folder, settings->name, parts->digest, err));
fail:
    return err->code;
}
