/*
 * results/steptime.h: how long a training step of a study's networks takes, measured in turn.
 *
 * Times of trials are no measurement of a network: trials run side by side and slow each other
 * down. `bench study DIR` makes a round of one step of every network, and another, and so on, so
 * that a slow moment meets all of them; what it found are facts of the store, "step/NETWORK", of
 * which the newest is in force. Times compare within one measurement alone.
 */
#ifndef RESULTS_STEPTIME_H
#define RESULTS_STEPTIME_H

#include "results/store.h"

#define STEPTIME_REMEDY "measure them with 'isoflop bench study' on this folder"
#define STEPTIME_MIXED "times of different measurements"

/* Of one network. */
typedef struct StepTime {
    double ms;       /* of a step: exp of the mean of ln(time) over the rounds */
    double error;    /* standard error of ln(ms) relative to the other networks of the rounds */
    double n_rounds; /* that it is from */
    const char *measurement; /* how and when, the same of all that it timed; NULL: not known */
} StepTime;

/*
 * times[n_networks][n_rounds] of steps in milliseconds to out[n_networks], without `measurement`;
 * n_rounds >= 2. work[n_rounds] is scratch.
 *
 * A round's pace is its mean of ln(time). It is the same for all networks and so no part of the
 * difference of two, nor of the errors, which are those of ln(time) minus the pace. But the pace
 * has 1/N of each network in it: of a variance s^2 of each (1 - 1/N) s^2 is left, which the errors
 * make good by sqrt(N / (N - 1)). The square of a difference's error is the sum of those of the
 * two. One network alone is relative to nothing: its error is 0.
 */
void steptime_summarise(const double *times, int n_networks, int n_rounds, double *work,
                        StepTime *out);

/* The fact of a network; the digest and the measurement are borrowed. Its name is in `name`. */
enum { STEPTIME_NAME_BYTES = 48 };
StoreFact steptime_fact(const char *network, const StepTime *time, char name[STEPTIME_NAME_BYTES]);

/* What a fact says, whose text is borrowed; false: it is none of a step's time. */
bool steptime_of(const StoreFact *fact, StepTime *out);

/* The newest time of a network; false: none was measured. */
bool steptime_find(const StoreResults *results, const char *network, StepTime *out);

/* Whether two times are of one measurement. */
bool steptime_is_together(const StepTime *a, const StepTime *b);

#endif
