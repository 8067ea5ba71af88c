/* plots/figure_style.h: how large a figure is to be: for a screen, or for a page of paper. */
#ifndef PLOTS_FIGURE_STYLE_H
#define PLOTS_FIGURE_STYLE_H

#include "base/err.h"

#include <stdbool.h>

/* Points are 1/72 inch. */
#define FIGURE_STYLE_MIN_POINTS 72.0
#define FIGURE_STYLE_MAX_POINTS 3600.0
#define FIGURE_STYLE_TEXT_POINTS 8.0   /* of all text on a page */
#define FIGURE_STYLE_UNITS_A_LINE 12.0 /* of that text: what scripts count lengths in */

/* Zeros: for a screen, with its title. */
typedef struct FigureStyle {
    double width;     /* points; 0: for a screen */
    double height;    /* points; 0: as the figure's content needs */
    bool is_untitled; /* title and note are left to the caption; a stamp stays */
} FigureStyle;

/*
 * Fills width and height from texts like "3.3in", "84mm" (in, cm, mm, pt, px = 1/96 in); either may
 * be NULL. Errors: ERR_USAGE: no number, no such unit, out of range, a height without a width.
 */
ErrCode figure_style_read(FigureStyle *style, const char *width, const char *height,
                          Err *err) ERR_CHECKED;

#endif
