/* harness/cli/study_folder.c: opening a study directory for reading, and its report. */
#include "harness/cli/study_folder.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "harness/provenance.h"
#include "plots/report.h"

#include <stdlib.h>
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

ErrCode study_folder_open(StudyFolder *folder, const char *path, StoreGround ground, Err *err)
{
    *folder = (StudyFolder){.path = path};
    TRY(open_store(folder, err));
    TRY(store_trust(folder->store, ground, err));
    TRY(store_study(folder->store, &folder->arena, &folder->results, err));
    const char *yaml = folder->results.revision.yaml;
    TRY(study_parse_stored(&folder->study, "study.yaml of the store", yaml, err));
    folder->objective = study_objective(folder->study, folder->results.revision.target_macs);
    TRY(store_set_score(folder->store, study_folder_score, &folder->objective, err));
fail:
    return err->code;
}

ErrCode study_folder_read_results(StudyFolder *folder, Err *err)
{
    return store_results(folder->store, &folder->arena, &folder->results, err);
}

/* By digest, then in the plan's order, which is that of the array they lie in. */
static int compare_points(const void *left, const void *right)
{
    const StorePoint *a = *(const StorePoint *const *)left, *b = *(const StorePoint *const *)right;
    const int order = strcmp(a->trial_digest, b->trial_digest);
    return order != 0 ? order : (a > b) - (a < b);
}

ErrCode study_folder_read_points(StudyFolder *folder, Err *err)
{
    const StoreResults *results = &folder->results;
    TRY(store_points(folder->store, &folder->arena, &folder->results, err));
    folder->by_digest = arena_zalloc(&folder->arena, results->n_points, sizeof(*folder->by_digest));
    TRY(arena_ok(&folder->arena, err));
    size_t n = 0;
    for (size_t i = 0; i < results->n_points; i++)
        if (results->points[i].point.trial_digest != NULL)
            folder->by_digest[n++] = &results->points[i].point;
    qsort((void *)folder->by_digest, n, sizeof(*folder->by_digest), compare_points);
    folder->n_by_digest = n;
fail:
    return err->code;
}

static int compare_digest(const void *digest, const void *point)
{
    return strcmp(digest, (*(const StorePoint *const *)point)->trial_digest);
}

/* Whether a point shows trials of a seed: a retrain those of its own, others all but these. */
static bool shows_seed(const StudyFolder *folder, const StorePoint *point, int64_t seed)
{
    bool is_shown = true;
    for (size_t i = 0; i < folder->study->n_parts; i++) {
        const StudyPart *part = &folder->study->parts[i];
        const bool is_own = part->kind == STUDY_RETRAIN && yaml_has_int(&part->retrain.seeds, seed);
        if (part->kind == STUDY_RETRAIN && strcmp(part->name, point->part) == 0)
            return is_own;
        is_shown &= !is_own;
    }
    return is_shown;
}

void study_folder_label(const StudyFolder *folder, const char *digest, int64_t seed, Text *out)
{
    const StorePoint *const *first =
        folder->n_by_digest > 0
            ? bsearch(digest, (const void *)folder->by_digest, folder->n_by_digest,
                      sizeof(*folder->by_digest), compare_digest)
            : NULL;
    if (first == NULL)
        return;
    while (first > folder->by_digest && compare_digest(digest, first - 1) == 0)
        first--;
    const StorePoint *const *found = first, *const *end = folder->by_digest + folder->n_by_digest;
    while (found < end && compare_digest(digest, found) == 0 && !shows_seed(folder, *found, seed))
        found++;
    const bool is_there = found < end && compare_digest(digest, found) == 0;
    study_folder_label_point(is_there ? *found : *first, out);
}

void study_folder_label_point(const StorePoint *point, Text *out)
{
    text_append(out, point->figure);
    if (point->genes != NULL) {
        text_printf(out, " %s", point->genes);
        return;
    }
    if (strcmp(point->series, point->figure) != 0)
        text_printf(out, " %s", point->series);
    for (size_t d = 0; d < ARRAY_LEN(point->nominal); d++)
        text_printf(out, " %.2f", point->nominal[d]);
}

void study_folder_close(StudyFolder *folder)
{
    store_close(&folder->store);
    study_destroy(&folder->study);
    arena_release(&folder->arena);
}

ErrCode study_folder_report(const char *path, const char *out, char **report, int *n_missing,
                            Err *err)
{
    StudyFolder folder;
    Provenance provenance;
    TRY(study_folder_open(&folder, path, STORE_GROUND_REPORT, err));
    provenance_collect(&provenance, cpu_best_level());
    const ReportOptions options = {
        .folder = out != NULL ? out : path,
        .score = study_folder_score,
        .context = &folder.objective,
        .version = provenance.version,
    };
    TRY(report_write(folder.store, &options, n_missing, err));
    *report = file_join(options.folder, "report.html");
    if (!*report)
        (void)err_memory(err, strlen(path));
fail:
    study_folder_close(&folder);
    return err->code;
}
