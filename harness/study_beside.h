/*
 * harness/study_beside.h: which studies may stand side by side.
 *
 * Their networks and data may differ, that is what is looked at; what trains and measures them must
 * not: a difference would be one of recipes.
 */
#ifndef HARNESS_STUDY_BESIDE_H
#define HARNESS_STUDY_BESIDE_H

#include "harness/study_types.h"

#include "base/err.h"
#include "results/store.h"

/* One of them, as it was stored. */
typedef struct StudyBeside {
    const char *folder; /* as the user gave it, for messages */
    const Study *study;
    const StoreResults *results; /* of which study and revision are read */
} StudyBeside;

/*
 * Errors: ERR_USAGE, and the first reason: constructed data beside real ones, other arithmetic,
 * other tolerance of equal cost, another recipe (the keys that differ), the same study twice.
 */
ErrCode study_beside_check(const StudyBeside *studies, size_t n, Err *err) ERR_CHECKED;

#endif
