/*
 * harness/training.h: what a training is given, what it tells while it runs, and its report.
 *
 * Plain data, shared by the trainer's files and whoever calls trainer_run.
 */
#ifndef HARNESS_TRAINING_H
#define HARNESS_TRAINING_H

#include "harness/study.h"

#include "base/cpu.h"
#include "models/network.h"
#include "results/epoch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names of checkpoints begin so, in a training's folder. */
#define TRAINING_CHECKPOINT_PREFIX "checkpoint-"

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
    double processor_s;      /* of all threads of the process meanwhile */
} TrainReport;

/* All callbacks run on the calling thread, between steps; any may be NULL. */
typedef struct TrainCallbacks {
    void *user;
    void (*begun)(void *user);                     /* `dir` is this training's: nothing refused */
    void (*epoch)(void *user, const Epoch *epoch); /* also for those a checkpoint brings back */
    void (*checkpoint)(void *user, int64_t step);  /* steps done when it was written */
    void (*warning)(void *user, const char *message);
    /* Images decoded so far, and what came of it; not called where they lie in the cache. */
    void (*preparing)(void *user, uint32_t done, uint32_t total);
    void (*prepared)(void *user, uint32_t n_images, double seconds);
    /* Steps done of all: once at the start, then after each. */
    void (*step)(void *user, int64_t step, int64_t steps);
    bool (*should_stop)(void *user); /* asked after every batch, and while images are prepared */
} TrainCallbacks;

typedef struct TrainJob {
    const Network *network;
    const StudyData *data;
    const char *data_root; /* where data sets are looked up; NULL = ISOFLOP_DATA */
    const char *images;    /* digest of the only images that will do, or NULL */
    const Recipe *recipe;
    int64_t seed;
    int threads;               /* >= 1 */
    CpuLevel level;            /* highest instruction set used */
    const char *study;         /* folder that the next two are in, through no link; or NULL */
    const char *dir;           /* made if need be; everything is written here */
    const char *const *resume; /* folders whose checkpoints may be taken up, newest wins */
    size_t n_resume;
    const char *init;      /* weight file to start from, or NULL */
    unsigned accept;       /* OriginAccept: what of its origin may be another */
    bool is_bare;          /* weights without metadata, as the first release wrote them */
    const char *cache;     /* last resort for decoded data (data/imageset.h), or NULL */
    bool keep_checkpoints; /* after the end, too: a coordinator has still to accept it */
    int64_t checkpoint_ns; /* time between checkpoints inside an epoch; 0 = 60 s */
} TrainJob;

#endif
