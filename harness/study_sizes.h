/* harness/study_sizes.h: the part `sizes` of a study: its keys. */
#ifndef HARNESS_STUDY_SIZES_H
#define HARNESS_STUDY_SIZES_H

#include "harness/study_types.h"

#include "base/err.h"

enum { STUDY_MIN_SIZES = 3 }; /* of one total that can be told from a line */

/* The keys of the part; its struct is StudyPart. */
extern const YamlTable study_sizes_table;

/* After the keys were read: totals are there, each once. ERR_USAGE. */
ErrCode study_sizes_check(const StudyPart *part, const YamlNode *body, Err *err) ERR_CHECKED;

#endif
