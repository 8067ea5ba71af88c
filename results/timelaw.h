/*
 * results/timelaw: how long trainings take: a law of two constants, measured, and its interval.
 *
 * A step's time follows multiply-adds where arithmetic is what it waits for and activations where
 * memory is, so an image's forward pass takes per_mac MACs + per_act acts seconds of one thread, a
 * training step three of them. The constants are those of a machine; they are measured on networks
 * of the study and decide nothing. What the law leaves of them makes the interval, and what steps
 * do not show: augmenting, neighbours, other work. Networks that were timed need no law: narrow
 * channels fill no vector, which neither count knows, and cost up to a sixth.
 */
#ifndef RESULTS_TIMELAW_H
#define RESULTS_TIMELAW_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

enum { TIMELAW_STEP_OVER_FORWARD = 3 }; /* a step: forward, and backward to data and weights */

#define TIMELAW_CONFIDENCE 0.90
#define TIMELAW_UNSEEN 0.10 /* relative deviation of what a calibration does not see */

typedef struct TimeLaw {
    double per_mac, per_act; /* seconds of one thread, >= 0 */
    double spread;           /* relative deviation of trials around it; TIMELAW_UNSEEN at least */
} TimeLaw;

/* One network's forward pass. */
typedef struct TimeSample {
    double macs, acts; /* of one image */
    double seconds;
} TimeSample;

/*
 * The constants >= 0 of least relative squares over n >= 1 samples; of one sample, or where all
 * have the same acts a MAC, there is no second constant. Errors: ERR_MEMORY.
 */
ErrCode timelaw_fit(TimeLaw *law, const TimeSample *samples, int n, Err *err) ERR_CHECKED;

/* Images of each split, and how often training sees them. */
typedef struct TimeWork {
    int64_t epochs, n_train, n_val, n_test;
} TimeWork;

/*
 * Forward passes that a trial is worth on the ledger: (3 train + val) epochs + 2 test. A trial
 * evaluates the test split once; budgets of searches are counted in these passes and stay.
 */
double timelaw_passes(const TimeWork *work);

/*
 * Seconds of a trial on one thread, whose image takes so long forward: its passes, and its start,
 * and the files of every epoch and of its end.
 */
double timelaw_trial(double image_s, const TimeWork *work);

/* Seconds of an image's forward pass on one thread. */
double timelaw_image(const TimeLaw *law, double macs, double acts);

/* The ends of a trial's 90 % interval over its prediction, by the spread: low < 1 < high. */
double timelaw_low(double spread);
double timelaw_high(double spread);

#endif
