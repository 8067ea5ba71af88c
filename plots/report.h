/*
 * plots/report.h: a study as one self-contained HTML page.
 *
 * From an embedded template: verdicts first, then figures (as data: images with alternative text),
 * rankings, what was unfair, provenance, the command that repeats it. One small script, nothing
 * from elsewhere, a content security policy; light, dark, phone and print. Texts of users are
 * escaped in one place. A polytex study says on top what polytex is.
 */
#ifndef PLOTS_REPORT_H
#define PLOTS_REPORT_H

#include "base/err.h"
#include "results/store.h"

typedef struct ReportOptions {
    const char *folder;  /* the study directory: report.html and figures/ are written there */
    StoreScore score;    /* the study's objective */
    const void *context; /* handed to score */
    const char *command; /* that repeats the study; NULL: as the newest run recorded it */
    const char *version; /* of isoflop, for the foot */
} ReportOptions;

/*
 * Draws every figure that has data and writes `folder`/report.html, atomically. Figures that
 * gnuplot cannot draw are replaced by their error in the page; *n_missing (may be NULL) counts
 * them. Errors: ERR_IO, ERR_MISSING (nothing planned), as store_results.
 */
ErrCode report_write(Store *store, const ReportOptions *options, int *n_missing,
                     Err *err) ERR_CHECKED;

#endif
