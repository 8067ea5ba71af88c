/* harness/cli/study_folder.c: opening a study directory for reading, and its report. */
#include "harness/cli/study_folder.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "harness/provenance.h"
#include "plots/report.h"

#include <string.h>

double study_folder_score(double top1, double macs, const void *context)
{
    return objective_score(context, top1, macs);
}

char *study_folder_file(const StudyFolder *folder, const char *name)
{
    return file_join(folder->path, name);
}

static ErrCode open_store(StudyFolder *folder, Err *err)
{
    char *path = study_folder_file(folder, "study.db");
    if (path == NULL)
        return err_memory(err, strlen(folder->path));
    const ErrCode code =
        file_exists(path)
            ? store_open_read(&folder->store, path, err)
            : err_set(err, ERR_MISSING, "no study in '%s': there is no '%s'", folder->path, path);
    mem_free(path);
    return code;
}

static Objective study_objective(const StudyFolder *folder)
{
    return (Objective){
        .form = (ObjectiveForm)folder->study->objective.form,
        .w = folder->study->objective.w,
        .target_macs = (double)folder->results.revision.target_macs,
        .tolerance = folder->study->fairness.tolerance,
    };
}

ErrCode study_folder_open(StudyFolder *folder, const char *path, Err *err)
{
    *folder = (StudyFolder){.path = path};
    TRY(open_store(folder, err));
    TRY(store_results(folder->store, &folder->arena, &folder->results, err));
    const char *yaml = folder->results.revision.yaml;
    TRY(study_parse_stored(&folder->study, "study.yaml of the store", yaml, err));
    folder->objective = study_objective(folder);
    TRY(store_set_score(folder->store, study_folder_score, &folder->objective, err));
fail:
    return err->code;
}

void study_folder_label(const StudyFolder *folder, const char *digest, Text *out)
{
    const StoreResults *results = &folder->results;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *point = &results->points[i].point;
        if (point->trial_digest == NULL || strcmp(point->trial_digest, digest) != 0)
            continue;
        text_append(out, point->figure);
        if (strcmp(point->series, point->figure) != 0)
            text_printf(out, " %s", point->series);
        for (size_t d = 0; d < ARRAY_LEN(point->nominal); d++)
            text_printf(out, " %.2f", point->nominal[d]);
        return;
    }
}

void study_folder_close(StudyFolder *folder)
{
    store_close(&folder->store);
    study_destroy(&folder->study);
    arena_release(&folder->arena);
}

ErrCode study_folder_report(const char *path, char **report, int *n_missing, Err *err)
{
    StudyFolder folder;
    Provenance provenance;
    TRY(study_folder_open(&folder, path, err));
    TRY(store_trust(folder.store, err));
    provenance_collect(&provenance, cpu_best_level());
    const ReportOptions options = {
        .folder = path,
        .score = study_folder_score,
        .context = &folder.objective,
        .version = provenance.version,
    };
    TRY(report_write(folder.store, &options, n_missing, err));
    *report = study_folder_file(&folder, "report.html");
    if (!*report)
        (void)err_memory(err, strlen(path));
fail:
    study_folder_close(&folder);
    return err->code;
}
