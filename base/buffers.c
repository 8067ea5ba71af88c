/*
 * base/buffers.c: largest first, each at the lowest offset where it meets no buffer placed before
 * it that is in use at the same time. Optimal placement is NP-hard; on our networks this is within
 * a few percent of the peak of live bytes, and it is a function of the plan only.
 */
#include "base/buffers.h"

#include "base/arena.h"
#include "base/sys.h"

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* Floats of one buffer: any number of buffers that are no larger can be added up. */
#define BUFFER_FLOATS_MOST ((size_t)1 << 48)
#define LINE_FLOATS (ARENA_ALIGN / sizeof(float))

/* --- the list --- */

ErrCode buffers_create(BufferList *list, size_t most, Err *err)
{
    *list = (BufferList){.most = most < INT_MAX ? (int)most : INT_MAX};
    list->buffers = mem_calloc(most, sizeof *list->buffers);
    return list->buffers == NULL ? err_memory(err, most * sizeof *list->buffers) : ERR_NONE;
}

void buffers_release(BufferList *list)
{
    mem_free(list->buffers);
    *list = (BufferList){0};
}

ErrCode buffers_add(BufferList *list, size_t n_floats, int first, int last, int *index, Err *err)
{
    assert(list->n < list->most);
    if (n_floats > BUFFER_FLOATS_MOST)
        return err_set(err, ERR_MEMORY, "a buffer of %zu floats is too large", n_floats);
    list->buffers[list->n] =
        (Buffer){.n_floats = (n_floats + LINE_FLOATS - 1) / LINE_FLOATS * LINE_FLOATS,
                 .first = first,
                 .last = last};
    *index = list->n++;
    return ERR_NONE;
}

float *buffers_at(const BufferList *list, float *base, int index)
{
    return index < 0 ? NULL : base + list->buffers[index].offset;
}

/* --- their places --- */

static bool comes_before(const Buffer *a, const Buffer *b)
{
    if (a->n_floats != b->n_floats)
        return a->n_floats > b->n_floats;
    return a->first < b->first;
}

/* Indices by comes_before; equals keep their order. Few thousand buffers: insertion will do. */
static void sort_indices(const Buffer *buffers, int n, int *order)
{
    for (int i = 0; i < n; i++) {
        int at = i;
        while (at > 0 && comes_before(&buffers[i], &buffers[order[at - 1]])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

static bool is_in_the_way(const Buffer *buffer, const Buffer *other)
{
    return buffer->first <= other->last && other->first <= buffer->last &&
           buffer->offset < other->offset + other->n_floats &&
           other->offset < buffer->offset + buffer->n_floats;
}

/* Moves `buffer` up past every placed buffer that is in its way until none is. */
static void place_one(Buffer *buffer, const Buffer *buffers, const int *order, int n_placed)
{
    buffer->offset = 0;
    for (bool moved = true; moved;) {
        size_t next = SIZE_MAX;
        for (int i = 0; i < n_placed; i++) {
            const Buffer *other = &buffers[order[i]];
            const size_t end = other->offset + other->n_floats;
            if (is_in_the_way(buffer, other) && end < next)
                next = end;
        }
        moved = next != SIZE_MAX;
        if (moved)
            buffer->offset = next;
    }
}

ErrCode buffers_place(BufferList *list, size_t *n_floats, Err *err)
{
    Buffer *buffers = list->buffers;
    const int n_buffers = list->n;
    int *order = mem_calloc((size_t)n_buffers + 1, sizeof *order);
    if (order == NULL)
        return err_memory(err, ((size_t)n_buffers + 1) * sizeof *order);
    sort_indices(buffers, n_buffers, order);
    *n_floats = 0;
    for (int i = 0; i < n_buffers; i++) {
        Buffer *buffer = &buffers[order[i]];
        place_one(buffer, buffers, order, i);
        if (buffer->offset + buffer->n_floats > *n_floats)
            *n_floats = buffer->offset + buffer->n_floats;
    }
    mem_free(order);
    return ERR_NONE;
}
