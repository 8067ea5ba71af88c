/* harness/cli/data_facts.h: what `isoflop data` has found out, as text and as JSON. */
#ifndef HARNESS_CLI_DATA_FACTS_H
#define HARNESS_CLI_DATA_FACTS_H

#include "base/text.h"
#include "data/imagestats.h"
#include "data/survey.h"

/* The handles are the command's own. */
typedef struct DataFacts {
    Dataset *data;
    Survey survey;
    Split split;
    ImageSet *images;
    ImageSetReport report;
    int threads;     /* that prepared the images */
    DataStats stats; /* of the training subset */
} DataFacts;

void data_facts_json(const DataFacts *facts, Text *out);
void data_facts_plain(const DataFacts *facts, Text *out);

#endif
