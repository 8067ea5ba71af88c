/* harness/study_keys.h: the tables of every key of a study, shared by study*.c. */
#ifndef HARNESS_STUDY_KEYS_H
#define HARNESS_STUDY_KEYS_H

#include "harness/study_types.h"

#include "base/err.h"
#include "base/text.h"

extern const YamlTable study_table;

/* The keys of one kind of part. */
const YamlTable *study_part_table(int kind);

/* Reads `parts_node` into study->parts. ERR_USAGE. */
ErrCode study_read_parts(Study *study, Err *err) ERR_CHECKED;

/* Whether every part's figure is one that is drawn. ERR_USAGE with its place, nearest name. */
ErrCode study_check_figures(const Study *study, Err *err) ERR_CHECKED;

/*
 * Names the parts, and finds what each takes from which other. ERR_USAGE with the place: an id that
 * stands twice or does not exist, a part that yields nothing of the kind, a circle.
 */
ErrCode study_link_parts(Study *study, Err *err) ERR_CHECKED;

/* The parts with every value in force. */
void study_emit_parts(const Study *study, Text *out);

#endif
