/* harness/cli/data_facts.h: what `isoflop data` finds out, and says as text and as JSON. */
#ifndef HARNESS_CLI_DATA_FACTS_H
#define HARNESS_CLI_DATA_FACTS_H

#include "harness/cli/command.h"

#include "base/text.h"
#include "data/imagestats.h"
#include "data/survey.h"

/* What is asked about a data set. */
typedef struct DataQuestion {
    DatasetSettings source;
    SplitSizes sizes;      /* SPLIT_DEFAULT: the set's */
    int64_t resolution;    /* pixels of the subsets; 0: the set's own, else 64 */
    double center_crop;    /* share of the shorter side that is kept */
    bool keep_source;      /* training images keep their own pixels, for augmentation */
    bool wants_duplicates; /* reads every image */
} DataQuestion;

/* What was found out. */
typedef struct DataFacts {
    Dataset *data;
    Survey survey;
    Split split;
    ImageSet *images;
    ImageSetReport report;
    int threads;     /* that prepared the images */
    DataStats stats; /* of the training subset */
    SplitMajority majority[N_PARTS];
} DataFacts;

/*
 * Opens the set, surveys it, chooses and decodes its subsets, on the call's threads and with its
 * progress. Errors: as dataset_open, survey_take, split_init, imageset_open. Release it in either
 * case.
 */
ErrCode data_facts_take(DataFacts *facts, const Call *call, const DataQuestion *question,
                        Err *err) ERR_CHECKED;

/* Accepts a zeroed struct. */
void data_facts_release(DataFacts *facts);

void data_facts_json(const DataFacts *facts, Text *out);
void data_facts_plain(const DataFacts *facts, Text *out);

#endif
