/* harness/study_search.h: the part `search` of a study: its keys, and what they come to. */
#ifndef HARNESS_STUDY_SEARCH_H
#define HARNESS_STUDY_SEARCH_H

#include "harness/study_types.h"

#include "search/objective.h"
#include "search/strategy.h"

#include "base/err.h"

/* The keys of the part; its struct is StudyPart. */
extern const YamlTable study_search_table;

/* Before the keys are read: what may be left out is not given. */
void study_search_begin(StudySearch *search);

/*
 * After the keys were read from `body`: strategies, their options, the screen and the budget. The
 * study's recipe and seeds are there. ERR_USAGE with the place.
 */
ErrCode study_search_read(const Study *study, const YamlNode *body, StudyPart *part,
                          Err *err) ERR_CHECKED;

/* Whether a part is a search, and a run of it trains with a seed. */
bool study_search_trains_with(const StudyPart *part, int64_t seed);

/* Sets the options of the part's own strategy. ERR_USAGE with the place of one that is wrong. */
ErrCode study_search_options(const StudySearch *search, StrategySettings *settings,
                             Err *err) ERR_CHECKED;

/*
 * Its objective: a band ends at T. `baseline_macs` are those of the study's baseline.
 */
Objective study_search_objective(const StudySearch *search, int64_t baseline_macs);

/* The value of a part's key as written, or the part itself, for the place in a message. */
const YamlNode *study_search_node(const Study *study, int part, const char *key);

#endif
