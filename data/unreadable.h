/*
 * The images of a set that cannot be decoded: found once, remembered in the cache folder.
 *
 * Every image is decoded to find them, which is as slow as preparing the set. The answer is kept in
 * NAME-DIGEST.skipped, where the digest is of contents and place, and is taken from there by
 * whoever opens the set next. It is kept only if decoding alone was at fault: a file that could not
 * be opened may be readable tomorrow. A damaged memo counts as none.
 */
#ifndef DATA_UNREADABLE_H
#define DATA_UNREADABLE_H

#include "data/source.h"

typedef struct UnreadableImage {
    DataSplit split;
    uint32_t index; /* in its split, as the source counts before any is left out */
    char *reason;   /* one line, with the file's name; owned */
} UnreadableImage;

typedef struct Unreadable {
    UnreadableImage *images; /* ascending by (split, index) */
    size_t n_images;
    size_t capacity;
} Unreadable;

/*
 * `parts` with its contents' digest; `name` and `place` are the set's name and folder. On
 * `threads` threads. Errors: ERR_MEMORY. Release it in either case.
 */
ErrCode unreadable_find(Unreadable *found, const DatasetParts *parts, const char *name,
                        const char *place, int threads, Err *err) ERR_CHECKED;

void unreadable_release(Unreadable *found);

#endif
