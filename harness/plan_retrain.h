/*
 * harness/plan_retrain.h: networks that a search found, trained anew.
 *
 * A retrain has a *slot* for each network: the best of the search's own strategy ("found 1", "found
 * 2", ...: in the order in which the search saw them), the best of each rival (by the rival's
 * name), and the given baseline ("baseline"). Each is a point of the plan from the start; which
 * networks they are is known once the search is decided.
 */
#ifndef HARNESS_PLAN_RETRAIN_H
#define HARNESS_PLAN_RETRAIN_H

#include "harness/plan_types.h"

#include "base/err.h"

typedef struct PlanRetrain {
    int *networks;  /* [n_slots - 1] as the search trained them; PLAN_NONE: it found no more */
    size_t n_found; /* the first slots; then the rivals, last the baseline */
    size_t n_slots;
    bool is_decided; /* `networks` are known */
} PlanRetrain;

/* After plan_search_open: makes the slots. ERR_USAGE: seeds that are not fresh; ERR_MEMORY. */
ErrCode plan_retrain_open(Plan *plan, Err *err) ERR_CHECKED;

/* Accepts a plan whose retrains were not all opened. */
void plan_retrain_close(Plan *plan);

/* Appends the points of all retrains, waiting. ERR_MEMORY. */
ErrCode plan_retrain_expand(Plan *plan, Err *err) ERR_CHECKED;

/* Whether a point is the given baseline's. */
bool plan_retrain_is_baseline(const Plan *plan, const PlanPoint *point);

/* Whether a point can win: it is one of those that the search's own strategy found. */
bool plan_retrain_is_candidate(const Plan *plan, const PlanPoint *point);

/*
 * Gives a point its network, with trials if is_trained; it stays waiting while `networks` are not
 * known. ERR_USAGE, ERR_MEMORY.
 */
ErrCode plan_retrain_resolve(Plan *plan, PlanPoint *point, bool is_trained, Err *err) ERR_CHECKED;

#endif
