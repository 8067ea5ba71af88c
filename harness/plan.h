/*
 * harness/plan.h: what a study comes to: points, networks, trials, their cost and time.
 *
 * Every part is expanded into points; every point is resolved to an integer network, counted and
 * (grid, compare) matched; points that end in one network are aliases and share its trials. A trial
 * is (network, data and split, recipe, arithmetic revision) and a seed, and exists once, however
 * many points ask for it. Points that take what another part decides (constants, a baseline) are
 * MATCH_AFTER_GRID until plan_set_outcome.
 *
 * The plan trains nothing. Its networks and trials depend on the study and the data set alone; only
 * predicted seconds are measured (plan_predict), and they decide nothing but the order of work.
 */
#ifndef HARNESS_PLAN_H
#define HARNESS_PLAN_H

#include "harness/plan_types.h"

#include "base/cpu.h"
#include "base/err.h"
#include "base/text.h"

#include <stdint.h>

/*
 * Expands a study over its data set. data_root: where sets are looked up, NULL = ISOFLOP_DATA.
 * ERR_USAGE (impossible part), ERR_DATA (no such data), ERR_MEMORY. plan_destroy frees it; the
 * study must outlive it.
 */
ErrCode plan_create(Plan **out, const Study *study, const char *data_root, int threads,
                    Err *err) ERR_CHECKED;

/*
 * Whether the weights of recipe.init are the ones it says and fit the networks that are to be
 * trained with them: all that have trials, or of these only the marked ones of
 * is_pending[n_networks]. Called again, it reads nothing for what it has found to fit. ERR_USAGE
 * (layers that a network has not), ERR_DATA (other weights, or of another network), ERR_IO.
 */
ErrCode plan_check_weights(Plan *plan, const bool *is_pending, Err *err) ERR_CHECKED;

/*
 * Predicts seconds by timing a few training steps of the baseline, of the smallest and the largest
 * network, of those with the fewest and the most activations a multiply-add, and of others for a
 * hundredth of the predicted time, a second at most; sets `times` and every network's `seconds` and
 * `spread`: its own step's where it was timed, else by the law (results/timelaw.h). Called again,
 * as after plan_set_outcome, it measures nothing.
 */
ErrCode plan_predict(Plan *plan, CpuLevel level, Err *err) ERR_CHECKED;

/* Predicted seconds of a multiply-add on one thread; 0 before plan_predict. */
double plan_seconds_per_mac(const Plan *plan);

/*
 * Multiply-adds of one trial: (3 x train + val) x its epochs + 2 x test images, times the network's
 * MACs.
 */
double plan_trial_macs(const Plan *plan, int network);

/* Sum over the trials, without those that wait for an outcome. */
double plan_total_macs(const Plan *plan);

/* Multiply-adds of the trials that wait for an outcome, if each builds a network of its own. */
PlanRange plan_waiting_macs(const Plan *plan);

/*
 * Predicted wall seconds of all trials, waiting ones included, n_jobs side by side, from the least
 * to the most by the 90 % intervals; NaN before plan_predict.
 */
PlanRange plan_total_seconds(const Plan *plan, int n_jobs);

/* Largest memory of one trial: weights, optimiser, activations. */
uint64_t plan_trial_bytes(const Plan *plan);

/* Takes what has been collected so far and empties the Text. */
typedef ErrCode PlanFlush(Text *out, Err *err);

/*
 * The document of `plan --json`. A plan of a million points makes half a gigabyte of it: with
 * `flush`, `out` is handed on as it fills, and holds only the rest at the end; NULL: all of it.
 * Errors: those of `flush`.
 */
ErrCode plan_json(const Plan *plan, PlanRange seconds, Text *out, PlanFlush *flush,
                  Err *err) ERR_CHECKED;

/* The same for people: parts, points with aliases, what is unfair and why, what claims could show.
 */
void plan_text(const Plan *plan, PlanRange seconds, Text *out);

/* Accepts NULL. */
void plan_destroy(Plan **plan);

#endif
