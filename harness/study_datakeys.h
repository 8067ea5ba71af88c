/* harness/study_datakeys.h: the keys of `data`, of a study and of a data set that is carried to. */
#ifndef HARNESS_STUDY_DATAKEYS_H
#define HARNESS_STUDY_DATAKEYS_H

#include "harness/study_types.h"

#include "base/err.h"

/* The keys of `data`; the struct is StudyData. */
extern const YamlTable study_data_table;

/*
 * Makes a path absolute that a node of the study gives: relative to the study's file where that
 * says it, to the current folder where an option does. ERR_MEMORY, ERR_IO.
 */
ErrCode study_anchor(const Study *study, const YamlNode *node, const char **path,
                     Err *err) ERR_CHECKED;

#endif
