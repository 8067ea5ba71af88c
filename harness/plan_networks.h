/* harness/plan_networks.h: the networks of a plan and their trials; private to plan*.c. */
#ifndef HARNESS_PLAN_NETWORKS_H
#define HARNESS_PLAN_NETWORKS_H

#include "harness/plan_types.h"

#include "base/err.h"

/*
 * The index of a network, by its resolved digest, trained for that many epochs at the recipe's
 * learning rate; added if it is new. seeds: it gets those trials that it has not; NULL: none.
 * ERR_USAGE: it cannot be trained.
 */
ErrCode plan_networks_add(Plan *plan, const Spec *spec, const char *digest, int64_t epochs,
                          const YamlInts *seeds, int *index, Err *err) ERR_CHECKED;

/* The same network, with the same number of epochs, at another rate: a factor on the recipe's. */
ErrCode plan_networks_at(Plan *plan, int network, double factor, const YamlInts *seeds, int *index,
                         Err *err) ERR_CHECKED;

/* Whether a network can be trained: its cost, its batch norm's maps. ERR_USAGE; ERR_MEMORY. */
ErrCode plan_networks_check(const Plan *plan, const Spec *spec, Err *err) ERR_CHECKED;

/* Gives a network a trial for each of the seeds, unless it has them. ERR_USAGE: too many. */
ErrCode plan_networks_train(Plan *plan, int network, const YamlInts *seeds, Err *err) ERR_CHECKED;

/*
 * The same network on a target's data by its recipe; source: the index of the network whose trials'
 * weights it begins with, seed by seed, or PLAN_NONE.
 */
ErrCode plan_networks_carry(Plan *plan, const Spec *spec, const char *digest, int64_t epochs,
                            int target, int source, const YamlInts *seeds, int *index,
                            Err *err) ERR_CHECKED;

/* The study that says data and recipe of trials on a target, PLAN_NONE: the study itself. */
const Study *plan_networks_study(const Plan *plan, int target);

/*
 * Images that a trial of so many epochs on the study's data sends through its network, in units of
 * one forward pass.
 */
double plan_networks_passes(const Plan *plan, int64_t epochs);

/* Images and epochs of a trial on a target, or on the study's data. */
TimeWork plan_networks_work(const Plan *plan, int target, int64_t epochs);

/* Epochs of a part's trials: its own, else those of a retrain's search, else the recipe's. */
int64_t plan_networks_epochs(const Plan *plan, int part);

/* Those of a point: its own, else its part's. */
int64_t plan_networks_point_epochs(const Plan *plan, const PlanPoint *point);

#endif
