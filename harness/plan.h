/*
 * harness/plan.h: what a study comes to: points, networks, trials, their cost and time.
 *
 * Every part is expanded into points; every point is resolved to an integer network, counted and
 * (grid, compare) matched; points that end in one network are aliases and share its trials. A trial
 * is (network, data and split, recipe, arithmetic revision) x seed and exists once, however many
 * points ask for it. Points that need the grid's winner are POINT_AFTER_GRID until plan_set_winner.
 *
 * The plan trains nothing. Its networks and trials depend on the study and the data set alone;
 * only predicted seconds are measured (plan_predict), and they decide nothing but the order of work.
 */
#ifndef HARNESS_PLAN_H
#define HARNESS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/text.h"
#include "harness/study.h"
#include "models/network.h"

enum { PLAN_SERIES_MAX = 64, PLAN_REASON_MAX = 128, PLAN_NONE = -1 };

typedef enum PointStatus {
    POINT_FAIR,       /* matched, trained, may win */
    POINT_UNFAIR,     /* no trim brings its cost inside the tolerance: listed, never trained */
    POINT_OFF_RAY,    /* compare: a built multiplier is more than 15 % off its ray */
    POINT_TIED,       /* compare: shares its network with another strategy at this target */
    POINT_UNMATCHED,  /* curves, lines, nominal grids: cost is its x */
    POINT_AFTER_GRID, /* needs the grid's winner */
} PointStatus;

typedef struct PlanPoint {
    int part;                     /* index into study->parts */
    const char *figure;           /* belongs to the study */
    char series[PLAN_SERIES_MAX]; /* "depth", "d=1.0 r=1.3", the strategy's name, ... */
    double x;                     /* the series' own coordinate: multiplier, or target over baseline */
    double nominal[STUDY_DIMENSIONS]; /* depth, width, resolution as asked for */
    double built[STUDY_DIMENSIONS];   /* as built; NaN when there is no network */
    double trim;                  /* factor on the width that matching applied; 1 = none */
    double target;                /* MACs aimed at; NaN for POINT_UNMATCHED */
    double ratio;                 /* counted MACs over target (over the baseline when unmatched) */
    int network;                  /* index into networks, or PLAN_NONE */
    PointStatus status;
    char reason[PLAN_REASON_MAX]; /* why unfair, off ray, tied; "" otherwise */
} PlanPoint;

typedef struct PlanNetwork {
    Network network;
    char *spec;        /* the scaled specification as YAML, from which a worker rebuilds it */
    bool is_trained;   /* some point wants it trained */
    double seconds;    /* predicted for one trial on one thread; NaN before plan_predict */
} PlanNetwork;

typedef struct PlanTrial {
    int network;                  /* index into networks */
    int64_t seed;
    char digest[HASH_HEX_BYTES];  /* network, data, split, recipe, arithmetic revision */
} PlanTrial;

typedef struct Plan {
    const Study *study;           /* borrowed */
    char data_digest[HASH_HEX_BYTES]; /* of images and split */
    int64_t n_train, n_val, n_test;   /* images of the subsets */
    int64_t baseline_macs;        /* with the data set's classes */
    int64_t baseline_params;
    int baseline_resolution;
    size_t n_points, n_networks, n_trials;
    PlanPoint *points;
    PlanNetwork *networks;
    PlanTrial *trials;
    size_t n_after_grid;          /* trials to come with the winner (an upper bound) */
} Plan;

/*
 * Expands a study over its data set. ERR_USAGE (impossible part), ERR_MISSING (no data), ERR_MEMORY.
 * plan_destroy frees it; the study must outlive it.
 */
ErrCode plan_create(Plan **out, const Study *study, Err *err) ERR_CHECKED;

/* Resolves the points that waited: alpha, beta, gamma of the grid's winner. */
ErrCode plan_set_winner(Plan *plan, const double constants[STUDY_DIMENSIONS], Err *err) ERR_CHECKED;

/*
 * Predicts seconds by timing a few training steps of the baseline on this machine (about a second)
 * and scaling by MACs x images; sets every network's `seconds`.
 */
ErrCode plan_predict(Plan *plan, CpuLevel level, Err *err) ERR_CHECKED;

/* Multiply-adds of all trials: sum of 3 x MACs x images x epochs, evaluation included at 1 x. */
double plan_total_macs(const Plan *plan);

/* Predicted wall seconds of all trials, after-grid ones included, with n_jobs side by side. */
double plan_total_seconds(const Plan *plan, int n_jobs);

/* Largest memory of one trial in bytes, weights, optimiser, activations and batch. */
ErrCode plan_memory_bytes(uint64_t *out, const Plan *plan, Err *err) ERR_CHECKED;

/* "fair", "unfair", "off-ray", "tied", "unmatched", "after-grid". */
const char *plan_status_name(PointStatus status);

/* The document of `plan --json` (DESIGN section 5). */
void plan_json(const Plan *plan, double seconds, Text *out);

/* Accepts NULL. */
void plan_destroy(Plan **plan);

#endif
