/*
 * harness/artifacts.h: the files that finished trials left, against what the store says of them.
 */
#ifndef HARNESS_ARTIFACTS_H
#define HARNESS_ARTIFACTS_H

#include "base/dir.h"
#include "base/err.h"
#include "results/store.h"

#include <stdint.h>

/* One file; `why` is what is wrong with it, "is missing", or NULL. All borrowed. */
typedef struct ArtifactState {
    int64_t trial;
    const char *path; /* `folder`/... */
    const char *why;
} ArtifactState;

typedef void ArtifactVisitor(void *user, const ArtifactState *state);

/*
 * Reads every file whole and tells of each, in the order of the trials. Rows whose path leads out
 * of the folder, or that are no rows of ours, are left to the store's seals. Errors: ERR_IO,
 * ERR_MEMORY, those of the store.
 */
ErrCode artifacts_check(const Dir *folder, Store *store, ArtifactVisitor *visit, void *user,
                        Err *err) ERR_CHECKED;

#endif
