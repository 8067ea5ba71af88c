/*
 * nn/netbuffers.c: largest first, each at the lowest offset where it meets no buffer placed before
 * it that is in use at the same time. Optimal placement is NP-hard; on our networks this is within
 * a few percent of the peak of live bytes, and it is a function of the plan only.
 */
#include "nn/netbuffers.h"

#include "base/sys.h"

static bool comes_before(const Buffer *a, const Buffer *b)
{
    if (a->n_floats != b->n_floats)
        return a->n_floats > b->n_floats;
    return a->first < b->first;
}

/* Indices by comes_before; equals keep their order. A few hundred buffers: insertion will do. */
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

ErrCode netbuffers_place(Buffer *buffers, int n_buffers, size_t *n_floats, Err *err)
{
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
