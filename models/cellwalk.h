/*
 * models/cellwalk: a cell (CellSpec) as operations.
 *
 * Operations are named after their node, the last one of a node by its name alone: `NODE.pre` is
 * the activation, or batch norm and activation, in front of a convolution; `NODE.depthwise1`,
 * `.pointwise1`, `.depthwise2` of a separable one; `NODE.pool` of a pool that a 1 x 1 follows;
 * `NODE.even`, `.odd` the halves of a factorised reduction; `NODE.0`, `.1` ... the parts of a sum
 * or concat. Where all who read a convolution have the same in front of them, it is the
 * convolution's own batch norm and activation.
 *
 * A factorised reduction (NASNet) is two 1 x 1 of stride 2, of half the channels each, the second a
 * pixel further down and right, side by side. Each has its own batch norm, which is that of both.
 */
#ifndef MODELS_CELLWALK_H
#define MODELS_CELLWALK_H

#include "models/walk.h"

/*
 * Emits the stage's cell, of which strided nodes have this stride. Maps that do not fit together
 * are a fault of the walk.
 */
void cellwalk_emit(Walk *walk, const StageSpec *stage, int stride);

#endif
