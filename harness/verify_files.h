/* harness/verify_files.h: weight files held against each other; private to verify*.c. */
#ifndef HARNESS_VERIFY_FILES_H
#define HARNESS_VERIFY_FILES_H

#include "harness/verify_types.h"

#include "base/err.h"
#include "results/store.h"

/* Puts down a difference. Lack of memory shows in arena_ok. */
void verify_differs(VerifyReport *report, const char *format, ...) ERR_PRINTF(2, 3);

/* Where files were made now, and where they are compared with those of. */
typedef struct VerifyPlaces {
    const Dir *made, *study;
} VerifyPlaces;

/*
 * A file that was made now against what the store says of it and against the one that lies in the
 * study. If it `restores`, it takes that one's place where the store's digest is its own and not
 * the other's. Errors: ERR_IO, ERR_MEMORY, ERR_DATA (the new one cannot be read).
 */
ErrCode verify_file(VerifyReport *report, const VerifyPlaces *places, bool restores,
                    const StoreArtifact *artifact, Err *err) ERR_CHECKED;

#endif
