/*
 * plots/figure.h: the figures of a study, drawn by gnuplot from the store.
 *
 * A figure is a name in results/figure_names.h and two embedded files: plots/NAME.sql asks the
 * store for everything that is drawn (no arithmetic happens in gnuplot), plots/NAME.gp draws it and
 * carries the caption in its head. Only `ternary` has surfaces to draw: plots/ternary.h adds to
 * what its SQL answers. figure_draw writes DIR/NAME.{svg,png,pdf,gp,tsv}, each atomically; svg, png
 * and tsv are the same bytes for the same store and gnuplot. The saved .gp holds its data and can
 * be run again: `gnuplot NAME.gp` writes NAME.svg, NAME.png and NAME.pdf into the current folder.
 * The .tsv is one table, a line of names first: column `block` says which of the figure's tables a
 * row is of, and cells of columns that this has not are empty.
 */
#ifndef PLOTS_FIGURE_H
#define PLOTS_FIGURE_H

#include "plots/figure_hits.h"
#include "plots/figure_style.h"
#include "plots/plots_files.h"

#include "base/arena.h"
#include "base/dir.h"
#include "base/err.h"
#include "results/store.h"

#include <stdbool.h>

enum { FIGURE_TIMEOUT_S = 300 }; /* for one run of gnuplot; idle, a second */

/* What a report needs of a drawn figure; texts live in the arena. */
typedef struct Figure {
    const char *name;
    const char *title;
    const char *caption; /* with n, stamps, diverged trials */
    const char *alt;     /* what it shows, for those who cannot see it */
    const char *svg;     /* the picture's text */
    FigureHits hits;     /* what its marks stand for */
    const char *missing; /* why there is nothing to draw: no files were written; else NULL */
    int64_t n_diverged;  /* trials of it that diverged */
} Figure;

/* Where figures go and how they look. */
typedef struct FigurePlace {
    const Dir *in;      /* what `folder` is in; NULL: it is a path (base/dir.h) */
    const char *folder; /* made if need be */
    FigureStyle style;
} FigurePlace;

/*
 * Draws one figure. store_set_score should have been called. A figure with nothing to draw
 * writes nothing and says why in *out. `out` may be NULL. Errors: ERR_USAGE (unknown name; the
 * nearest is named), ERR_IO, ERR_CHILD (gnuplot is missing, fails, or wrote an incomplete picture;
 * its own words are in the message), ERR_TIMEOUT, as store_query.
 */
ErrCode figure_draw(Store *store, const char *name, const FigurePlace *place, Arena *arena,
                    Figure *out, Err *err) ERR_CHECKED;

#endif
