/*
 * harness/study_tune.h: the part `tune` of a study: learning rates to choose from before anything
 * is compared.
 *
 * A recipe's learning rate suits some networks better than others, and what looks like a better way
 * to scale may be a better rate. So a study may try factors on the recipe's rate, once on its
 * baseline or on each network that it compares, and choose by validation.
 */
#ifndef HARNESS_STUDY_TUNE_H
#define HARNESS_STUDY_TUNE_H

#include "harness/study_types.h"

#include "base/err.h"

/* The keys of the part; its struct is StudyPart. */
extern const YamlTable study_tune_table;

/* After the keys were read: what is in force. ERR_USAGE with the place. */
ErrCode study_tune_read(const Study *study, const YamlNode *body, StudyPart *part,
                        Err *err) ERR_CHECKED;

/*
 * Gives the recipe the learning rate that a trial of a network has, which its digest tells: with
 * the study's data of digest `images`, and its epochs in the recipe. A study without `tune` keeps
 * its own. ERR_MEMORY.
 */
ErrCode study_tune_find_rate(Study *study, const char *network, const char *images,
                             const char *trial_digest, Err *err) ERR_CHECKED;

/* The index of the study's part `tune`, or STUDY_NONE. */
int study_tune_part(const Study *study);

/*
 * Whether all parts can be tuned as the study asks. ERR_USAGE with the place: a second part `tune`;
 * a search beside `on: each`.
 */
ErrCode study_tune_check(const Study *study, Err *err) ERR_CHECKED;

#endif
