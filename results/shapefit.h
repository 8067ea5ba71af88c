/*
 * results/shapefit: which shape is best at one cost: a polynomial over the triangle of shares.
 *
 * Means of shapes over seeds are fitted by Scheffe's quadratic (results/scheffe.h), each with the
 * weight of its seeds where some are missing. The noise is
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

#include "results/shapefit_types.h"

#include "base/arena.h"
#include "base/err.h"

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
