/*
 * harness/probe.h: how well a linear classifier does on what a trained network sees: a linear
 * probe.
 *
 * Nothing of the network is trained. Its features of all images are made once
 * (harness/features.h), a classifier is fitted on the training images' to the optimum
 * (nn/headfit.h), and what it says of the others counts, by the very arithmetic that `eval` will
 * use on the weights that are saved. A strength of the penalty is reached from stronger ones, 1,
 * 0.1, 0.01 and so on, each to its optimum; so one that is given and the same one when it is chosen
 * have the same bits. One that is not given is chosen among those powers of ten from 1 to
 * PROBE_WEAKEST: most hits on validation, of equal ones the strongest.
 */
#ifndef HARNESS_PROBE_H
#define HARNESS_PROBE_H

#include "harness/features.h"

#include "nn/headfit.h"
#include "results/stats.h"

#define PROBE_LEAST_L2 1e-9
#define PROBE_MOST_L2 1e6
#define PROBE_WEAKEST 1e-5 /* of those that are tried */
#define PROBE_CONFIDENCE 0.90

enum { PROBE_MAX_TRIES = 12, PROBE_AUTO = 0 /* in place of a strength */ };

/* One strength. */
typedef struct ProbeTry {
    double l2;
    HeadFitReport fit;
    EvalSums val; /* n 0: there are no such images */
} ProbeTry;

typedef struct Probe {
    HeadWeights head; /* of the strength that was given or chosen; the arena's */
    int n_features;
    ProbeTry tries[PROBE_MAX_TRIES]; /* strongest first */
    int n_tries, chosen;             /* index into tries */
    int iterations;                  /* up to the chosen one */
    EvalSums test;                   /* of the chosen one; n 0: there are no such images */
    Arena arena;
} Probe;

/*
 * Whether a number of classes will do for a set. ERR_USAGE.
 */
ErrCode probe_check_classes(int n_classes, const Dataset *data, Err *err) ERR_CHECKED;

/*
 * Fits a classifier of n_classes. l2 is PROBE_AUTO or in PROBE_LEAST_L2..PROBE_MOST_L2. ERR_USAGE
 * (a strength outside, to be chosen without validation images), ERR_MEMORY. Release it in either
 * case.
 */
ErrCode probe_run(Probe *out, const Features *features, int n_classes, double l2, int threads,
                  CpuLevel level, Err *err) ERR_CHECKED;

/* Percent of images recognised, with its interval (results/stats.h, stats_share). */
StatsInterval probe_top1(const EvalSums *sums);

/*
 * Writes the source's weights with the probe's classifier in them, under the source's naming, as
 * trained on its images: atomically. Errors: those of weights_open, features_verify and
 * weights_save.
 */
ErrCode probe_save(const Probe *probe, const FeatureSource *source, const Features *features,
                   const char *path, Err *err) ERR_CHECKED;

void probe_release(Probe *probe); /* accepts a zeroed struct */

#endif
