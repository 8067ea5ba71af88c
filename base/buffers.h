/*
 * base/buffers.h: lists buffers of one stretch of memory with the times at which they are in use,
 * and places them so that memory is shared by what is in use at different times.
 */
#ifndef BASE_BUFFERS_H
#define BASE_BUFFERS_H

#include "base/err.h"

#include <stddef.h>

typedef struct Buffer {
    size_t n_floats;
    size_t offset;   /* floats, of whole cache lines */
    int first, last; /* times of use */
} Buffer;

typedef struct BufferList {
    Buffer *buffers;
    int n;
    int most; /* there is room for */
} BufferList;

/* Room for some buffers; buffers_release in any case. ERR_MEMORY. */
ErrCode buffers_create(BufferList *list, size_t most, Err *err) ERR_CHECKED;
void buffers_release(BufferList *list);

/*
 * Adds a buffer that is in use from the time `first` to the time `last`; *index: its number.
 * ERR_MEMORY where it is larger than any memory.
 */
ErrCode buffers_add(BufferList *list, size_t n_floats, int first, int last, int *index,
                    Err *err) ERR_CHECKED;

/*
 * Gives each buffer an offset such that no two in use at one time overlap; *n_floats: the extent.
 * Errors: ERR_MEMORY.
 */
ErrCode buffers_place(BufferList *list, size_t *n_floats, Err *err) ERR_CHECKED;

/* Where a buffer lies in the memory at `base`; NULL for number -1. */
float *buffers_at(const BufferList *list, float *base, int index);

#endif
