/* plots/report_part_marks.h: every seed of a row, drawn; private to plots/. */
#ifndef PLOTS_REPORT_PART_MARKS_H
#define PLOTS_REPORT_PART_MARKS_H

#include "base/text.h"

/*
 * Appends a picture of a PartRow's seeds: where each one's test accuracy lies among all of its
 * table. A mark says its numbers to who points at it and leads to #trial=N, which the first mark of
 * a trial in the page bears as its name.
 */
void report_part_marks(Text *page, const void *row);

#endif
