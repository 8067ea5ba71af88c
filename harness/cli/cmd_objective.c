/* harness/cli/cmd_objective.c: `isoflop objective`: a study's networks by another objective. */
#include "harness/cli/command.h"
#include "harness/cli/study_folder.h"

#include "harness/rerank.h"
#include "harness/study_types.h"

#include <math.h>

static const char *const usage[] = {"DIR [--form F] [--w W] [--target T] [--part P] [--json]",
                                    NULL};
static const char *const notes[] = {
    "Ranks what is stored by any objective, without training: soft is ACC x (MACs/T)^w; hard is "
    "ACC up to T, ACC x (MACs/T)^-1 above; band is ACC within fairness.tolerance of T; hard-soft "
    "is ACC x min(1, (MACs/T)^w); abs is ACC + w x abs(MACs/T - 1) with ACC as a share; pareto has "
    "no score and shows the front. ACC is mean validation accuracy.",
    "How firm a choice is: of the seeds that all networks with a result have, alone counts those "
    "that choose a network by themselves, samples is the share of 2,000 bootstrap samples that do "
    "(pareto: that have it on the front), ~ marks what cannot be told from the first, and the "
    "table over w says for which w <= 0 each network wins.",
    "A search's own objective is that of its part, also for a retrain of what it found; its short "
    "trainings are left out.",
    "--json prints study, samples and parts: part, id, form, w, target_macs, tolerance (of a "
    "band), formula, note, seeds, paired_seeds (how many all have), complete, chosen (how many "
    "are), rows (rank, network, nominal, genes, macs, score, mean_val_top1, mean_test_top1, seeds, "
    "val_top1, diverged, missing, chosen, seeds_alone, share, indistinct_from_winner) and over_w "
    "(low, null for none; high; network).",
    NULL};

typedef struct ObjectiveSettings {
    int form;      /* of form_names */
    const char *w; /* NULL: not given */
    double target; /* 0: not given */
    const char *part;
} ObjectiveSettings;

/* objective_form_names behind the default. */
static const char *const form_names[] = {"study",     "soft", "hard",   "band",
                                         "hard-soft", "abs",  "pareto", NULL};

#define FIELD(field) offsetof(ObjectiveSettings, field)
static const Option options[] = {
    {.name = "form",
     .kind = OPTION_ENUM,
     .offset = FIELD(form),
     .metavar = "F",
     .fallback = "study",
     .names = form_names,
     .doc = "what it ranks by"},
    {.name = "w",
     .kind = OPTION_TEXT,
     .offset = FIELD(w),
     .metavar = "W",
     .doc = "exponent, of abs the weight; without: the study's, for another form -0.07, for "
            "hard-soft and abs -0.1"},
    {.name = "target",
     .kind = OPTION_NUMBER,
     .offset = FIELD(target),
     .metavar = "T",
     .min = STUDY_MIN_TARGET,
     .max = STUDY_MAX_TARGET,
     .doc = "T over the baseline's MACs; without: the study's, or a search's own"},
    {.name = "part",
     .kind = OPTION_TEXT,
     .offset = FIELD(part),
     .metavar = "P",
     .doc = "only this part, by its id; without: every part with a result"},
};
#undef FIELD

/* NaN where it is not given. */
static ErrCode parse_w(const char *text, double *w, Err *err)
{
    *w = (double)NAN;
    if (text == NULL)
        return ERR_NONE;
    if (!text_to_double(text, w))
        return err_set(err, ERR_USAGE, "option '--w' must be a finite number, not '%s'", text);
    if (fabs(*w) > STUDY_MAX_W)
        return err_set(err, ERR_USAGE, "option '--w' must be between %g and %g, not %s",
                       -STUDY_MAX_W, STUDY_MAX_W, text);
    return ERR_NONE;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const ObjectiveSettings *settings = call->settings;
    RerankSettings choice = {.form = settings->form - 1, /* "study" becomes RERANK_AS_STUDY */
                             .target = settings->target,
                             .part = settings->part};
    StudyFolder study = {0};
    Rerank rerank;
    Text out = {.columns = call->columns};
    TRY(parse_w(settings->w, &choice.w, err));
    TRY(study_folder_open(&study, call->args[0], STORE_GROUND_RESULTS, err));
    TRY(study_folder_read_results(&study, err));
    TRY(rerank_make(study.study, &study.results, &choice, &study.arena, &rerank, err));
    if (call->json)
        rerank_json(&rerank, &out);
    else
        rerank_text(&rerank, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    study_folder_close(&study);
    text_release(&out);
    return err->code;
}

const Command cmd_objective = {
    .name = "objective",
    .summary = "rank a study's networks by another objective, and say how firm the choice is",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(ObjectiveSettings),
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
