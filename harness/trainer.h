/*
 * harness/trainer.h: trains one network once, from data to metrics, and can be stopped and resumed.
 *
 * data -> nn -> metrics. The outside is a small callback table, so it knows neither SQL nor
 * processes nor terminals. Results (weights, every metric but seconds) are a function of network,
 * data, recipe, seed and arithmetic revision: not of threads, instruction set, or interruptions.
 *
 * In `dir` it writes checkpoint-STEP.safetensors (the two last generations), best-EPOCH.safetensors
 * (weights of the best epoch those speak of), and at the end weights.safetensors (what was measured
 * after the last epoch) and best.safetensors. A damaged checkpoint is skipped, loudly, for the one
 * before it. An epoch's loss is summed in double, in the order of its batches.
 */
#ifndef HARNESS_TRAINER_H
#define HARNESS_TRAINER_H

#include "harness/study.h"

#include "base/cpu.h"
#include "base/err.h"
#include "models/network.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One finished epoch. */
typedef struct TrainEpoch {
    int64_t epoch;            /* from 1 */
    double train_loss;        /* mean over the epoch's images, smoothing included */
    double val_loss;          /* mean cross-entropy on validation, without smoothing */
    double val_top1;          /* percent */
    double lr;                /* of the epoch's last step */
    double seconds;           /* training and validation; over all attempts that worked on it */
    double images_per_second; /* training images over the seconds of training alone */
} TrainEpoch;

typedef enum TrainStatus {
    TRAIN_DONE,
    TRAIN_STOPPED,  /* should_stop said so; a checkpoint is written */
    TRAIN_DIVERGED, /* loss NaN or Inf; the last good checkpoint stays */
} TrainStatus;

typedef struct TrainReport {
    TrainStatus status;
    int64_t epochs;              /* finished */
    double val_top1, val_loss;   /* after the last epoch; NaN if none */
    double best_val_top1;        /* of the best epoch (first of equals) */
    int64_t best_epoch;          /* from 1; 0 = none */
    double test_top1, test_loss; /* after the last epoch; NaN unless TRAIN_DONE */
    int64_t
        bad_step; /* TRAIN_DIVERGED: first step with a bad loss, from 0 over all epochs; else -1 */
    int64_t last_step;       /* steps done, over all epochs */
    int64_t checkpoint_step; /* steps in the newest checkpoint; -1 = none */
    double seconds;          /* of this call */
} TrainReport;

/* All callbacks run on the calling thread, between steps; any may be NULL. */
typedef struct TrainCallbacks {
    void *user;
    void (*epoch)(void *user,
                  const TrainEpoch *epoch);       /* also for those a checkpoint brings back */
    void (*checkpoint)(void *user, int64_t step); /* steps done when it was written */
    void (*warning)(void *user, const char *message);
    /* Images decoded so far, and what came of it; not called where they lie in the cache. */
    void (*preparing)(void *user, uint32_t done, uint32_t total);
    void (*prepared)(void *user, uint32_t n_images, double seconds);
    bool (*should_stop)(void *user); /* asked after every batch, and while images are prepared */
} TrainCallbacks;

typedef struct TrainJob {
    const Network *network;
    const StudyData *data;
    const char *data_root; /* where data sets are looked up; NULL = ISOFLOP_DATA */
    const Recipe *recipe;
    int64_t seed;
    int threads;               /* >= 1 */
    CpuLevel level;            /* highest instruction set used */
    const char *dir;           /* exists; everything is written here */
    const char *const *resume; /* folders whose checkpoints may be taken up, newest wins */
    size_t n_resume;
    const char *init;      /* weight file to start from, or NULL */
    const char *cache;     /* last resort for decoded data (data/imageset.h), or NULL */
    bool keep_checkpoints; /* after the end, too: a coordinator has still to accept it */
    int64_t checkpoint_ns; /* time between checkpoints inside an epoch; 0 = 60 s */
} TrainJob;

/*
 * Trains to the end, to a stop or to divergence. ERR_IO (disk), ERR_DATA, ERR_MISSING, ERR_MEMORY;
 * the report is filled also on failure.
 */
ErrCode trainer_run(const TrainJob *job, const TrainCallbacks *callbacks, TrainReport *report,
                    Err *err) ERR_CHECKED;

#endif
