/* harness/study_seeds.h: another number of a study's seeds. */
#ifndef HARNESS_STUDY_SEEDS_H
#define HARNESS_STUDY_SEEDS_H

#include "harness/study_types.h"

#include "base/text.h"

/*
 * Appends n seeds as the items of a list, "1, 2, 5": the study's first ones, then the smallest
 * numbers from 1 that neither are among them nor judge.
 */
void study_seeds_count(const Study *study, int64_t n, Text *out);

#endif
