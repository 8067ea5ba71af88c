/* tests/results/shapes.h: tables of made-up studies on the ten usual shapes. */
#ifndef TESTS_RESULTS_SHAPES_H
#define TESTS_RESULTS_SHAPES_H

#include "results/shapetable.h"

enum { SHAPES_TEN = 10, SHAPES_SEEDS = 5, SHAPES_CELLS = SHAPES_TEN * SHAPES_SEEDS };

/* Corners, edge midpoints, centroid, three inner points; the first seven are the least there are.
 */
extern const Shares shapes_ten[SHAPES_TEN];

/* A table over values[n_shapes][n_seeds]. */
ShapeTable shapes_table(const double *values, int n_shapes, int n_seeds);

/*
 * Fills values[n_shapes][n_seeds] with Scheffe's polynomial beta[SCHEFFE_CUBIC], an effect of each
 * seed and normal noise; sd[p % n_sd] is that of shape p.
 */
void shapes_draw(double *values, int n_shapes, int n_seeds, const double *beta, const double *sd,
                 int n_sd, uint64_t study);

#endif
