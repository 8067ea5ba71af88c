/*
 * Resolving: a specification becomes the list of operations that cost counts and nn executes.
 *
 * Names: `stem`, `stem.pool`,
 * `stages.S.B.conv|expand|depthwise|se|project|fused|conv1|conv2|conv3|shortcut|pool|add`, those of
 * cells (models/cellwalk.h), `head`, `pool`, `classifier`, with S and B from 0. An mbconv of expand
 * 1 has no `expand`; an `add` stands at the end of each residual block and carries its survival 1 -
 * drop_connect * i / N (block i of N).
 */
#ifndef MODELS_RESOLVE_H
#define MODELS_RESOLVE_H

#include "models/network.h"
#include "models/resolve_types.h"
#include "models/spec.h"

#include "base/err.h"

#include <stdint.h>

#define RESOLVE_UNSET INT64_MIN /* of an integer option: the spec's own value */
#define RESOLVE_MAX_MACS 1.0e15 /* beyond it: misuse */

/*
 * Overrides of the command line and of studies. Zero is *not* "unset": it is a user's mistake and
 * said so.
 */
typedef struct ResolveOptions {
    double width, depth;         /* multipliers by the spec's rounding rules; 1: as it is */
    int64_t resolution, classes; /* RESOLVE_UNSET: the spec's */
} ResolveOptions;

/* {1, 1, RESOLVE_UNSET, RESOLVE_UNSET}. */
ResolveOptions resolve_options(void);

/*
 * *out = *spec with the options applied (scaled, if width or depth is not 1). Errors: ERR_USAGE: a
 * multiplier that is not a positive finite number, resolution outside 1..65536, classes
 * outside 1..1000000.
 */
ErrCode resolve_apply(Spec *out, const Spec *spec, const ResolveOptions *options,
                      Err *err) ERR_CHECKED;

/*
 * Builds the operation list with params, macs, acts and digest. `network` need not be initialised;
 * release it with network_release. The digest covers all that execution depends on and no name:
 * equal networks of different origin share it. Errors: ERR_USAGE (more than RESOLVE_MAX_MACS; maps
 * of a cell that do not fit together), ERR_MEMORY.
 */
ErrCode resolve_network(Network *network, const Spec *spec, Err *err) ERR_CHECKED;

/* resolve_apply and resolve_network in one; options may be NULL. */
ErrCode resolve_with(Network *network, const Spec *spec, const ResolveOptions *options,
                     Err *err) ERR_CHECKED;

/*
 * Multiply-adds of the spec at `pixels` (0: its own resolution): the sum over the very list
 * resolve_network builds, made without storing it (microseconds, no allocation). The spec must be
 * within the SPEC_MAX_ limits.
 */
int64_t resolve_macs(const Spec *spec, int pixels);

/* --- parts, for spaces of networks made of few different ones (no allocation) --- */

/* Of the block at place `index` among all n_blocks of a network. */
double resolve_survival(const Spec *spec, int index, int n_blocks);

void resolve_stem(ResolvePart *part, const Spec *spec);
void resolve_stage(ResolvePart *part, const Spec *spec, int stage);
void resolve_head(ResolvePart *part, const Spec *spec);

#endif
