/*
 * models/walk.h: the state of the walk from a specification to operations, and how one is emitted;
 * for models/resolve.c and what it is made of only.
 *
 * One walk serves counting and building: without `ops` it only sums.
 */
#ifndef MODELS_WALK_H
#define MODELS_WALK_H

#include "models/network.h"
#include "models/resolve_types.h"
#include "models/spec.h"

#include "base/err.h"

enum { WALK_FAULT_MAX = 160 };

/* A map: channels x size x size, made by operation `op`. */
typedef struct WalkMap {
    int op, channels, size;
} WalkMap;

/* State of one walk. The newest map is channels x size x size, made by operation `last`. */
typedef struct Walk {
    const Spec *spec;
    Op *ops; /* NULL: count only */
    int n_ops;
    int channels, size, last;
    int stage, block; /* of the block being emitted; -1: stem and head */
    bool has_before;  /* a block came before this one */
    WalkMap before;   /* what it read */
    int64_t macs;
    int64_t params, acts;       /* with ops or part */
    ResolvePart *part;          /* whose digest is made; NULL: none */
    char fault[WALK_FAULT_MAX]; /* why there is no such network; "": there is */
} Walk;

/* Notes a fault; the first one stays. */
void walk_fault(Walk *walk, const char *format, ...) ERR_PRINTF(2, 3);

/* Appends an operation that reads op.input and makes the newest map; returns its index. */
int walk_emit(Walk *walk, Op op, const char *suffix);

/* An operation on the newest map that keeps its channels. */
Op walk_on_newest(const Walk *walk, OpKind kind);

/* The same with a window. */
Op walk_windowed(const Walk *walk, OpKind kind, int kernel, int stride);

/* A convolution of the newest map with batch norm and activation. */
int walk_conv(Walk *walk, const char *suffix, int kernel, int stride, int channels, Activation act);

/* The activation of a stage's blocks. */
Activation walk_act(const Walk *walk, const StageSpec *stage);

#endif
