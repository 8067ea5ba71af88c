/*
 * results/figure_names.h: what figures there are, for all who name one.
 *
 * A point of the store says in which figure it stands, a study's part asks for one, plots/ draws
 * them: all of them ask this table. A new figure is a row here, plots/NAME.sql and plots/NAME.gp.
 */
#ifndef RESULTS_FIGURE_NAMES_H
#define RESULTS_FIGURE_NAMES_H

#include "base/text.h"

#include <stdbool.h>

/* In the order of reports; ended by NULL. */
extern const char *const figure_names[];

bool figure_names_has(const char *name);

/* Whether it shows all parts of a study, or all families: none can be asked to be drawn in it. */
bool figure_names_is_whole(const char *name);

/*
 * Appends "there is no figure 'fig33', did you mean 'fig3'?", or all names where none is near.
 */
void figure_names_complain(const char *wrong, Text *out);

#endif
