/* models/resolve_types.h: a part of a network by itself, shared by resolve.h and walk.h. */
#ifndef MODELS_RESOLVE_TYPES_H
#define MODELS_RESOLVE_TYPES_H

#include <stdint.h>

#define RESOLVE_NO_ADD (-1)

/*
 * The stem, a stage or the head, by itself. `digest` covers what its operations are, within the
 * part; drop connect's survivals, which follow from the blocks of other stages too, are no part of
 * it. Networks of one specification's rules whose parts are equal in turn, and whose survivals are,
 * are equal.
 */
typedef struct ResolvePart {
    int channels, size; /* of the map it reads; afterwards of the one it makes */
    int first_add;      /* block of a stage from which on all have a survival; or RESOLVE_NO_ADD */
    int64_t params, macs, acts;
    uint64_t digest;
} ResolvePart;

#endif
