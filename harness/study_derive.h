/* harness/study_derive.h: the study that a data set of a part `transfer` is. */
#ifndef HARNESS_STUDY_DERIVE_H
#define HARNESS_STUDY_DERIVE_H

#include "harness/study_types.h"

#include "base/err.h"
#include "base/text.h"

/*
 * A study without parts whose data are the index-th of a part `transfer` and whose recipe is that
 * part's, of the same version; *text (text_release it in any case) has it with every value in
 * force. ERR_USAGE: a key's value; study_destroy frees it.
 */
ErrCode study_derive(Study **out, Text *text, const Study *study, int part, size_t index,
                     Err *err) ERR_CHECKED;

#endif
