/*
 * results/under_way.h: what the store knows of a run while it runs: the trials that are being
 * trained, with their newest epochs, and how much work is left.
 *
 * Work is counted in MACs of a network times epochs: of one study it is proportional to time.
 */
#ifndef RESULTS_UNDER_WAY_H
#define RESULTS_UNDER_WAY_H

#include "results/store.h"

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* A trial whose attempt of the newest run has not ended. */
typedef struct UnderWayTrial {
    int64_t trial, seed;
    double macs;                                    /* of the network */
    int64_t epochs;                                 /* it is to make */
    int64_t epoch;                                  /* finished */
    double train_loss, val_top1, images_per_second; /* of the last one; NaN: none yet */
    double seconds;                                 /* of all its epochs */
    StorePoint point; /* first that asks for it: figure (NULL: none does), series, nominal and genes
                         alone */
} UnderWayTrial;

/* Work is that of the trials that the newest revision lists; running ones count as not begun. */
typedef struct UnderWay {
    UnderWayTrial *trials; /* [n_trials], by number */
    size_t n_trials;
    double all, left, longest; /* work; `longest` of one trial that is not finished */
    double paced, paced_s;     /* work of some finished trials, and seconds of their epochs */
} UnderWay;

/* Into the arena. Errors: those of store.h; ERR_DATA if a trial's network is not there. */
ErrCode under_way_read(Store *store, Arena *arena, UnderWay *out, Err *err) ERR_CHECKED;

#endif
