/*
 * results/trial_facts.h: everything the store knows of one trial, section by section: itself, the
 * points that ask for it, epochs, attempts, files, provenance.
 */
#ifndef RESULTS_TRIAL_FACTS_H
#define RESULTS_TRIAL_FACTS_H

#include "results/store.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { TRIAL_FACTS_SECTIONS = 6 };

typedef struct TrialFacts {
    const char *name;   /* "trial", "points", "epochs", "attempts", "files", "provenance" */
    bool is_record;     /* at most one row, of many columns */
    const char *spared; /* columns that lines too long do without, first to last, blanks between */
    const char *note;   /* the last column where it is a text of any length, or NULL */
    StoreTable table;   /* lives in the arena */
} TrialFacts;

/* The first section is without a row if there is no such trial. Errors: as store_query. */
ErrCode trial_facts_read(Store *store, int64_t trial, Arena *arena,
                         TrialFacts facts[TRIAL_FACTS_SECTIONS], Err *err) ERR_CHECKED;

#endif
