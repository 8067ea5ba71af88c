/* harness/verify_types.h: what is verified, and what came of it (harness/verify.h). */
#ifndef HARNESS_VERIFY_TYPES_H
#define HARNESS_VERIFY_TYPES_H

#include "base/arena.h"
#include "base/cpu.h"

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

#endif
