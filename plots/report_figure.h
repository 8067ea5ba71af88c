/* plots/report_figure.h: a figure in a page, with its words; private to plots/. */
#ifndef PLOTS_REPORT_FIGURE_H
#define PLOTS_REPORT_FIGURE_H

#include "base/dir.h"
#include "base/text.h"
#include "results/store.h"

/*
 * Draws figure `name` into `folder` in `in` and appends it, or why there is none; nothing where it
 * has no data. Returns false if gnuplot could not draw it. Over the picture lie its marks,
 * invisible: each says its values to who points at it and leads to its trial's row. `of` is whose
 * it is, where the page has several studies, and then trials have no rows of their own; or NULL.
 */
bool report_figure(Text *page, Store *store, const char *name, const Dir *in, const char *folder,
                   const char *of);

#endif
