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

#include "harness/study.h"

#include "base/cpu.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/text.h"
#include "models/match.h"
#include "models/network.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLAN_SERIES_MAX = 80, PLAN_REASON_MAX = 160, PLAN_NONE = -1 };

typedef struct PlanPoint {
    int part;                     /* index into study->parts */
    const char *part_name;        /* the part's; belongs to the study */
    const char *figure;           /* belongs to the study */
    const char *match;            /* "counted", "nominal", "none" */
    char series[PLAN_SERIES_MAX]; /* "depth", "d=1.0 r=1.3", the strategy's name, "grid" */
    size_t strategy;              /* compare: index into the part's strategies */
    double x;            /* the series' own coordinate: multiplier, or target over baseline */
    Scale nominal;       /* as asked for; of a ray: its point nearest to what was built; or NaN */
    Scale built;         /* as built; NaN while MATCH_AFTER_GRID, and where genes describe it */
    const char *genes;   /* one character a gene, borrowed; NULL where multipliers describe it */
    double trim;         /* factor on the width that matching applied; 1 = none */
    int64_t macs;        /* counted; of an unfair point: of the nearest network tried */
    int64_t target_macs; /* 0 where cost is the axis (curves, lines); by the study's baseline while
                            the part's own is not known */
    double ratio;        /* macs over the target, or over the baseline's without one */
    double naive_ratio;  /* counted cost over target of what the nominal rule builds; or NaN */
    int resolution;      /* pixels of the network; 0 while MATCH_AFTER_GRID */
    int network;         /* index into networks; PLAN_NONE when nothing is trained */
    bool is_extra;       /* grid: from `also` */
    bool is_past;        /* built on an outcome that was decided anew: shown, not trained further */
    MatchStatus status;
    char reason[PLAN_REASON_MAX]; /* why unfair, off ray, tied, never decided; "" otherwise */
} PlanPoint;

/* A network and how long it is trained: what trials share but for their seeds. */
typedef struct PlanNetwork {
    Network network;
    char *spec;     /* the scaled specification as YAML: workers rebuild from it */
    int64_t epochs; /* passes over the training split, with a whole schedule of their own */
    char trial_digest[HASH_HEX_BYTES]; /* network, data, split, recipe, arithmetic revision */
    bool has_trials; /* one for each seed; false: only what has finished before is shown */
    double seconds;  /* predicted for one trial on one thread; NaN before plan_predict */
    uint64_t bytes;  /* memory of one trial */
} PlanNetwork;

typedef struct PlanTrial {
    int network; /* index into networks */
    int64_t seed;
} PlanTrial;

/* What a part comes to, for the parts that take from it. */
typedef struct PlanOutcome {
    bool has_constants, has_network;
    double constants[STUDY_DIMENSIONS]; /* alpha, beta, gamma of a compound ray */
    Spec network;                       /* scaled, with the data set's classes */
    char digest[HASH_HEX_BYTES];        /* of the resolved network */
} PlanOutcome;

typedef enum PlanState {
    PLAN_OPEN,        /* not decided: points that take from the part are MATCH_AFTER_GRID */
    PLAN_PROVISIONAL, /* decided once, to be decided anew: built and shown, not trained */
    PLAN_SETTLED
} PlanState;

typedef struct PlanPart {
    bool has_baseline; /* false while it is another part's to decide */
    Spec baseline;     /* with overrides and the data set's classes */
    int64_t baseline_macs;
    int64_t target_macs; /* the objective's T over this baseline */
    bool is_taken;       /* another part takes its outcome */
    PlanState state;     /* of its outcome */
    PlanOutcome outcome;
} PlanPart;

typedef struct Plan {
    const Study *study;                 /* borrowed */
    Spec baseline;                      /* with overrides and the data set's classes */
    char split_digest[HASH_HEX_BYTES];  /* of images and subsets */
    char data_contents[HASH_HEX_BYTES]; /* of the whole set (data/dataset.h) */
    int64_t n_train, n_val, n_test;     /* images of the subsets */
    int classes;
    Text data_notes; /* what to know of the data set, a line each */
    bool is_demo;    /* verdicts on this data set are stamped DEMO */
    int64_t baseline_macs;
    int64_t target_macs; /* the objective's T */
    PlanPart *parts;     /* [study->n_parts] */
    size_t n_points, n_networks, n_trials;
    PlanPoint *points;      /* in the study's order */
    PlanNetwork *networks;  /* distinct, in order of first use */
    PlanTrial *trials;      /* network by network, seeds in the study's order */
    size_t n_after_grid;    /* trials to come once outcomes are settled: at most these */
    double baseline_step_s; /* calibration: one image's training step; 0 before plan_predict */
    size_t point_room, network_room, trial_room; /* private: allocated items */
    Intern *keys;                                /* private: of networks, in their order */
} Plan;

/*
 * Expands a study over its data set. data_root: where sets are looked up, NULL = ISOFLOP_DATA.
 * ERR_USAGE (impossible part), ERR_DATA (no such data), ERR_MEMORY. plan_destroy frees it; the
 * study must outlive it.
 */
ErrCode plan_create(Plan **out, const Study *study, const char *data_root, int threads,
                    Err *err) ERR_CHECKED;

/* True while points wait for another part's outcome. */
bool plan_is_waiting(const Plan *plan);

/* Whether every input of a point is settled, so that it is trained with all seeds. */
bool plan_is_settled(const Plan *plan, const PlanPoint *point);

/*
 * What a part came to. Points that take from it are resolved, and marked anew; settled, they get
 * their trials, which go last. An outcome that differs from a provisional one replaces it, and
 * what was built on that becomes past. A settled outcome may be empty: then what waits for it never
 * comes, and says why with `reason` (else not used).
 */
ErrCode plan_set_outcome(Plan *plan, int part, const PlanOutcome *outcome, PlanState state,
                         const char *reason, Err *err) ERR_CHECKED;

/* Shows what was built on an earlier outcome of a part; the number-th, for the points' names. */
ErrCode plan_add_past(Plan *plan, int part, const PlanOutcome *outcome, int64_t number,
                      Err *err) ERR_CHECKED;

/*
 * Predicts seconds by timing a few training steps of the baseline (about a second) and scaling by
 * MACs x images; sets every network's `seconds`. Called again after plan_set_outcome it only
 * scales.
 */
ErrCode plan_predict(Plan *plan, CpuLevel level, Err *err) ERR_CHECKED;

/*
 * Multiply-adds of one trial: (3 x train + val) x its epochs + 2 x test images, times the network's
 * MACs.
 */
double plan_trial_macs(const Plan *plan, int network);

/* Sum over the trials, without those that wait for an outcome. */
double plan_total_macs(const Plan *plan);

/* Predicted wall seconds of all trials, waiting ones included, n_jobs side by side; NaN before
 * plan_predict. */
double plan_total_seconds(const Plan *plan, int n_jobs);

/* Largest memory of one trial: weights, optimiser, activations. */
uint64_t plan_trial_bytes(const Plan *plan);

/* Takes what has been collected so far and empties the Text. */
typedef ErrCode PlanFlush(Text *out, Err *err);

/*
 * The document of `plan --json`. A plan of a million points makes half a gigabyte of it: with
 * `flush`, `out` is handed on as it fills, and holds only the rest at the end; NULL: all of it.
 * Errors: those of `flush`.
 */
ErrCode plan_json(const Plan *plan, double seconds, Text *out, PlanFlush *flush,
                  Err *err) ERR_CHECKED;

/* The same for people: parts, points with aliases, what is unfair and why, seeds a claim needs. */
void plan_text(const Plan *plan, double seconds, Text *out);

/* Accepts NULL. */
void plan_destroy(Plan **plan);

#endif
