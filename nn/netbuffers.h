/*
 * nn/netbuffers.h: lists buffers of the activation arena and places them by their lifetimes.
 */
#ifndef NN_NETBUFFERS_H
#define NN_NETBUFFERS_H

#include "nn/netstate.h"

typedef struct BufferList {
    Buffer *buffers;
    int n;
    int most; /* there is room for */
} BufferList;

/* Room for some buffers; netbuffers_release in any case. ERR_MEMORY. */
ErrCode netbuffers_create(BufferList *list, size_t most, Err *err) ERR_CHECKED;
void netbuffers_release(BufferList *list);

/*
 * Adds a buffer that is in use from the time `first` to the time `last`; *index: its number.
 * ERR_MEMORY where it is larger than any memory.
 */
ErrCode netbuffers_add(BufferList *list, size_t n_floats, int first, int last, int *index,
                       Err *err) ERR_CHECKED;

/*
 * Gives each buffer an offset such that no two in use at one time overlap; *n_floats: the extent.
 * Errors: ERR_MEMORY.
 */
ErrCode netbuffers_place(BufferList *list, size_t *n_floats, Err *err) ERR_CHECKED;

/* Where a buffer lies in the memory at `base`; NULL for number -1. */
float *netbuffers_at(const BufferList *list, float *base, int index);

#endif
