/*
 * harness/cli/study_folders.h: several study directories that stand side by side: `report DIR
 * DIR...`, `verdict DIR DIR...`.
 */
#ifndef HARNESS_CLI_STUDY_FOLDERS_H
#define HARNESS_CLI_STUDY_FOLDERS_H

#include "harness/cli/study_folder.h"

typedef struct StudyFolders {
    StudyFolder *items;
    size_t n;
} StudyFolders;

/*
 * Opens all and sees to it that they may be compared. Errors: as study_folder_open and
 * study_beside_check. Close them also after an error.
 */
ErrCode study_folders_open(StudyFolders *folders, const char *const *paths, size_t n,
                           StoreGround ground, Err *err) ERR_CHECKED;

/*
 * Draws all figures and writes `out`/report.html; *report (mem_free it) is its path. `n_missing`
 * counts figures that gnuplot could not draw.
 */
ErrCode study_folders_report(const StudyFolders *folders, const char *out, char **report,
                             int *n_missing, Err *err) ERR_CHECKED;

/* Accepts zeroed ones. */
void study_folders_close(StudyFolders *folders);

#endif
