/*
 * plots/contour.h: where a surface over the triangle is above a level, as closed outlines; private
 * to plots/.
 *
 * Marching triangles on a lattice: within a small triangle the surface is a plane, so outlines are
 * polygons. They run with what is above to their left; one that turns the other way round encloses
 * a hollow. Edges of the whole triangle close them.
 */
#ifndef PLOTS_CONTOUR_H
#define PLOTS_CONTOUR_H

#include "base/arena.h"
#include "base/err.h"
#include "results/scheffe.h"

#include <stdbool.h>

enum { CONTOUR_STEPS = 60 }; /* small triangles on an edge; a multiple of SCHEFFE_STEPS */

typedef struct ContourPoint {
    Shares at;
    bool is_border; /* the outline goes on from here along the triangle's edge */
} ContourPoint;

typedef struct ContourLoop {
    ContourPoint *points; /* [n], the last is joined to the first */
    int n;
    bool is_hollow; /* it encloses what is below the level */
} ContourLoop;

typedef struct Contour {
    ContourLoop *loops;
    size_t n;
} Contour;

/* The height of a surface at a point. */
typedef double (*ContourHeight)(const void *surface, const Shares *at);

/* *out in the arena. Errors: ERR_MEMORY. */
ErrCode contour_trace(Contour *out, ContourHeight height, const void *surface, double level,
                      Arena *arena, Err *err) ERR_CHECKED;

#endif
