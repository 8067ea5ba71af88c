/*
 * results/shapefit: which shape is best at one cost: a polynomial over the triangle of shares.
 *
 * Means of shapes over seeds are fitted by Scheffe's quadratic (results/scheffe.h). The noise is
 * that of the block model (results/blocks.h), with its degrees of freedom, but at least one unit of
 * the last decimal that the table has, and a thousandth of what the shapes differ by: below, the
 * rounding of values and shares would pass for lack of fit. If lack of fit is rejected at 5 % by F,
 * the special cubic term is added; if rejected again, the fit is refused. To seven shapes the cubic
 * fits exactly and is taken; without a shape inside the triangle there is no cubic.
 *
 * The kind of the surface, decided in this order:
 *   REFUSED  no polynomial fits
 *   FLAT     the terms beyond the mean do not pass F at 10 %
 *   PEAK     better than every point of the boundary: all three dimensions are wanted
 *   BLEND    better than every corner: which two or three dimensions is open
 *   CORNER   one corner is worse than the best point by at most SHAPEFIT_MARGIN_...
 *   OPEN     none of these is sure
 * "Better" is the lower end of the two-sided 90 % basic bootstrap interval, 2g - q.95, above 0,
 * over SHAPEFIT_DRAWS draws of the fitted means plus normal noise, the same draws for every claim.
 * An upper bound of what the best point gains over a point k is max over x of [y(x) - y(k) + t.95
 * se(x, k)]; of the gain over the best corner, the least of the corners'. Each x must be below it,
 * so their number needs no correction. A point belongs to the region of the optimum unless another
 * is above it by more standard errors than the largest difference to the best point reaches in 90
 * of 100 draws of level ground. Error rates of all of it: docs/verdicts.md.
 */
#ifndef RESULTS_SHAPEFIT_H
#define RESULTS_SHAPEFIT_H

#include "results/blocks.h"
#include "results/scheffe.h"
#include "results/shapetable.h"

#include "base/arena.h"
#include "base/err.h"

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
} ShapeRule;

typedef struct ShapeFit {
    ShapeKind kind;
    int n_terms;          /* SCHEFFE_QUADRATIC or SCHEFFE_CUBIC */
    double lack_of_fit_p; /* of that polynomial; of the quadratic if the cubic cannot be tested */
    double trend_p;       /* that no term beyond the mean is there */
    double margin;        /* of CORNER, in the column's unit */
    Blocks blocks;        /* means and noise */
    double *fitted;       /* [n_shapes], in the column's unit; of the last fit if REFUSED */
    /* what follows is empty for FLAT and REFUSED */
    bool has_optimum;
    Shares optimum;
    ShapeEffect gain; /* of the best lattice point over the best corner */
    Shares *region;   /* [n_region] lattice points that may be the optimum, 90 % */
    int n_region;
    bool has_ridge; /* then the region is a ridge, and exchange[] as of results/ridge.h */
    double exchange[3];
} ShapeFit;

/*
 * rules[n_rules] may be none. Errors: ERR_DATA: the shapes do not determine a quadratic;
 * ERR_MEMORY.
 */
ErrCode shapefit_run(ShapeFit *out, const ShapeTable *table, ShapeRule *rules, int n_rules,
                     Arena *arena, Err *err) ERR_CHECKED;

const char *shapefit_kind_name(ShapeKind kind); /* "PEAK" */

/* What the kind says, a sentence without full stop. */
const char *shapefit_kind_text(ShapeKind kind);

#endif
