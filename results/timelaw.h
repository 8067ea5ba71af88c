/*
 * results/timelaw: how long trainings take: a law of two constants, measured, and its interval.
 *
 * A step's time follows multiply-adds where arithmetic is what it waits for and activations where
 * memory is, so an image's forward pass takes per_mac MACs + per_act acts seconds of one thread, a
 * training step three of them, a trial as many as timelaw_passes says. The constants are those of
 * a machine; they are measured on a few networks of the study and decide nothing. What the law
 * leaves of them, and what steps do not show (reading, evaluating, neighbours), makes the interval.
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

/* Forward passes that a trial is worth: (3 train + val) epochs + 2 test. */
double timelaw_passes(int64_t epochs, int64_t n_train, int64_t n_val, int64_t n_test);

/* Seconds of so many passes on one thread. */
double timelaw_seconds(const TimeLaw *law, double macs, double acts, double passes);

/* The ends of a trial's 90 % interval, over its prediction: low < 1 < high. */
double timelaw_low(const TimeLaw *law);
double timelaw_high(const TimeLaw *law);

#endif
