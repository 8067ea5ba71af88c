/*
 * The grid of STEP 1: all (alpha, beta, gamma) on a lattice of `step` with alpha * beta^2 * gamma^2
 * near `product`.
 *
 * The rule is inclusive after rounding to 1e-9: |alpha beta^2 gamma^2 / product - 1| <= tolerance,
 * each in [1, 2]. Step 0.05 with product 2 and tolerance 0.05 has 109 points, step 0.1 has 21. It
 * judges nominal multipliers only; what the points cost is models/match.h's matter.
 */
#ifndef SEARCH_GRID_H
#define SEARCH_GRID_H

#include "base/err.h"
#include "models/scaling.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct GridSettings {
    double step;             /* (0, 1] */
    double product;          /* 1 or more */
    double tolerance;        /* 0 or more */
    const double (*also)[3]; /* points added whatever the rule says, each (alpha, beta, gamma) of at
                                least 1; those of the lattice and repetitions only once */
    size_t n_also;
} GridSettings;

typedef struct GridPoint {
    double alpha, beta, gamma; /* depth, width, resolution */
    double product;            /* alpha * beta^2 * gamma^2 */
    bool is_extra;             /* from `also` */
} GridPoint;

/*
 * Two million of the 8.1 million points that the finest lattice has: a plan keeps and prints each
 * (half a kilobyte and a line of JSON as long), so that its memory stays near 2 GiB.
 */
enum { GRID_MAX_POINTS = 2000000 };

/*
 * Ascending in alpha, then beta, then gamma; extra points last in their own order. *points is
 * mem_free'd by the caller. Errors: ERR_USAGE (setting, no point at all, more than
 * GRID_MAX_POINTS), ERR_MEMORY.
 */
ErrCode grid_enumerate(GridPoint **points, size_t *n_points, const GridSettings *settings,
                       Err *err) ERR_CHECKED;

/* As models/ takes it. */
Scale grid_scale(const GridPoint *point);

#endif
