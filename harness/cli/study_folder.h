/*
 * harness/cli/study_folder.h: an existing study directory, opened for reading.
 *
 * What `status`, `trials`, `show`, `verdict`, `plot` and `report` have in common: the store, the
 * study as resolved in its newest revision, and the study's objective as the store's score().
 */
#ifndef HARNESS_CLI_STUDY_FOLDER_H
#define HARNESS_CLI_STUDY_FOLDER_H

#include "base/arena.h"
#include "base/err.h"
#include "harness/study.h"
#include "results/store.h"
#include "results/store_trust.h"
#include "search/objective.h"

typedef struct StudyFolder {
    const char *path; /* as the user gave it; borrowed */
    Store *store;
    Arena arena; /* owner of what is read */
    Study *study;
    StoreResults results; /* the study and what study_folder_read_... read; lives in arena */
    const StorePoint **by_digest; /* [n_by_digest]: trained points, by digest and the plan */
    size_t n_by_digest;
    Objective objective; /* the study's, T in MACs */
} StudyFolder;

/*
 * Opens PATH/study.db, holds what the answer rests on against its seals (store_trust), and reads
 * the study, without its points. ERR_MISSING if there is no study, ERR_DATA if it is damaged, else
 * as store_open_read and store_study. Close it also after an error.
 */
ErrCode study_folder_open(StudyFolder *folder, const char *path, StoreGround ground,
                          Err *err) ERR_CHECKED;

/* Reads everything for verdicts and rankings. Errors: as store_results. */
ErrCode study_folder_read_results(StudyFolder *folder, Err *err) ERR_CHECKED;

/* Reads the points alone, for study_folder_label. Errors: as store_points. */
ErrCode study_folder_read_points(StudyFolder *folder, Err *err) ERR_CHECKED;

/* The study's objective as a StoreScore; context is an Objective. */
double study_folder_score(double top1, double macs, const void *context);

/* PATH/name; mem_free it. NULL without memory. */
char *study_folder_file(const StudyFolder *folder, const char *name);

/*
 * "grid 1.20 1.10 1.15", "frontier 20112": the first point that asks for the trials of `digest` and
 * shows that seed, else the first of the digest; "" if none has it. After study_folder_read_points.
 */
void study_folder_label(const StudyFolder *folder, const char *digest, int64_t seed, Text *out);

/* The same of a point whose figure, series and nominal multipliers, or genes, are known. */
void study_folder_label_point(const StorePoint *point, Text *out);

/* Accepts a zeroed folder. */
void study_folder_close(StudyFolder *folder);

/*
 * Draws the figures and writes report.html of a study directory, into it or, unless NULL, into
 * `out`; *report (mem_free it) is its path.
 * `n_missing` counts figures that gnuplot could not draw.
 */
ErrCode study_folder_report(const char *path, const char *out, char **report, int *n_missing,
                            Err *err) ERR_CHECKED;

#endif
