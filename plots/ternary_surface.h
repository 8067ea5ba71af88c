/* plots/ternary_surface.h: the fitted surface of a panel; private to plots/. */
#ifndef PLOTS_TERNARY_SURFACE_H
#define PLOTS_TERNARY_SURFACE_H

#include "plots/contour.h"
#include "plots/ternary_picture.h"

#include "base/err.h"

/* Sets the levels of a panel's contours, which shades go by too. */
void ternary_choose_levels(TernaryPanel *panel);

/* The shade of an accuracy in percent, from 0, the lowest. */
int ternary_shade_of(const TernaryPanel *panel, double top1);

/*
 * Appends a contour's outlines without what runs along the triangle's edges, a group a line. A loop
 * is walked from where a line begins, so that none is cut in two.
 */
void ternary_put_lines(const TernaryPicture *picture, FigureBlock *block, const TernaryPanel *panel,
                       const Contour *contour, const char *name);

/*
 * The triangle, and where there is a surface its areas, lines and the lines' numbers, which keep
 * off what panel->labels has. Errors: ERR_MEMORY.
 */
ErrCode ternary_put_surface(const TernaryPicture *picture, TernaryPanel *panel,
                            Err *err) ERR_CHECKED;

#endif
