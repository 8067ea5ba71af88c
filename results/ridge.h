/*
 * results/ridge: a region of shapes that is long in one direction and narrow across says what may
 * be exchanged without loss.
 */
#ifndef RESULTS_RIDGE_H
#define RESULTS_RIDGE_H

#include "results/scheffe.h"

#include "base/text.h"

#include <stdbool.h>

#define RIDGE_LENGTH 0.1 /* deviation of the shares along a ridge, at least */
#define RIDGE_RATIO 3.0  /* to that across, at least */

/*
 * Whether points[n_points >= 1] are a ridge; then exchange[] is the percent by which depth, width
 * and resolution (multipliers, not shares) change along it, the largest change being +1.
 */
bool ridge_find(const Shares *points, int n_points, double exchange[3]);

/* Appends what may be exchanged without loss: "1 % more depth for 0.5 % less width". */
void ridge_words(const double exchange[3], Text *out);

#endif
