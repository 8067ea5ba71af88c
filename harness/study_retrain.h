/* harness/study_retrain.h: the part `retrain` of a study: its keys, and its fresh seeds. */
#ifndef HARNESS_STUDY_RETRAIN_H
#define HARNESS_STUDY_RETRAIN_H

#include "harness/study_types.h"

#include "base/err.h"

/* The keys of the part; its struct is StudyPart. */
extern const YamlTable study_retrain_table;

/* After the keys were read: `seeds` as a count becomes 1001 and what follows. ERR_USAGE. */
ErrCode study_retrain_read(YamlDoc *doc, StudyPart *part, Err *err) ERR_CHECKED;

#endif
