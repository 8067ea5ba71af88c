/*
 * harness/study_transfer.h: the part `transfer` of a study: networks of another part, trained on
 * other data sets.
 *
 * Each network of the other part is carried to each data set and trained there in each of some
 * ways (StudyWay). A fine-tuning of a seed begins with the weights that the other part's trial of
 * that seed ended with: seeds are blocks from the source to the target.
 */
#ifndef HARNESS_STUDY_TRANSFER_H
#define HARNESS_STUDY_TRANSFER_H

#include "harness/study_types.h"

#include "base/err.h"

/* The keys of the part; its struct is StudyPart. */
extern const YamlTable study_transfer_table;

/* What a study calls a way: "scratch", "finetune". */
const char *study_way_name(int way);

/* After the keys were read: what is in force. ERR_USAGE with the place. */
ErrCode study_transfer_read(YamlDoc *doc, const YamlNode *body, StudyPart *part,
                            Err *err) ERR_CHECKED;

/*
 * Makes the paths of the data of all parts `transfer` absolute, as data.path is made. ERR_MEMORY,
 * ERR_IO.
 */
ErrCode study_transfer_anchor(Study *study, Err *err) ERR_CHECKED;

/*
 * Whether what is carried can be: no rates that are chosen in between, no seeds that the other part
 * has not. ERR_USAGE with the place.
 */
ErrCode study_transfer_check(const Study *study, Err *err) ERR_CHECKED;

#endif
