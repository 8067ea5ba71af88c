/* harness/cli/cmd_verdict.c: `isoflop verdict`: each observation with its rule, effect, interval,
 * n. */
#include "harness/cli/command.h"
#include "harness/cli/study_folder.h"

#include "results/export.h"
#include "results/ranking.h"
#include "results/verdict.h"

static const char *const usage[] = {"DIR [--json]", NULL};
static const char *const notes[] = {
    "Rules are fixed before the first run. Points are selected on validation and judged on test; "
    "networks that were not trained long enough decide nothing.",
    NULL};

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
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

const Command cmd_verdict = {
    .name = "verdict",
    .summary = "what a study says: observations with rule, effect, interval and n; rankings",
    .usage = usage,
    .notes = notes,
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
