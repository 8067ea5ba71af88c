/* results/keep.c: chunks in a list; small requests share a chunk, large ones get their own. */
#include "results/keep.h"

#include "base/arena.h"
#include "base/sys.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { KEEP_CHUNK_BYTES = 16 * 1024 };

struct KeepChunk {
    KeepChunk *next;
    size_t size, used; /* bytes of data */
    _Alignas(max_align_t) unsigned char data[];
};

/* A new first chunk with room for n_bytes; NULL without memory. */
static KeepChunk *add_chunk(Keep *keep, size_t n_bytes)
{
    const size_t size = n_bytes > KEEP_CHUNK_BYTES ? n_bytes : (size_t)KEEP_CHUNK_BYTES;
    KeepChunk *chunk = size < SIZE_MAX / 2 ? mem_alloc(sizeof(*chunk) + size) : NULL;
    if (chunk == NULL)
        return NULL;
    *chunk = (KeepChunk){.next = keep->chunks, .size = size};
    keep->chunks = chunk;
    return chunk;
}

void *keep_alloc(Keep *keep, size_t n_items, size_t item_bytes)
{
    size_t n_bytes = 0;
    if (!arena_multiply(n_items, item_bytes, &n_bytes) || n_bytes > SIZE_MAX / 4) {
        keep->failed = true;
        return NULL;
    }
    const size_t align = _Alignof(max_align_t);
    n_bytes = (n_bytes + align - 1) / align * align;
    KeepChunk *chunk = keep->chunks;
    if (chunk == NULL || chunk->size - chunk->used < n_bytes)
        chunk = add_chunk(keep, n_bytes);
    if (chunk == NULL) {
        keep->failed = true;
        return NULL;
    }
    void *block = chunk->data + chunk->used;
    chunk->used += n_bytes;
    return memset(block, 0, n_bytes);
}

char *keep_text(Keep *keep, const char *text)
{
    if (text == NULL)
        return NULL;
    const size_t n_bytes = strlen(text) + 1;
    char *copy = keep_alloc(keep, n_bytes, 1);
    return copy != NULL ? memcpy(copy, text, n_bytes) : NULL;
}

char *keep_printf(Keep *keep, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : keep_alloc(keep, (size_t)length + 1, 1);
    if (text == NULL) {
        keep->failed = true;
        return NULL;
    }
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

ErrCode keep_ok(const Keep *keep, Err *err)
{
    return keep->failed ? err_set(err, ERR_MEMORY, "out of memory for results") : ERR_NONE;
}

void keep_release(Keep *keep)
{
    for (KeepChunk *chunk = keep->chunks; chunk != NULL;) {
        KeepChunk *next = chunk->next;
        mem_free(chunk);
        chunk = next;
    }
    *keep = (Keep){0};
}
