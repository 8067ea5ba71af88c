/*
 * harness/cli/train_talk.h: what `isoflop train` says: lines for people, or JSON lines on stdout;
 * and the same JSON lines in the training's folder.
 */
#ifndef HARNESS_CLI_TRAIN_TALK_H
#define HARNESS_CLI_TRAIN_TALK_H

#include "harness/cli/command.h"

#include "harness/progress.h"
#include "harness/trainer.h"
#include "harness/training_folder.h"

typedef struct TrainTalk {
    const Call *call;
    const TrainJob *job;
    const TrainingImages *images;
    const char *spec;    /* text of the network */
    Text history;        /* what history.jsonl holds */
    ProgressTrial shown; /* its row on a terminal, filled by train_talk */
    int64_t shown_ns;    /* when it was drawn last; 0 = never */
    Err err; /* of the first line that could not be printed or kept: ends the training */
} TrainTalk;

/* Callbacks that talk, and stop on a signal or when nobody can be told; `talk` outlives them. */
TrainCallbacks train_talk(TrainTalk *talk);

/* The result; a line that cannot be printed stays in talk->err. */
void train_talk_end(TrainTalk *talk, const TrainReport *report);

/* The folder holds this very training, finished. ERR_IO. */
ErrCode train_talk_done(const Call *call, const char *dir, Err *err) ERR_CHECKED;

void train_talk_release(TrainTalk *talk);

#endif
