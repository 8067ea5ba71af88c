/*
 * harness/progress.h: how far a trial and a run are, as facts, and when they will be through.
 *
 * Plain data and one formula, shared by the coordinator, which hears its workers, and by whoever
 * reads the store while it runs. Nothing here knows terminals.
 */
#ifndef HARNESS_PROGRESS_H
#define HARNESS_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

enum { PROGRESS_LABEL_MAX = 128 };

/* A trial that is being trained. */
typedef struct ProgressTrial {
    int64_t number, seed;
    char label[PROGRESS_LABEL_MAX]; /* the first point that asks for it: "grid 1.2 1.1 1.15" */
    int64_t epoch, epochs;          /* finished, of */
    double share;                   /* of the whole training that is done, 0 to 1 */
    /* Of the last finished epoch; NaN: none yet (the speed may be that of the first steps). */
    double train_loss, val_top1, images_per_second;
} ProgressTrial;

/* Work in any unit that is proportional to time, and the seconds that it took. */
typedef struct ProgressPace {
    double work, seconds;
} ProgressPace;

/* What is still to be done, in the same unit. */
typedef struct ProgressLeft {
    double work;    /* of all trials */
    double longest; /* of the longest: it cannot be shared out */
    size_t n_trials;
} ProgressLeft;

/*
 * Seconds until all is done with so many trials side by side, at the pace so far; 0 when nothing is
 * left, NaN without a pace.
 */
double progress_eta(const ProgressLeft *left, size_t side_by_side, ProgressPace pace);

#endif
