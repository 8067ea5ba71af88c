/* harness/plan_sizes.h: the points of a part `sizes`; private to plan*.c. */
#ifndef HARNESS_PLAN_SIZES_H
#define HARNESS_PLAN_SIZES_H

#include "harness/plan_types.h"

#include "base/err.h"

/*
 * Adds a point for each size of each total, for all parts of the kind. Sizes are spaced by their
 * logarithm from the baseline's MACs to `range` times these; each gets the whole number of epochs
 * nearest to what the total allows, and its network is matched to the MACs that make 3 MACs images
 * epochs the total. Sizes that come to one number of epochs are one. ERR_USAGE: a total too small
 * or too large for three sizes, or for the recipe's warm-up; ERR_MEMORY.
 */
ErrCode plan_sizes_expand(Plan *plan, Err *err) ERR_CHECKED;

#endif
