/* results/shapefit_types.h: what a fit of shapes comes to (results/shapefit.h says how). */
#ifndef RESULTS_SHAPEFIT_TYPES_H
#define RESULTS_SHAPEFIT_TYPES_H

#include "results/blocks.h"
#include "results/scheffe.h"
#include "results/shapetable.h"

#include <stdbool.h>

enum { SHAPEFIT_DRAWS = 2000 };

#define SHAPEFIT_CONFIDENCE 0.90
#define SHAPEFIT_LACK_OF_FIT_LEVEL 0.05
#define SHAPEFIT_FLAT_LEVEL 0.10
#define SHAPEFIT_MARGIN_POINTS 0.5 /* of top1 */
#define SHAPEFIT_MARGIN_NATS 0.02  /* of loss */

typedef enum ShapeKind {
    SHAPE_PEAK,
    SHAPE_BLEND,
    SHAPE_CORNER,
    SHAPE_OPEN,
    SHAPE_FLAT,
    SHAPE_REFUSED
} ShapeKind;

/* A difference, positive for the better, with its 90 % interval. */
typedef struct ShapeEffect {
    double effect, low, high;
} ShapeEffect;

/* A named point of the triangle, and how far the optimum is above it (filled by shapefit_run). */
typedef struct ShapeRule {
    const char *name;
    Shares shares;
    ShapeEffect below;
    double surely; /* below.low at 97.5 % instead of 95 % */
} ShapeRule;

typedef struct ShapeFit {
    ShapeKind kind;
    int n_terms;          /* SCHEFFE_QUADRATIC or SCHEFFE_CUBIC */
    double lack_of_fit_p; /* of that polynomial; of the quadratic if the cubic cannot be tested */
    double trend_p;       /* that no term beyond the mean is there */
    double margin;        /* of CORNER, in the column's unit */
    Blocks blocks;        /* means and noise */
    double *fitted;       /* [n_shapes], in the column's unit; of the last fit if REFUSED */
    double beta[SCHEFFE_CUBIC]; /* [n_terms] of that polynomial, in the column's unit */
    /* what follows is empty for FLAT and REFUSED */
    bool has_optimum;
    Shares optimum;
    int corner;       /* the best: 0 depth alone, 1 width, 2 resolution */
    ShapeEffect gain; /* of the best lattice point over the best corner */
    Shares *region;   /* [n_region] lattice points that may be the optimum, 90 % */
    int n_region;
    bool has_ridge; /* then the region is a ridge, and exchange[] as of results/ridge.h */
    double exchange[3];
} ShapeFit;

#endif
