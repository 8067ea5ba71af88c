/*
 * results/steptime.h: how long a training step of a study's networks takes, measured in turn.
 *
 * Times of trials are no measurement of a network: trials run side by side and slow each other
 * down. `bench study DIR` makes a round of one step of every network, and another, and so on, so
 * that a slow moment meets all of them; what it found are facts of the store, "step/NETWORK", of
 * which the newest is in force.
 */
#ifndef RESULTS_STEPTIME_H
#define RESULTS_STEPTIME_H

#include "results/store.h"

#define STEPTIME_REMEDY "measure them with 'isoflop bench study' on this folder"

/* Of one network. */
typedef struct StepTime {
    double ms;       /* median of a step over the rounds */
    double error;    /* standard error of ln(ms) relative to the other networks of the rounds */
    double n_rounds; /* that it is from */
} StepTime;

/*
 * times[n_networks][n_rounds] of steps, any unit in milliseconds, to out[n_networks]; n_rounds
 * >= 2. work[n_rounds] is scratch.
 */
void steptime_summarise(const double *times, int n_networks, int n_rounds, double *work,
                        StepTime *out);

/* The fact of a network; `text` (for people) and the digest are borrowed. Its name is in `name`. */
enum { STEPTIME_NAME_BYTES = 48 };
StoreFact steptime_fact(const char *network, const StepTime *time, const char *text,
                        char name[STEPTIME_NAME_BYTES]);

/* What a fact says; false: it is none of a step's time. */
bool steptime_of(const StoreFact *fact, StepTime *out);

/* The newest time of a network; false: none was measured. */
bool steptime_find(const StoreResults *results, const char *network, StepTime *out);

#endif
