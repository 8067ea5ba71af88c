/*
 * The memo is text: a line of magic and count, a line an image, a line with the hash of all before.
 */
#include "data/unreadable.h"

#include "data/cachefolder.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMO_MAGIC "isoflop skipped 1"
#define MEMO_MAX_BYTES ((size_t)1 << 28)

enum { HASH_LINE_BYTES = 17 }; /* sixteen digits and a newline */

static ErrCode add(Unreadable *found, DataSplit split, uint32_t index, const char *reason, Err *err)
{
    if (mem_grow(&found->images, &found->capacity, found->n_images + 1, sizeof *found->images,
                 err) != ERR_NONE)
        return err->code;
    UnreadableImage *image = &found->images[found->n_images];
    *image = (UnreadableImage){split, index, mem_strdup(reason)};
    if (image->reason == NULL)
        return err_memory(err, strlen(reason));
    found->n_images++;
    return ERR_NONE;
}

/* --- decoding --- */

static int compare_images(const void *a, const void *b)
{
    const UnreadableImage *x = a, *y = b;
    if (x->split != y->split)
        return x->split < y->split ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Decodes an image and throws the pixels away: bad->code says whether it can be used. */
static void try_decode(const DatasetParts *parts, DataSplit split, uint32_t index, Err *bad)
{
    DataSize size;
    if (parts->ops->size(parts->state, split, index, &size, bad) != ERR_NONE)
        return;
    const size_t n_bytes = (size_t)size.height * (size_t)size.width * DATA_CHANNELS;
    uint8_t *rgb = mem_alloc(n_bytes);
    if (rgb == NULL)
        err_memory(bad, n_bytes);
    else
        (void)!parts->ops->read(parts->state, split, index, size, rgb, bad); /* bad keeps it */
    mem_free(rgb);
}

/* Adds what a thread found. A reason is one line: control characters are made visible. */
static void note(Unreadable *found, DataSplit split, uint32_t index, const Err *bad, bool *may_keep,
                 Err *err)
{
    Text reason = {0};
    if (err->code != ERR_NONE)
        return;
    if (bad->code == ERR_MEMORY) {
        *err = *bad;
        return;
    }
    *may_keep &= bad->code == ERR_DATA;
    text_append_visible(&reason, bad->msg);
    if (text_ok(&reason, err) == ERR_NONE)
        (void)!add(found, split, index, text_string(&reason), err); /* err keeps it */
    text_release(&reason);
}

/* *may_keep becomes false if an image failed for a reason that may pass. */
static ErrCode decode_all(Unreadable *found, const DatasetParts *parts, int threads, bool *may_keep,
                          Err *err)
{
    for (int split = 0; split < DATA_N_SPLITS; split++) {
#pragma omp parallel for num_threads(threads) schedule(dynamic)
        for (uint32_t i = 0; i < parts->count[split]; i++) {
            Err bad = {0};
            try_decode(parts, (DataSplit)split, i, &bad);
            if (bad.code != ERR_NONE) {
#pragma omp critical(unreadable)
                note(found, (DataSplit)split, i, &bad, may_keep, err);
            }
        }
    }
    if (found->n_images > 0)
        qsort(found->images, found->n_images, sizeof *found->images, compare_images);
    return err->code;
}

/* --- the memo --- */

/* *path (mem_free it) is the memo's, NULL where nothing can be kept. */
static ErrCode memo_path(char **path, const DatasetParts *parts, const char *name,
                         const char *place, Err *err)
{
    Text key = {0}, file = {0};
    char digest[DATA_DIGEST_CHARS];
    char *folder = NULL;
    Err refused = {0};
    *path = NULL;
    if (cachefolder_make(&folder, NULL, &refused) != ERR_NONE || folder == NULL)
        return refused.code == ERR_MEMORY ? (*err = refused, err->code) : ERR_NONE;
    text_printf(&key, "%s %s", parts->digest, place);
    TRY(text_ok(&key, err));
    text_append_file_name(&file, name);
    text_printf(&file, "-%s.skipped", hash_hex(hash_128(key.data, key.n_bytes), digest));
    TRY(text_ok(&file, err));
    *path = file_join(folder, file.data);
    if (!*path)
        err_memory(err, file.n_bytes);
fail:
    text_release(&key);
    text_release(&file);
    mem_free(folder);
    return err->code;
}

static void hash_line(char line[HASH_LINE_BYTES + 1], const char *data, size_t n_bytes)
{
    snprintf(line, HASH_LINE_BYTES + 1, "%016" PRIx64 "\n", hash_64(data, n_bytes));
}

/* Takes the images of the lines between the first and the last; the hash has vouched for them. */
static ErrCode take_lines(Unreadable *found, char *text, Err *err)
{
    char *rest = strchr(text, '\n') + 1;
    for (char *end; (end = strchr(rest, '\n')); rest = end + 1) {
        *end = '\0';
        char *index = NULL, *reason = NULL;
        const unsigned long split = strtoul(rest, &index, 10);
        const unsigned long i = strtoul(index, &reason, 10);
        if (add(found, split == DATA_TEST ? DATA_TEST : DATA_TRAIN, (uint32_t)i, reason + 1, err) !=
            ERR_NONE)
            return err->code;
    }
    return ERR_NONE;
}

/* *is_there becomes true if there is an intact memo. */
static ErrCode read_memo(Unreadable *found, const char *path, bool *is_there, Err *err)
{
    char *data = NULL, line[HASH_LINE_BYTES + 1];
    size_t n_bytes = 0;
    Err ignored = {0};
    *is_there = false;
    if (!file_exists(path) ||
        file_read(path, MEMO_MAX_BYTES, &data, &n_bytes, &ignored) != ERR_NONE)
        return ERR_NONE;
    if (n_bytes > HASH_LINE_BYTES && text_starts_with(data, MEMO_MAGIC "\n")) {
        const size_t n_body = n_bytes - HASH_LINE_BYTES;
        hash_line(line, data, n_body);
        if (memcmp(line, data + n_body, HASH_LINE_BYTES) == 0) {
            data[n_body] = '\0';
            *is_there = true;
            (void)!take_lines(found, data, err); /* err keeps it */
        }
    }
    mem_free(data);
    return err->code;
}

/* A memo that cannot be written only costs time. */
static void write_memo(const Unreadable *found, const char *path)
{
    Text text = {0};
    char line[HASH_LINE_BYTES + 1];
    Err ignored = {0};
    text_append(&text, MEMO_MAGIC "\n");
    for (size_t i = 0; i < found->n_images; i++)
        text_printf(&text, "%d %" PRIu32 " %s\n", (int)found->images[i].split,
                    found->images[i].index, found->images[i].reason);
    if (text_ok(&text, &ignored) == ERR_NONE) {
        hash_line(line, text.data, text.n_bytes);
        text_append(&text, line);
        if (text_ok(&text, &ignored) == ERR_NONE)
            (void)!file_write(path, text.data, text.n_bytes, &ignored);
    }
    text_release(&text);
}

ErrCode unreadable_find(Unreadable *found, const DatasetParts *parts, const char *name,
                        const char *place, int threads, Err *err)
{
    char *path = NULL;
    bool is_there = false, may_keep = true;
    *found = (Unreadable){0};
    TRY(memo_path(&path, parts, name, place, err));
    if (path != NULL)
        TRY(read_memo(found, path, &is_there, err));
    if (!is_there)
        TRY(decode_all(found, parts, threads, &may_keep, err));
    if (!is_there && path != NULL && may_keep)
        write_memo(found, path);
fail:
    mem_free(path);
    return err->code;
}

void unreadable_release(Unreadable *found)
{
    for (size_t i = 0; i < found->n_images; i++)
        mem_free(found->images[i].reason);
    mem_free(found->images);
    *found = (Unreadable){0};
}
