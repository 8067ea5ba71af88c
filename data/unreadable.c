/* The memo is text: a line of magic, then a line an image (data/memo.h seals it). */
#include "data/unreadable.h"

#include "data/memo.h"

#include "base/sys.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MEMO_MAGIC "isoflop skipped 1"

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

/* Takes the images of the lines behind the first; the seal has vouched for them. */
static ErrCode take_lines(Unreadable *found, char *text, Err *err)
{
    char *rest = strchr(text, '\n') + 1;
    for (char *end; (end = strchr(rest, '\n')); rest = end + 1) {
        *end = '\0';
        char *index = NULL, *reason = NULL;
        const unsigned long split = strtoul(rest, &index, 10);
        const unsigned long i = strtoul(index, &reason, 10);
        if (split >= DATA_N_SPLITS)
            continue;
        if (add(found, (DataSplit)split, (uint32_t)i, reason + 1, err) != ERR_NONE)
            return err->code;
    }
    return ERR_NONE;
}

static void write_memo(const Unreadable *found, const char *path)
{
    Text text = {0};
    text_append(&text, MEMO_MAGIC "\n");
    for (size_t i = 0; i < found->n_images; i++)
        text_printf(&text, "%d %" PRIu32 " %s\n", (int)found->images[i].split,
                    found->images[i].index, found->images[i].reason);
    memo_write(path, &text);
    text_release(&text);
}

ErrCode unreadable_find(Unreadable *found, const DatasetParts *parts, const char *name,
                        const char *place, int threads, Err *err)
{
    Text key = {0};
    char *path = NULL, *memo = NULL;
    bool may_keep = true;
    *found = (Unreadable){0};
    text_printf(&key, "%s %s", parts->digest, place);
    TRY(text_ok(&key, err));
    TRY(memo_path(&path, name, text_string(&key), "skipped", err));
    memo_read(path, MEMO_MAGIC, &memo);
    if (memo != NULL)
        TRY(take_lines(found, memo, err));
    else
        TRY(decode_all(found, parts, threads, &may_keep, err));
    if (memo == NULL && path != NULL && may_keep)
        write_memo(found, path);
fail:
    text_release(&key);
    mem_free(memo);
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
