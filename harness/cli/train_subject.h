/* harness/cli/train_subject.h: what `isoflop train` trains: a network, on images, by a recipe. */
#ifndef HARNESS_CLI_TRAIN_SUBJECT_H
#define HARNESS_CLI_TRAIN_SUBJECT_H

#include "harness/cli/command.h"
#include "harness/cli/data_option.h"
#include "harness/cli/network_options.h"

#include "base/err.h"
#include "base/text.h"
#include "harness/study.h"
#include "harness/training_folder.h"
#include "models/network.h"

#include <stdint.h>

/* The options that say it. */
typedef struct SubjectChoice {
    NetworkChoice network;
    DataOption data;
    int64_t epochs, batch; /* in place of the recipe's; 0 = the recipe's */
} SubjectChoice;

typedef struct Subject {
    Study *study;
    Network network;
    Text spec; /* the network's text */
    char data[DATA_OPTION_NAME_MAX];
    TrainingImages images;
} Subject;

/*
 * Fills a zeroed subject, and warns of a recipe that is hardly meant. ERR_USAGE, ERR_DATA,
 * ERR_MISSING, ERR_IO, ERR_MEMORY; release it also after an error.
 */
ErrCode train_subject_make(Subject *subject, const Call *call, const SubjectChoice *choice,
                           Err *err) ERR_CHECKED;

void train_subject_release(Subject *subject);

#endif
