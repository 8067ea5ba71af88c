/*
 * harness/plan_types.h: what a plan is made of; harness/plan.h says what it means and makes one.
 */
#ifndef HARNESS_PLAN_TYPES_H
#define HARNESS_PLAN_TYPES_H

#include "harness/study.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/text.h"
#include "models/match.h"
#include "models/network.h"
#include "models/waste.h"
#include "results/timelaw.h"
#include "search/netspace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLAN_SERIES_MAX = 96, PLAN_REASON_MAX = 160, PLAN_NONE = -1, PLAN_MOST_TIMED = 64 };

typedef struct PlanPoint {
    int part;                     /* index into study->parts */
    const char *part_name;        /* the part's; belongs to the study */
    const char *figure;           /* belongs to the study */
    const char *match;            /* "counted", "nominal", "none" */
    char series[PLAN_SERIES_MAX]; /* "depth", "d=1.0 r=1.3", the strategy's name, "grid" */
    size_t strategy;              /* compare: index into the part's strategies */
    bool is_baseline;             /* compare: the baseline as it is, of no strategy */
    int target;                   /* transfer: index into targets; PLAN_NONE: the study's data */
    int way;                      /* transfer: StudyWay */
    size_t carried;               /* transfer: index of the point whose network it carries */
    double x;            /* its own coordinate: multiplier, or target (table: macs) over baseline */
    Scale nominal;       /* as asked for; of a ray: its point nearest to what was built; or NaN */
    Scale built;         /* as built; NaN while MATCH_AFTER_GRID, and where genes describe it */
    const char *genes;   /* one character a gene, the plan's; NULL where multipliers describe it */
    double trim;         /* factor on the width that matching applied; 1 = none */
    int64_t macs;        /* counted; of an unfair point: of the nearest network tried */
    int64_t target_macs; /* 0 where cost is the axis (curves, lines); by the study's baseline while
                            the part's own is not known */
    double ratio;        /* macs over the target, or over the baseline's without one */
    double naive_ratio;  /* counted cost over target of what the nominal rule builds; or NaN */
    int resolution;      /* pixels of the network; 0 while MATCH_AFTER_GRID */
    int network;         /* index into networks; PLAN_NONE when nothing is trained */
    int64_t epochs;      /* of its trials; 0: its part's */
    const YamlInts *seeds; /* of its trials; borrowed */
    bool is_extra;         /* grid: from `also` */
    bool waits_for_rate;   /* built, and not trained until its learning rate is chosen */
    bool is_past; /* built on an outcome that was decided anew: shown, not trained further */
    MatchStatus status;
    char reason[PLAN_REASON_MAX]; /* why unfair, off ray, tied, never decided; "" otherwise */
} PlanPoint;

/* A network and how long it is trained: what trials share but for their seeds. */
typedef struct PlanNetwork {
    Network network;
    char *spec;     /* the scaled specification as YAML: workers rebuild from it */
    int64_t epochs; /* passes over the training split, with a whole schedule of their own */
    double factor;  /* on the recipe's learning rate; 1 unless a part `tune` says otherwise */
    int target;     /* index into targets; PLAN_NONE: trained on the study's data */
    int source;     /* index of the network whose trials' weights it begins with, or PLAN_NONE */
    char trial_digest[HASH_HEX_BYTES]; /* network, data, split, recipe, arithmetic revision */
    const YamlInts *seeds;             /* that it got trials for last; borrowed */
    bool has_trials;                   /* false: only what has finished before is shown */
    bool fits_weights;                 /* private: those of recipe.init, as was checked */
    int64_t due;    /* when a decider hears of it, on its virtual clock; 0: none waits */
    double seconds; /* predicted for one trial on one thread; NaN before plan_predict */
    double spread;  /* relative deviation of trials around it (results/timelaw.h); likewise */
    uint64_t bytes; /* memory of one trial */
    Waste waste;    /* of its pixels */
} PlanNetwork;

/* What carried networks are trained on: a data set of a part `transfer` (plan_transfer.h). */
typedef struct PlanTarget {
    int part;                          /* index into study->parts */
    Study *study;                      /* its data and recipe; no parts */
    Text yaml;                         /* the same, every value in force */
    char split_digest[HASH_HEX_BYTES]; /* of images and subsets */
    int64_t n_train, n_val, n_test;    /* images of the subsets */
    int classes;
    double majority_share; /* of the test images: of their most frequent class */
    bool is_demo;
} PlanTarget;

/* A network whose learning rate is chosen before it is compared (plan_tune.h). */
typedef struct PlanTuning {
    int network;                       /* at the recipe's rate: index into networks */
    int candidates[STUDY_MAX_FACTORS]; /* at the rate of each factor, in the study's order */
    double factor;                     /* the chosen one; NaN: not yet */
} PlanTuning;

typedef struct PlanTrial {
    int network; /* index into networks */
    int64_t seed;
} PlanTrial;

/* What a profile found at one of its budgets. */
typedef struct PlanShape {
    double budget; /* over the baseline's MACs */
    int chosen;    /* StudyChosen */
    bool is_found; /* else its surface has no optimum, and reason says why */
    double shares[STUDY_DIMENSIONS];
    const char *reason; /* the plan's */
} PlanShape;

/* What a part comes to, for the parts that take from it. */
typedef struct PlanOutcome {
    bool has_constants, has_network;
    double constants[STUDY_DIMENSIONS]; /* alpha, beta, gamma of a compound ray */
    Spec network;                       /* scaled, with the data set's classes */
    char digest[HASH_HEX_BYTES];        /* of the resolved network */
    const PlanShape *shapes;            /* [n_shapes] of a profile; the plan's */
    size_t n_shapes;
} PlanOutcome;

typedef enum PlanState {
    PLAN_OPEN,        /* not decided: points that take from the part are MATCH_AFTER_GRID */
    PLAN_PROVISIONAL, /* decided once, to be decided anew: built and shown, not trained */
    PLAN_SETTLED
} PlanState;

/* From the least to the most; equal where it is known. */
typedef struct PlanRange {
    double low, high;
} PlanRange;

typedef struct PlanPart {
    bool has_baseline;        /* false while it is another part's to decide */
    PlanRange baseline_range; /* its counted MACs, or what they may come to */
    Spec baseline;            /* with overrides and the data set's classes */
    int64_t baseline_macs;
    int64_t target_macs;         /* the objective's T over this baseline */
    bool is_taken;               /* another part takes its outcome */
    struct PlanSearch *search;   /* of a part `search` (plan_search.h), else NULL */
    struct PlanRetrain *retrain; /* of a part `retrain` (plan_retrain.h), else NULL */
    PlanState state;             /* of its outcome */
    PlanOutcome outcome;
    NetSpace *space; /* table: whose networks its points are; NULL of other kinds */
} PlanPart;

/* The noise that claims are reckoned with (harness/plan_noise.h). */
typedef struct PlanNoise {
    double sd;         /* points of test top-1, of one trial */
    double df;         /* of the pilot's residuals; 0 without one */
    const char *pilot; /* its folder, borrowed; NULL: sd is assumed */
    Text remarks;      /* a line for each thing in which the pilot's study differs */
} PlanNoise;

/* What was timed on this machine. */
typedef struct PlanTimes {
    int n; /* networks; 0 before plan_predict */
    struct {
        char digest[HASH_HEX_BYTES];
        double image_s; /* forward pass of an image on one thread */
    } networks[PLAN_MOST_TIMED];
    TimeLaw law;            /* for all others */
    double seconds_per_mac; /* of the baseline, on one thread */
} PlanTimes;

typedef struct Plan {
    const Study *study;                 /* borrowed */
    Spec baseline;                      /* with overrides and the data set's classes */
    char split_digest[HASH_HEX_BYTES];  /* of images and subsets */
    char data_contents[HASH_HEX_BYTES]; /* of the whole set (data/dataset.h) */
    int64_t n_train, n_val, n_test;     /* images of the subsets */
    int classes;
    double majority_share; /* of the test images: of their most frequent class */
    Text data_notes;       /* what to know of the data set, a line each */
    bool is_demo;          /* verdicts on this data set are stamped DEMO */
    int64_t baseline_macs;
    int64_t target_macs; /* the objective's T */
    PlanPart *parts;     /* [study->n_parts] */
    size_t n_points, n_networks, n_trials;
    PlanPoint *points;     /* in the study's order */
    PlanNetwork *networks; /* distinct, in order of first use */
    PlanTrial *trials;     /* in the order in which they were asked for */
    PlanTarget *targets;   /* [n_targets], of parts `transfer` in their order */
    size_t n_targets;
    int tune_part;       /* index of the part `tune`, or STUDY_NONE */
    PlanTuning *tunings; /* [n_tunings] */
    size_t n_tunings;
    size_t n_after_grid; /* trials to come once outcomes are settled: at most these */
    PlanNoise noise;
    const struct PlanDesigns *designs; /* to be shown with it (plan_design.h), borrowed, or NULL */
    int n_jobs;                        /* workers side by side, for what is said; 0: not known */
    int n_threads;                     /* it was made with */
    PlanTimes times;                   /* of this machine; zeros before plan_predict */
    size_t point_room, network_room, trial_room, tuning_room; /* private: allocated items */
    Intern *keys;     /* private: of networks, in their order */
    Arena texts;      /* private: of points and outcomes */
    bool has_weights; /* private: those of recipe.init were verified */
} Plan;

#endif
