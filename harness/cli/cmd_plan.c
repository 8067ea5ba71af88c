/* harness/cli/cmd_plan.c: `isoflop plan`: what a study would train, at what cost, in what time. */
#include "harness/cli/command.h"
#include "harness/cli/jobs_option.h"
#include "harness/cli/plan_specs.h"
#include "harness/cli/seed_options.h"

#include "harness/plan.h"

#include <math.h>

static const char *const usage[] = {
    "STUDY.yaml [--jobs N] [--seeds SEEDS] [--no-time] [--set PATH=VALUE]... [--json]",
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
    bool no_time;
} PlanSettings;

static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = offsetof(PlanSettings, jobs), .table = &jobs_option},
    {.kind = OPTION_TABLE, .offset = offsetof(PlanSettings, seeds), .table = &seed_options},
    {.name = "no-time",
     .kind = OPTION_FLAG,
     .offset = offsetof(PlanSettings, no_time),
     .doc = "leave out the calibration (about a second) and the predicted time"},
    {.name = "specs",
     .kind = OPTION_TEXT,
     .offset = offsetof(PlanSettings, specs),
     .metavar = "DIR",
     .doc = "write each trial's network as YAML and ONNX, and trials.csv, for training elsewhere"},
};

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const PlanSettings *settings = call->settings;
    const int jobs = settings->jobs.n ? (int)settings->jobs.n : call->threads;
    Study *study = NULL;
    Plan *plan = NULL;
    Text out = {.columns = call->columns};
    PlanRange seconds = {(double)NAN, (double)NAN};
    TRY(seed_options_load(&study, call, &settings->seeds, err));
    if (settings->specs != NULL) {
        TRY(plan_specs(call, study, settings->specs, jobs, err));
        goto fail;
    }
    TRY(plan_create(&plan, study, call->data_root, call->threads, err));
    plan->n_jobs = jobs;
    if (!settings->no_time) {
        TRY(plan_predict(plan, call->cpu, err));
        seconds = plan_total_seconds(plan, jobs);
    }
    if (call->json)
        TRY(plan_json(plan, seconds, &out, call_print, err));
    else
        plan_text(plan, seconds, &out);
    TRY(call_print_lines(call, &out, err));
fail:
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
