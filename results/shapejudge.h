/*
 * results/shapejudge.h: what a fitted surface over the triangle says: its optimum, the kind, gains
 * and the region; private to results/. The rules stand in results/shapefit.h.
 */
#ifndef RESULTS_SHAPEJUDGE_H
#define RESULTS_SHAPEJUDGE_H

#include "results/lsq.h"
#include "results/shapefit_types.h"

#include "base/arena.h"
#include "base/err.h"

/* A polynomial of shapes' means, in the direction in which more is better. */
typedef struct ShapeSurface {
    const Lsq *lsq;       /* of the shapes' terms */
    const double *beta;   /* [n_terms] */
    const double *fitted; /* [n_shapes] as the rows of lsq are scaled */
    double variance;      /* of each of them */
} ShapeSurface;

/*
 * Fills what follows `fitted` in *out, its kind, and `below` of the rules; terms, margin and blocks
 * are there. Errors: ERR_MEMORY.
 */
ErrCode shapejudge_run(ShapeFit *out, const ShapeSurface *fit, ShapeRule *rules, int n_rules,
                       Arena *arena, Err *err) ERR_CHECKED;

#endif
