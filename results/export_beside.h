/*
 * results/export_beside.h: verdicts of several studies side by side, as JSON and for people.
 */
#ifndef RESULTS_EXPORT_BESIDE_H
#define RESULTS_EXPORT_BESIDE_H

#include "results/ranking.h"
#include "results/store.h"
#include "results/verdict.h"

#include "base/err.h"
#include "base/text.h"

/* What one study says. */
typedef struct ExportBeside {
    const char *folder; /* as the user gave it */
    const StoreResults *results;
    Verdict verdicts[VERDICT_MAX];
    size_t n_verdicts;
    Ranking *rankings;
    size_t n_rankings;
} ExportBeside;

/* A list of studies, each with what export_verdicts_json says of it. Errors: ERR_MEMORY. */
ErrCode export_beside_json(const ExportBeside *studies, size_t n, Text *out, Err *err) ERR_CHECKED;

/* Claim by claim, a line a study. Errors: ERR_MEMORY. */
ErrCode export_beside_text(const ExportBeside *studies, size_t n, Text *out, Err *err) ERR_CHECKED;

#endif
