/*
 * results/shaperules: the scaling rules that have a name, as points of the triangle of shares.
 *
 * The same rules as rays are strategies (models/scaling.h), which this folder does not see; a test
 * holds the two together.
 */
#ifndef RESULTS_SHAPERULES_H
#define RESULTS_SHAPERULES_H

#include "results/shapefit_types.h"

enum { SHAPERULES_N = 7 };

/* depth, width, resolution, tan-le, dwr, fast, resnet-rs; nothing measured yet. */
void shaperules_fill(ShapeRule rules[SHAPERULES_N]);

#endif
