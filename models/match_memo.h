/*
 * What matching has found out already, for studies that match points by the thousand.
 *
 * Few of many grid points are distinct networks: layer counts and channels are whole numbers. A
 * memo remembers, for one Matching (this very baseline, target and tolerance), which pixels bring
 * each set of layers and channels nearest to the target, what the widths of a depth came to, and
 * each network's cost, digest and built multipliers. Results are those without it, bit for bit.
 * Memory is bounded by the distinct networks, and 64 bytes a distinct pair of depth and width.
 * Not for other modules than models/match*.c, but for its life: create, put into Matching, destroy.
 */
#ifndef MODELS_MATCH_MEMO_H
#define MODELS_MATCH_MEMO_H

#include "models/network.h"
#include "models/scaling.h"
#include "models/spec.h"

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct MatchMemo MatchMemo;

/* A network whose layers, channels and pixels have been seen. */
typedef struct MemoNetwork {
    int64_t macs;                    /* 0: not counted yet (no network costs nothing) */
    Scale built;                     /* valid once there is a digest */
    char digest[NETWORK_DIGEST_MAX]; /* "": not yet */
} MemoNetwork;

/* What match_nearest_pixels found for layers and channels. */
typedef struct MemoShape {
    int pixels; /* 0: not yet */
    int64_t macs;
} MemoShape;

/* What match_widths found for a depth and a width. */
typedef struct MemoWidths {
    bool is_known, has_any;
    double width; /* of the candidate */
    double trim;
} MemoWidths;

/* Errors: ERR_MEMORY. */
ErrCode match_memo_create(MatchMemo **out, Err *err) ERR_CHECKED;

/* Accepts NULL. */
void match_memo_destroy(MatchMemo **memo);

/*
 * The entries, zeroed when they are new. `spec` is the matching's baseline but for layers, channels
 * and pixels; the shape does not look at pixels. An entry is valid until the next call of the same
 * function, a shape also only until the next network. Errors: ERR_MEMORY.
 */
ErrCode match_memo_network(MatchMemo *memo, const Spec *spec, MemoNetwork **entry,
                           Err *err) ERR_CHECKED;
ErrCode match_memo_shape(MatchMemo *memo, const Spec *spec, MemoShape **entry,
                         Err *err) ERR_CHECKED;
ErrCode match_memo_widths(MatchMemo *memo, double depth, double width, MemoWidths **entry,
                          Err *err) ERR_CHECKED;

#endif
