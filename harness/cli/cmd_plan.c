/* harness/cli/cmd_plan.c: `isoflop plan`: what a study would train, at what cost, in what time. */
#include "harness/cli/command.h"
#include "harness/cli/jobs_option.h"
#include "harness/cli/plan_specs.h"
#include "harness/cli/seed_options.h"
#include "harness/cli/study_folder.h"

#include "harness/plan.h"
#include "harness/plan_design.h"
#include "harness/plan_noise.h"

#include <math.h>

#define MAX_HOURS 1e5
#define HOUR_S 3600.0

static const char *const usage[] = {
    "STUDY.yaml [--jobs N] [--seeds SEEDS] [--pilot DIR] [--hours H] [--no-time] "
    "[--set PATH=VALUE]... [--json]",
    "STUDY.yaml --specs DIR [--seeds SEEDS] [--set PATH=VALUE]... [--json]", NULL};
static const char *const notes[] = {"With --specs the study's folder DIR is made and nothing is "
                                    "trained: DIR/trials.csv lists its trials, DIR/specs has their "
                                    "networks, and 'isoflop import' takes the results. What waits "
                                    "for results follows when the same command is given again.",
                                    NULL};

typedef struct PlanSettings {
    JobsOption jobs; /* for the predicted time */
    SeedOptions seeds;
    const char *specs;
    double hours;      /* for a design; 0: none is looked for */
    const char *pilot; /* a study's folder; NULL: the noise is assumed */
    bool no_time;
} PlanSettings;

static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = offsetof(PlanSettings, jobs), .table = &jobs_option},
    {.kind = OPTION_TABLE, .offset = offsetof(PlanSettings, seeds), .table = &seed_options},
    {.name = "pilot",
     .kind = OPTION_TEXT,
     .offset = offsetof(PlanSettings, pilot),
     .metavar = "DIR",
     .doc = "folder of a study of the same data and recipe, whose noise is reckoned with (default: "
            "1.5 points)"},
    {.name = "hours",
     .kind = OPTION_NUMBER,
     .offset = offsetof(PlanSettings, hours),
     .metavar = "H",
     .min = 1e-3,
     .max = MAX_HOURS,
     .doc = "propose the design that sees the smallest effect within H hours on this machine"},
    {.name = "no-time",
     .kind = OPTION_FLAG,
     .offset = offsetof(PlanSettings, no_time),
     .doc = "leave out the calibration (seconds) and the predicted time"},
    {.name = "specs",
     .kind = OPTION_TEXT,
     .offset = offsetof(PlanSettings, specs),
     .metavar = "DIR",
     .doc = "write each trial's network as YAML and ONNX, and trials.csv, for training elsewhere"},
};

/* The noise of a pilot. */
static ErrCode read_noise(Plan *plan, const char *pilot, Err *err)
{
    StudyFolder folder = {0};
    TRY(study_folder_open(&folder, pilot, STORE_GROUND_RESULTS, err));
    TRY(study_folder_read_results(&folder, err));
    TRY(plan_noise_take(plan, pilot, &folder.results, folder.study, err));
fail:
    study_folder_close(&folder);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const PlanSettings *settings = call->settings;
    const int jobs = settings->jobs.n ? (int)settings->jobs.n : call->threads;
    Study *study = NULL;
    Plan *plan = NULL;
    Text out = {.columns = call->columns};
    PlanDesigns designs = {.n = 0};
    const PlanWish wish = {.study = call->args[0],
                           .sets = call->sets.v,
                           .n_sets = call->sets.n,
                           .data_root = call->data_root,
                           .seconds = settings->hours * HOUR_S};
    PlanRange seconds = {(double)NAN, (double)NAN};
    if (settings->hours > 0 && settings->no_time)
        return err_set(err, ERR_USAGE, "options '--hours' and '--no-time' exclude one another");
    TRY(seed_options_load(&study, call, &settings->seeds, err));
    if (settings->specs != NULL) {
        TRY(plan_specs(call, study, settings->specs, jobs, err));
        goto fail;
    }
    TRY(plan_create(&plan, study, call->data_root, call->threads, err));
    TRY(plan_check_weights(plan, NULL, err));
    plan->n_jobs = jobs;
    if (settings->pilot != NULL)
        TRY(read_noise(plan, settings->pilot, err));
    if (!settings->no_time) {
        TRY(plan_predict(plan, call->cpu, err));
        seconds = plan_total_seconds(plan, jobs);
    }
    if (settings->hours > 0) {
        TRY(plan_design_find(&designs, plan, &wish, err));
        plan->designs = &designs;
    }
    if (call->json)
        TRY(plan_json(plan, seconds, &out, call_print, err));
    else
        plan_text(plan, seconds, &out);
    if (!call->json && settings->hours > 0)
        plan_design_text(&designs, plan, &wish, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    plan_design_release(&designs);
    plan_destroy(&plan);
    study_destroy(&study);
    text_release(&out);
    return err->code;
}

const Command cmd_plan = {
    .name = "plan",
    .summary = "show a study's trials, aliases, counted costs, fairness and time, without running",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(PlanSettings),
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON | SHARED_SET | SHARED_DATA_ROOT,
    .run = run,
};
