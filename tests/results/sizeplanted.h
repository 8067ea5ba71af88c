/* tests/results/sizeplanted.h: budgets of sizes whose losses lie on a known surface. */
#ifndef TESTS_RESULTS_SIZEPLANTED_H
#define TESTS_RESULTS_SIZEPLANTED_H

#include "results/sizefit.h"

enum {
    SIZEPLANTED_BUDGETS = 5,
    SIZEPLANTED_SIZES = 15,
    SIZEPLANTED_ROWS = SIZEPLANTED_BUDGETS * SIZEPLANTED_SIZES
};

/* A table over rows, n_groups budgets of n_sizes each; its groups are overwritten by the next. */
SizeTable sizeplanted_table(const SizeRow *rows, int n_groups, int n_sizes);

/* Hoffmann et al.'s surface, as fitted by them. */
double sizeplanted_loss(double macs, double images);

/* rows[SIZEPLANTED_ROWS]: sizes around the best of C = 10^17 ... 10^21, log-spaced from 1/range to
 * range times it, without noise. */
SizeTable sizeplanted_rows(SizeRow *rows, double range);

/* The fit of a table; fails the test where there is none. */
SizeFit sizeplanted_fit(const SizeTable *table, Arena *arena);

#endif
