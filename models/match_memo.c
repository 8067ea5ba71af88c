/* models/match_memo: three tables of numbers, each with an array of what is known. */
#include "models/match_memo.h"

#include "base/intern.h"
#include "base/sys.h"

#include <string.h>

/* Everything that scaling changes in a spec but pixels. */
typedef struct ShapeKey {
    int32_t stem, head;
    int32_t channels[SPEC_MAX_STAGES], layers[SPEC_MAX_STAGES];
} ShapeKey;

typedef struct NetworkKey {
    uint64_t shape; /* its number */
    uint64_t pixels;
} NetworkKey;

typedef struct WidthsKey {
    double depth, width;
} WidthsKey;

struct MatchMemo {
    Intern *shape_keys, *network_keys, *width_keys;
    MemoShape *shapes;
    MemoNetwork *networks;
    MemoWidths *widths;
    size_t shape_room, network_room, width_room;
};

ErrCode match_memo_create(MatchMemo **out, Err *err)
{
    MatchMemo *memo = mem_calloc(1, sizeof *memo);
    if (memo == NULL)
        return err_memory(err, sizeof *memo);
    TRY(intern_create(&memo->shape_keys, sizeof(ShapeKey), err));
    TRY(intern_create(&memo->network_keys, sizeof(NetworkKey), err));
    TRY(intern_create(&memo->width_keys, sizeof(WidthsKey), err));
    *out = memo;
    return ERR_NONE;
fail:
    match_memo_destroy(&memo);
    return err->code;
}

void match_memo_destroy(MatchMemo **memo)
{
    if (*memo == NULL)
        return;
    intern_destroy(&(*memo)->shape_keys);
    intern_destroy(&(*memo)->network_keys);
    intern_destroy(&(*memo)->width_keys);
    mem_free((*memo)->shapes);
    mem_free((*memo)->networks);
    mem_free((*memo)->widths);
    mem_free(*memo);
    *memo = NULL;
}

/* The key's number, with a zeroed item at that place of *items if the key is new. */
static ErrCode item_of(Intern *keys, const void *key, void *items, size_t *room, size_t item_bytes,
                       size_t *index, Err *err)
{
    const size_t n = intern_count(keys);
    TRY(mem_grow(items, room, n + 1, item_bytes, err));
    TRY(intern_index(keys, key, index, err));
    if (*index == n)
        memset(*(unsigned char **)items + n * item_bytes, 0, item_bytes);
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode shape_index(MatchMemo *memo, const Spec *spec, size_t *index, Err *err)
{
    ShapeKey key = {.stem = spec->stem.channels, .head = spec->head.channels};
    for (int s = 0; s < spec->n_stages; s++) {
        key.channels[s] = spec->stages[s].channels;
        key.layers[s] = spec->stages[s].layers;
    }
    return item_of(memo->shape_keys, &key, &memo->shapes, &memo->shape_room, sizeof *memo->shapes,
                   index, err);
}

ErrCode match_memo_shape(MatchMemo *memo, const Spec *spec, MemoShape **entry, Err *err)
{
    size_t index;
    TRY(shape_index(memo, spec, &index, err));
    *entry = &memo->shapes[index];
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode match_memo_network(MatchMemo *memo, const Spec *spec, MemoNetwork **entry, Err *err)
{
    size_t shape, index;
    TRY(shape_index(memo, spec, &shape, err));
    const NetworkKey key = {shape, (uint64_t)spec->resolution};
    TRY(item_of(memo->network_keys, &key, &memo->networks, &memo->network_room,
                sizeof *memo->networks, &index, err));
    *entry = &memo->networks[index];
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode match_memo_widths(MatchMemo *memo, double depth, double width, MemoWidths **entry, Err *err)
{
    const WidthsKey key = {depth, width};
    size_t index;
    TRY(item_of(memo->width_keys, &key, &memo->widths, &memo->width_room, sizeof *memo->widths,
                &index, err));
    *entry = &memo->widths[index];
    return ERR_NONE;
fail:
    return err->code;
}
