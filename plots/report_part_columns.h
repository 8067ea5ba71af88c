/* plots/report_part_columns.h: the columns of a part's table; private to plots/. */
#ifndef PLOTS_REPORT_PART_COLUMNS_H
#define PLOTS_REPORT_PART_COLUMNS_H

#include "plots/report_part_rows.h"
#include "plots/tabular.h"

enum { PART_MOST_COLUMNS = 40 };

/* Fills `columns` with those that a table has; their rows are PartRow. Returns their number. */
size_t report_part_columns(const PartTable *table, TabularColumn columns[PART_MOST_COLUMNS]);

/* Appends a row's attributes: its trials, and whether it is the first or hardly behind it. */
void report_part_attributes(Text *page, const void *row);

#endif
