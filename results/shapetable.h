/*
 * results/shapetable: trials of several shapes at one cost, from a CSV file of anybody's.
 *
 * A line of names, then a row a trial. Columns a, b, c (shares of the added cost given to depth,
 * width, resolution; their sum is 1) or d, w, r (built multipliers, from which shares are made);
 * seed; loss (nats) or top1 (percent). Other columns are ignored. Every shape has every seed.
 */
#ifndef RESULTS_SHAPETABLE_H
#define RESULTS_SHAPETABLE_H

#include "results/scheffe.h"

#include "base/arena.h"
#include "base/err.h"

enum { SHAPETABLE_MIN_SHAPES = 7, SHAPETABLE_MAX_CELLS = 4000 };

/* A file has every cell; a study's trials (results/profiles.h) may lack some. */
typedef struct ShapeTable {
    int n_shapes, n_seeds;
    bool is_loss;         /* else top1 */
    const Shares *shares; /* [n_shapes], in the order of their first rows */
    const bool *clamped;  /* [n_shapes] a negative share was set to 0 */
    const double *values; /* [n_shapes][n_seeds]; NaN: missing, but every shape has one */
    double margin;        /* of CORNER, in the values' unit; 0: points of top1, nats of loss */
    double resolution;    /* 10^-k if all values have at most k <= 12 decimals; else 0 */
} ShapeTable;

/*
 * `text`, a file's, is cut to pieces; `path` names it in messages. Errors: ERR_DATA: a column that
 * is missing or there twice over, what is no number, fewer than SHAPETABLE_MIN_SHAPES shapes, one
 * seed, a cell that is missing or there twice; ERR_MEMORY.
 */
ErrCode shapetable_read(ShapeTable *out, const char *path, char *text, Arena *arena,
                        Err *err) ERR_CHECKED;

#endif
