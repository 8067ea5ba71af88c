/*
 * harness/verify.h: trains a finished trial again and compares every bit with what is stored.
 *
 * Results are a function of study, seed and arithmetic revision, so the second time must give the
 * first one's: every metric of every epoch, the result, and every tensor of the weights and of the
 * best ones. It is trained in DIR/verify-NNNNNN, which goes at the end; a stop leaves it, and the
 * same call goes on from there. The store is only read.
 */
#ifndef HARNESS_VERIFY_H
#define HARNESS_VERIFY_H

#include "harness/trainer.h"

#include "base/arena.h"
#include "base/cpu.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct VerifySettings {
    const char *folder; /* the study's */
    int64_t trial;
    int threads;
    CpuLevel level;
    const char *data_root; /* where data sets are looked up; NULL = ISOFLOP_DATA */
    bool restore; /* put missing or damaged weights back, where the new ones are those of the store
                   */
} VerifySettings;

/* Zero-initialise it. */
typedef struct VerifyReport {
    Arena arena;              /* owner of the texts */
    const char **differences; /* one line each: what is stored, what came out now */
    size_t n_differences;
    int64_t n_epochs;      /* compared */
    int64_t n_tensors;     /* compared, of both files */
    const char **restored; /* paths of files that were put back */
    size_t n_restored;
} VerifyReport;

/*
 * `callbacks` hear of the training; their `epoch` may be NULL. Errors: ERR_USAGE (no such trial, it
 * has not finished, data changed), ERR_VERSION (of another arithmetic revision), ERR_INTERRUPTED,
 * those of the store and of the training. Differences are none. Release the report anyway.
 */
ErrCode verify_trial(VerifyReport *report, const VerifySettings *settings,
                     const TrainCallbacks *callbacks, Err *err) ERR_CHECKED;

void verify_release(VerifyReport *report);

#endif
