/*
 * harness/trainer_state.h: a training while it runs; private to trainer*.c. It is the bottom:
 * trainer_files stands on it, trainer.c on both.
 */
#ifndef HARNESS_TRAINER_STATE_H
#define HARNESS_TRAINER_STATE_H

#include "harness/study_data.h"
#include "harness/training.h"
#include "harness/training_keys.h"

#include "base/arena.h"
#include "base/dir.h"
#include "base/hash.h"
#include "data/batches.h"
#include "nn/net.h"
#include "nn/schedule.h"
#include "weights/origin.h"

/* Everything a checkpoint must bring back besides the Net. */
typedef struct TrainPosition {
    int64_t epoch;      /* 0-based, the one being worked on; recipe.epochs: all done */
    int64_t step;       /* steps done in it */
    double loss_sum;    /* of its images so far, in the order of the batches */
    int64_t n_seen;     /* images of it so far */
    double train_s;     /* seconds spent on its training so far */
    int64_t best_epoch; /* from 1; 0 = none */
    double best_val_top1;
    char best_hash[HASH_HEX_BYTES]; /* of best-EPOCH.safetensors */
} TrainPosition;

/* A checkpoint of this training that is known to be good. */
typedef struct TrainGeneration {
    int64_t step; /* -1: none */
    int64_t best_epoch;
} TrainGeneration;

typedef struct Trainer {
    const TrainJob *job;
    const TrainCallbacks *callbacks;
    TrainReport *report;
    Dir *study;   /* job->study, or NULL */
    Dir *folder;  /* job->dir */
    Dir **resume; /* [job->n_resume]; NULL where there is none */
    StudyImages images;
    ImageSet *set;
    Batches *parts[N_PARTS];
    Net *net;
    DataStats stats;     /* of the training images */
    WeightOrigin origin; /* of the weights to come */
    WeightOrigin init;   /* of those it starts from */
    double ema;          /* in force: recipe_ema */
    NetValues measured;  /* NET_EMA if there are averages, else NET_WEIGHTS */
    Arena arena;
    Batch batch;
    Schedule schedule;
    TrainingKeys keys; /* a checkpoint of anything else is not taken up */
    TrainPosition at;
    Epoch *epochs;                  /* [recipe.epochs]; at.epoch of them are filled */
    int64_t checkpoint_at_ns;       /* when the last one was written */
    TrainGeneration newest, before; /* the last two checkpoints */
} Trainer;

/* Steps done over all epochs. */
int64_t trainer_state_step(const Trainer *trainer);

/* Says something to whoever listens. */
void trainer_state_warn(const Trainer *trainer, const char *format, ...) ERR_PRINTF(2, 3);

#endif
