/* harness/cli/fidelity_facts.h: what `isoflop fidelity` prints of pictures and their areas. */
#ifndef HARNESS_CLI_FIDELITY_FACTS_H
#define HARNESS_CLI_FIDELITY_FACTS_H

#include "harness/cli/picture_source.h"

#include "harness/fidelity.h"

/* One JSON document: `areas` of each picture of the source, and their sums. */
void fidelity_facts_json(const PictureSource *source, const FidelityAreas *areas,
                         const FidelitySummary *sums, Text *out);

/* A table of the sums and a line for people. */
void fidelity_facts_plain(const PictureSource *source, const FidelitySummary *sums, Text *out);

#endif
