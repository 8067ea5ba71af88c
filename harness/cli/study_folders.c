/* harness/cli/study_folders.c: opens one after the other, then asks whether they belong together.
 */
#include "harness/cli/study_folders.h"

#include "base/file.h"
#include "base/sys.h"
#include "harness/provenance.h"
#include "harness/study_beside.h"
#include "plots/report_beside.h"

static ErrCode check(const StudyFolders *folders, Err *err)
{
    StudyBeside *beside = mem_calloc(folders->n, sizeof *beside);
    if (beside == NULL)
        return err_memory(err, folders->n * sizeof *beside);
    for (size_t i = 0; i < folders->n; i++)
        beside[i] = (StudyBeside){.folder = folders->items[i].path,
                                  .study = folders->items[i].study,
                                  .results = &folders->items[i].results};
    const ErrCode code = study_beside_check(beside, folders->n, err);
    mem_free(beside);
    return code;
}

ErrCode study_folders_open(StudyFolders *folders, const char *const *paths, size_t n,
                           StoreGround ground, Err *err)
{
    *folders = (StudyFolders){.items = mem_calloc(n, sizeof(StudyFolder))};
    if (folders->items == NULL)
        return err_memory(err, n * sizeof(StudyFolder));
    for (size_t i = 0; i < n; i++) {
        folders->n = i + 1;
        TRY(study_folder_open(&folders->items[i], paths[i], ground, err));
    }
    TRY(check(folders, err));
fail:
    return err->code;
}

ErrCode study_folders_report(const StudyFolders *folders, const char *out, char **report,
                             int *n_missing, Err *err)
{
    Provenance provenance;
    ReportBeside *beside = mem_calloc(folders->n, sizeof *beside);
    if (beside == NULL)
        return err_memory(err, folders->n * sizeof *beside);
    for (size_t i = 0; i < folders->n; i++)
        beside[i] = (ReportBeside){.folder = folders->items[i].path,
                                   .store = folders->items[i].store,
                                   .score = study_folder_score,
                                   .context = &folders->items[i].objective};
    provenance_collect(&provenance, cpu_best_level());
    TRY(report_beside_write(beside, folders->n, out, provenance.version, n_missing, err));
    *report = file_join(out, "report.html");
    if (*report == NULL)
        (void)err_memory(err, 1);
fail:
    mem_free(beside);
    return err->code;
}

void study_folders_close(StudyFolders *folders)
{
    for (size_t i = 0; i < folders->n; i++)
        study_folder_close(&folders->items[i]);
    mem_free(folders->items);
    *folders = (StudyFolders){0};
}
