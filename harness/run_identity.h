/*
 * harness/run_identity.h: what a study's data are known by, and that they are still the same.
 *
 * A study knows its data by the hash of their contents. One begun by an earlier version knows an
 * image folder by names and sizes; its trials keep the digests they have, so that nothing is
 * trained again, and the contents are recorded beside it from then on. Either way the fact
 * "data/identity" holds what the contents were, and other contents are refused.
 */
#ifndef HARNESS_RUN_IDENTITY_H
#define HARNESS_RUN_IDENTITY_H

#include "harness/run_state.h"

/*
 * Sets data->identity to what the store was begun with; NULL, or one without a plan: to contents.
 * On `threads` threads. Errors: ERR_USAGE where the contents are no longer what they were, with the
 * files that differ as far as they are known; those of the store and of opening the data set.
 */
ErrCode run_identity_choose(StudyData *data, Store *store, const RunSettings *settings, int threads,
                            Err *err) ERR_CHECKED;

/*
 * Records that fact, and in "data/majority" the percentage of the test images that their most
 * frequent class has: what figures show as chance. Errors: those of the store.
 */
ErrCode run_identity_record(RunState *run, Err *err) ERR_CHECKED;

#endif
