/*
 * plots/report_beside.h: several studies as one self-contained page.
 *
 * Claim by claim what each of them says, then strategies at equal cost with a column a study, then
 * their figures in turn. Whether they may be compared is for the caller to know
 * (harness/study_beside.h). The page is as safe and as complete in itself as that of one study.
 */
#ifndef PLOTS_REPORT_BESIDE_H
#define PLOTS_REPORT_BESIDE_H

#include "base/err.h"
#include "results/store.h"

#include <stddef.h>

typedef struct ReportBeside {
    const char *folder; /* as the user gave it */
    Store *store;
    StoreScore score;    /* the study's objective */
    const void *context; /* handed to score */
} ReportBeside;

/*
 * Draws every study's figures into `out`/figures/N-STUDY and writes `out`/report.html, atomically.
 * *n_missing counts figures that gnuplot could not draw. Errors: as report_write.
 */
ErrCode report_beside_write(const ReportBeside *studies, size_t n, const char *out,
                            const char *version, int *n_missing, Err *err) ERR_CHECKED;

#endif
