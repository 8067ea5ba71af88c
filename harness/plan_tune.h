/*
 * harness/plan_tune.h: learning rates that are chosen before what they serve is compared.
 *
 * Without a part `tune` there is none of this. With it every network that is trained at the
 * recipe's rate gets its rate from a *tuning*: of the baseline, one for all, or of the network
 * itself (with its number of epochs). A tuning has a candidate for each factor of the part, the
 * network at that rate, each a point of the part. Until its factor is chosen, points that need it
 * are built and not trained (PlanPoint.waits_for_rate).
 */
#ifndef HARNESS_PLAN_TUNE_H
#define HARNESS_PLAN_TUNE_H

#include "harness/plan_types.h"

#include "base/err.h"

/* The tuning of the baseline, where one serves all. ERR_USAGE, ERR_MEMORY. */
ErrCode plan_tune_begin(Plan *plan, Err *err) ERR_CHECKED;

/*
 * Whether a point gets its rate from a tuning: all that have a network do but those of the tune
 * part, and of a search, whose networks are asked for once the rate is chosen. Without `tune` none
 * does.
 */
bool plan_tune_serves(const Plan *plan, const PlanPoint *point);

/*
 * Gives the index-th point, which is served, the network at its rate and, if its inputs are
 * settled, trials; or asks for the tuning that it needs, and lets it wait. Points may move.
 * ERR_USAGE, ERR_MEMORY.
 */
ErrCode plan_tune_serve(Plan *plan, size_t index, bool is_settled, Err *err) ERR_CHECKED;

/* Whether the rate of some tuning is not chosen. */
bool plan_tune_is_open(const Plan *plan);

/* Whether each network has its own rate: then all are trained at the recipe's, too. */
bool plan_tune_is_each(const Plan *plan);

/* The factor that one tuning serves to all; 1 where there is none, or each network has its own. */
double plan_tune_factor(const Plan *plan);

/*
 * Trials that a point which waits asks for, at most: those of its seeds, and where each network has
 * its rate as many at the recipe's, and the candidates of a network that is not known yet.
 */
size_t plan_tune_to_come(const Plan *plan, const PlanPoint *point);

/* The tuning that a network belongs to, at whatever rate, or NULL. */
const PlanTuning *plan_tune_of(const Plan *plan, int network);

#endif
