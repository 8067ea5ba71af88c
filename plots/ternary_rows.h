/* plots/ternary_rows.h: the networks of a triangle, as marks and as rows; private to plots/. */
#ifndef PLOTS_TERNARY_ROWS_H
#define PLOTS_TERNARY_ROWS_H

#include "plots/ternary_picture.h"

#include <stdbool.h>

/* Is the panel's i-th shape drawn, if it has a result? */
bool ternary_draws(const TernaryPanel *panel, int i);

/* Rows of `shape` and of their trials, `seed`; few networks have their value beside them. */
void ternary_put_shapes(const TernaryPicture *picture, TernaryPanel *panel);

#endif
