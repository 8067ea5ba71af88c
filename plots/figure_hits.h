/*
 * plots/figure_hits.h: what is under a pointer: the marks of a drawn figure with the rows they
 * stand for.
 *
 * Where marks are is read from the picture that gnuplot drew, so nothing about axes is reckoned
 * twice. Which rows they are of is the head line `# points: BLOCK ...` of NAME.gp: the blocks in
 * the order in which they are drawn, each group one element of the picture (`BLOCK*`: all groups in
 * one), `-BLOCK` without being pointed at; `# points in turn:` goes through the blocks group by
 * group. Marks in the background's colour, which clear the place of a bar's middle, do not count.
 * Where picture and head line do not agree in every element nothing is there to be pointed at,
 * rather than something wrong.
 */
#ifndef PLOTS_FIGURE_HITS_H
#define PLOTS_FIGURE_HITS_H

#include "plots/figure_data.h"

#include "base/arena.h"

enum { FIGURE_MOST_HITS = 1000 }; /* of one figure: beyond it the last, which are on top */

typedef struct FigureHit {
    double x, y, radius; /* in the picture's pixels, from its top left */
    const char *words;   /* of the row: "compound, trial 3, seed 1, top-1 63.20 %" */
    const char *trials;  /* behind it, their numbers parted by blanks; "" for none */
} FigureHit;

typedef struct FigureHits {
    double width, height; /* of the picture, pixels */
    const FigureHit *items;
    size_t n;
} FigureHits;

/* All of a picture's hits, in the order of drawing; texts live in the arena, where failure shows.
 */
FigureHits figure_hits_find(const char *svg, const char *body, const FigureData *data,
                            Arena *arena);

#endif
