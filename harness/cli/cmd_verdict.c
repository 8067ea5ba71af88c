/* harness/cli/cmd_verdict.c: `isoflop verdict`: each observation with its rule, effect, interval,
 * n. */
#include "harness/cli/command.h"
#include "harness/cli/study_folders.h"

#include "base/sys.h"
#include "results/export.h"
#include "results/export_beside.h"
#include "results/ranking.h"
#include "results/verdict.h"

static const char *const usage[] = {"DIR [--json]", "DIR DIR... [--json]", NULL};
static const char *const notes[] = {
    "Rules are fixed before the first run. Points are selected on validation and judged on test; "
    "networks that were not trained long enough decide nothing.",
    "Several studies stand side by side, claim by claim, as in 'report'.", NULL};

static ErrCode print_beside(const Call *call, Err *err)
{
    StudyFolders folders = {0};
    ExportBeside *studies = mem_calloc(call->n_args, sizeof *studies);
    Text out = {.columns = call->columns};
    if (studies == NULL)
        return err_memory(err, call->n_args * sizeof *studies);
    TRY(study_folders_open(&folders, call->args, call->n_args, STORE_GROUND_RESULTS, err));
    for (size_t i = 0; i < folders.n; i++) {
        StudyFolder *study = &folders.items[i];
        ExportBeside *s = &studies[i];
        *s = (ExportBeside){.folder = study->path, .results = &study->results};
        TRY(study_folder_read_results(study, err));
        TRY(store_curves(study->store, &study->arena, &study->results, err));
        TRY(verdict_all(&study->results, &study->arena, s->verdicts, &s->n_verdicts, err));
        TRY(ranking_all(&study->results, study_folder_score, &study->objective, &study->arena,
                        &s->rankings, &s->n_rankings, err));
    }
    if (call->json)
        TRY(export_beside_json(studies, folders.n, &out, err));
    else
        TRY(export_beside_text(studies, folders.n, &out, err));
    TRY(call_print_lines(call, &out, err));
fail:
    study_folders_close(&folders);
    mem_free(studies);
    text_release(&out);
    return err->code;
}

static ErrCode print_one(const Call *call, Err *err)
{
    StudyFolder study;
    Verdict verdicts[VERDICT_MAX];
    size_t n_verdicts = 0;
    Ranking *rankings = NULL;
    size_t n_rankings = 0;
    Text out = {.columns = call->columns};
    TRY(study_folder_open(&study, call->args[0], STORE_GROUND_RESULTS, err));
    TRY(study_folder_read_results(&study, err));
    TRY(store_curves(study.store, &study.arena, &study.results, err));
    TRY(verdict_all(&study.results, &study.arena, verdicts, &n_verdicts, err));
    TRY(ranking_all(&study.results, study_folder_score, &study.objective, &study.arena, &rankings,
                    &n_rankings, err));
    if (call->json) {
        TRY(export_verdicts_json(verdicts, n_verdicts, rankings, n_rankings, &out, err));
    } else {
        TRY(export_verdicts_text(verdicts, n_verdicts, rankings, n_rankings, &out, err));
        if (n_rankings > 0)
            objective_explain(&study.objective, &out);
    }
    TRY(call_print_lines(call, &out, err));
fail:
    study_folder_close(&study);
    text_release(&out);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    return call->n_args > 1 ? print_beside(call, err) : print_one(call, err);
}

const Command cmd_verdict = {
    .name = "verdict",
    .summary = "what a study says: observations with rule, effect, interval and n; rankings",
    .usage = usage,
    .notes = notes,
    .min_args = 1,
    .max_args = SIZE_MAX,
    .shared = SHARED_JSON,
    .run = run,
};
