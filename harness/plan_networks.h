/* harness/plan_networks.h: the networks of a plan and their trials; private to plan*.c. */
#ifndef HARNESS_PLAN_NETWORKS_H
#define HARNESS_PLAN_NETWORKS_H

#include "harness/plan_types.h"

#include "base/err.h"

/*
 * The index of the network that matching found, trained for that many epochs; added if it is new.
 * is_trained: with a trial for each seed of the study, unless it has them.
 */
ErrCode plan_networks_add(Plan *plan, const MatchPoint *found, int64_t epochs, bool is_trained,
                          int *index, Err *err) ERR_CHECKED;

/* Whether a network can be trained: its cost, its batch norm's maps. ERR_USAGE; ERR_MEMORY. */
ErrCode plan_networks_check(const Plan *plan, const Spec *spec, Err *err) ERR_CHECKED;

/* Gives a network its trials, one for each seed of the study; once. ERR_USAGE: too many. */
ErrCode plan_networks_train(Plan *plan, int network, Err *err) ERR_CHECKED;

/* Epochs of a part's trials: its own, else the recipe's. */
int64_t plan_networks_epochs(const Plan *plan, int part);

#endif
