/*
 * harness/study_judges.h: the key `judge_seeds` of a study: seeds that judge what others chose.
 *
 * What was chosen on some seeds is judged on others: a network that came out well on a seed was
 * chosen for it, and would be flattered by it. Parts `compare` are trained with judge seeds alone,
 * and keep them to themselves (results/store.h, own seeds).
 */
#ifndef HARNESS_STUDY_JUDGES_H
#define HARNESS_STUDY_JUDGES_H

#include "harness/study_types.h"

#include "base/err.h"

/* Stores of older versions judge on the seeds that choose, unless the study says otherwise. */
enum { STUDY_JUDGES_SINCE = 4 };

/*
 * After the parts were read: fills judge_seeds. A list is taken as it is; a count, and silence,
 * which is as many as `seeds`, stand for the numbers from 2001 on that no part trains with; 0 is
 * none. So far away that seeds may be added to those that choose: a part keeps its seeds as long as
 * a store lives. ERR_USAGE with the place: a seed that stands twice or that chooses.
 */
ErrCode study_judges_read(Study *study, Err *err) ERR_CHECKED;

/* The seeds that parts which judge are trained with. */
const YamlInts *study_judges_seeds(const Study *study);

/*
 * The seeds that a part keeps to itself: a retrain's, those of what is judged, those of a tune that
 * shares none with the study, and of a transfer those of the part whose networks it carries; an
 * empty list: none.
 */
const YamlInts *study_judges_own(const Study *study, int part);

#endif
