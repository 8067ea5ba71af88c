/* plots/report_cells.h: cells that several tables of a report have; private to plots/. */
#ifndef PLOTS_REPORT_CELLS_H
#define PLOTS_REPORT_CELLS_H

#include "base/text.h"

/* "1.2 × 1.1 × 1.15": depth, width, resolution; an empty cell where they are NaN. */
void report_multipliers(Text *page, const double m[3]);

/* A number by a constant format; an empty cell for NaN. */
void report_number(Text *page, const char *format, double value);

#endif
