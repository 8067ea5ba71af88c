/* harness/cli/space_facts.h: a search space and its survey, for people and for programs. */
#ifndef HARNESS_CLI_SPACE_FACTS_H
#define HARNESS_CLI_SPACE_FACTS_H

#include "base/text.h"
#include "search/netspace.h"
#include "search/netspace_survey.h"

/* Appends a JSON document. */
void space_facts_json(const NetSpace *space, const NetSpaceSurvey *survey, Text *out);

/* Appends a table of the genes, and lines of counts. */
void space_facts_text(const NetSpace *space, const NetSpaceSurvey *survey, Text *out);

#endif
