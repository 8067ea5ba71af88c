/* plots/report_cells.h: cells that several tables of a report have; private to plots/. */
#ifndef PLOTS_REPORT_CELLS_H
#define PLOTS_REPORT_CELLS_H

#include "base/text.h"

#include <stddef.h>

enum { REPORT_MOST_ROWS = 1000 }; /* of one table: what a page can hold */

/* "1.2 × 1.1 × 1.15": depth, width, resolution; an empty cell where they are NaN. */
void report_multipliers(Text *page, const double m[3]);

/* A number by a constant format; an empty cell for NaN. */
void report_number(Text *page, const char *format, double value);

/*
 * "The first 1000 of N rows; all of them: isoflop export ...", where a table of N has more than
 * `most`; nothing else. `view` is what to export, NULL where no view has them.
 */
void report_left_out(Text *page, size_t n_rows, size_t most, const char *view);

#endif
