/*
 * harness/plan_noise.h: the noise that a plan reckons with: assumed, or a pilot's.
 */
#ifndef HARNESS_PLAN_NOISE_H
#define HARNESS_PLAN_NOISE_H

#include "harness/plan_types.h"

#include "base/err.h"
#include "results/store.h"

/*
 * Takes the block model's residual deviation over what a pilot has trained (results/blocks.h),
 * pooled over groups of equal numbers of epochs, as the plan's noise; until then that is
 * POWER_DEFAULT_SD. `folder` names it and must outlive the plan; `pilot` is its study. ERR_USAGE:
 * another data set, or no two networks with two finished seeds in common; ERR_MEMORY.
 */
ErrCode plan_noise_take(Plan *plan, const char *folder, const StoreResults *results,
                        const Study *pilot, Err *err) ERR_CHECKED;

#endif
