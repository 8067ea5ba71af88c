/* plots/report_figure.h: a figure in a page, with its words; private to plots/. */
#ifndef PLOTS_REPORT_FIGURE_H
#define PLOTS_REPORT_FIGURE_H

#include "base/dir.h"
#include "base/text.h"
#include "results/store.h"

/*
 * Draws figure `name` into `folder` in `in` and appends it, or why there is none; nothing where it
 * has no data. Returns false if gnuplot could not draw it. `before` stands before its title, or "".
 */
bool report_figure(Text *page, Store *store, const char *name, const Dir *in, const char *folder,
                   const char *before);

#endif
