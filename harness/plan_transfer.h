/*
 * harness/plan_transfer.h: networks of one part, carried to other data sets.
 *
 * A part `transfer` has a *target* for each of its data sets: these images, trained on by the
 * part's recipe. Each point of the other part becomes a point for each target and way. Its series
 * is "DATA/WAY/SERIES", its multipliers and x are the other point's; the network is the same but
 * for the classes, which are the target's, and its status the other's. What a fine-tuning begins
 * with is a network of the plan (PlanNetwork.source): trial by trial, seed by seed, with the
 * weights that this one's trial ends with. A trial's digest holds that trial's, so all is known
 * before training.
 *
 * Costs differ by the classifier alone: target_macs and ratio stay those of the other point.
 */
#ifndef HARNESS_PLAN_TRANSFER_H
#define HARNESS_PLAN_TRANSFER_H

#include "harness/plan_types.h"

#include "base/err.h"

/* Opens the data sets. ERR_USAGE (the study's own data; a recipe that cannot be), ERR_DATA. */
ErrCode plan_transfer_open(Plan *plan, const char *data_root, Err *err) ERR_CHECKED;

/* Accepts a plan whose transfers were not all opened. */
void plan_transfer_close(Plan *plan);

/* Appends the points of all transfers, waiting: after those of all other parts. ERR_MEMORY. */
ErrCode plan_transfer_expand(Plan *plan, Err *err) ERR_CHECKED;

/*
 * Gives a point its network, with trials if is_trained, once the other point has its own.
 * ERR_USAGE (a layer to freeze that it has not), ERR_MEMORY.
 */
ErrCode plan_transfer_resolve(Plan *plan, PlanPoint *point, bool is_trained, Err *err) ERR_CHECKED;

/* Points that have networks have the status of the points that they carry. */
void plan_transfer_mark(Plan *plan);

/* Appends a line for each data set: what it has, and how long networks are trained on it. */
void plan_transfer_text(const Plan *plan, Text *out);

#endif
