/*
 * results/keep.h: memory that is kept together and given back together.
 *
 * What queries, verdicts and reports return has a size nobody knows beforehand, so it cannot come
 * from a reserved Arena. A Keep hands out blocks of growing chunks (base's mem_alloc) and frees
 * them all at once. A failed allocation returns NULL and sets the sticky `failed`, checked once
 * after a batch with keep_ok(). Zero-initialise it: `Keep keep = {0};`. One owner, not thread safe.
 */
#ifndef RESULTS_KEEP_H
#define RESULTS_KEEP_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct KeepChunk KeepChunk;

typedef struct Keep {
    KeepChunk *chunks; /* newest first */
    bool failed;       /* an allocation failed or its size overflowed */
} Keep;

/* n_items items of item_bytes, zeroed, aligned for any type; a count of 0 is valid. */
void *keep_alloc(Keep *keep, size_t n_items, size_t item_bytes);

/* A copy of text; NULL stays NULL without being a failure. */
char *keep_text(Keep *keep, const char *text);

/* A formatted text. */
char *keep_printf(Keep *keep, const char *format, ...) ERR_PRINTF(2, 3);

/* ERR_MEMORY if any allocation failed. */
ErrCode keep_ok(const Keep *keep, Err *err) ERR_CHECKED;

/* Frees everything; accepts a zeroed Keep. */
void keep_release(Keep *keep);

#endif
