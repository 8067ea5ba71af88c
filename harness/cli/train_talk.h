/*
 * harness/cli/train_talk.h: what `isoflop train` says: lines for people, or JSON lines on stdout.
 */
#ifndef HARNESS_CLI_TRAIN_TALK_H
#define HARNESS_CLI_TRAIN_TALK_H

#include "harness/cli/command.h"

#include "harness/trainer.h"

typedef struct TrainTalk {
    const Call *call;
    int64_t epochs; /* of the whole training */
    Err err;        /* of the first line that could not be printed: ends the training */
} TrainTalk;

/* Callbacks that talk, and stop on a signal or when nobody can be told; `talk` outlives them. */
TrainCallbacks train_talk(TrainTalk *talk);

/* The result; a line that cannot be printed stays in talk->err. */
void train_talk_end(TrainTalk *talk, const TrainReport *report);

#endif
