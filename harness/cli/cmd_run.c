/* harness/cli/cmd_run.c: `isoflop run`: runs a study or goes on with it; and the hidden worker. */
#include "harness/cli/command.h"
#include "harness/cli/jobs_option.h"
#include "harness/cli/run_talk.h"
#include "harness/cli/seed_options.h"
#include "harness/cli/study_folder.h"

#include "base/file.h"
#include "base/proc.h"
#include "base/shellwords.h"
#include "base/sys.h"
#include "harness/coordinator.h"
#include "harness/worker.h"

static const char *const usage[] = {
    "STUDY.yaml [--out DIR] [--jobs N] [--only PART] [--seeds SEEDS] "
    "[--exact-seeds] [--time-budget S] [--verbose] [--set PATH=VALUE]...",
    NULL};
static const char *const notes[] = {"STUDY.yaml is a file or the name of a built-in study "
                                    "('isoflop list studies'). Run the same command again to go "
                                    "on after an interruption: finished trials are never repeated. "
                                    "Exit: 0 done, 3 done but trials failed, 75 "
                                    "interrupted with all state saved.",
                                    "--seeds 3 is a count, --seeds 1,2,5 a list. Fewer seeds than "
                                    "are stored train fewer; what has finished with others stays "
                                    "in tables, figures and verdicts unless --exact-seeds is "
                                    "given.",
                                    NULL};

typedef struct RunOptions {
    const char *out, *only, *launcher;
    JobsOption jobs;
    SeedOptions seeds;
    double time_budget;
    int64_t retry;
    bool retry_failed, exact_seeds, worker;
} RunOptions;

enum { STATUS_TRIALS_FAILED = 3 };
#define MAX_BUDGET_S 1e9
#define MAX_TRIAL 1e9

#define FIELD(field) offsetof(RunOptions, field)
static const Option options[] = {
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = FIELD(out),
     .metavar = "DIR",
     .doc = "the study's folder (default: runs/<study>)"},
    {.kind = OPTION_TABLE, .offset = FIELD(jobs), .table = &jobs_option},
    {.name = "only",
     .kind = OPTION_TEXT,
     .offset = FIELD(only),
     .metavar = "PART",
     .doc = "run one part alone: its id or name (grid, grid-2), key, or figure (fig3)"},
    {.kind = OPTION_TABLE, .offset = FIELD(seeds), .table = &seed_options},
    {.name = "exact-seeds",
     .kind = OPTION_FLAG,
     .offset = FIELD(exact_seeds),
     .doc = "list the trials of these seeds alone"},
    {.name = "retry-failed",
     .kind = OPTION_FLAG,
     .offset = FIELD(retry_failed),
     .doc = "begin trials again that have failed; what happened stays recorded"},
    {.name = "retry",
     .kind = OPTION_INT,
     .offset = FIELD(retry),
     .metavar = "TRIAL",
     .min = 1,
     .max = MAX_TRIAL,
     .doc = "the same of one trial"},
    {.name = "time-budget",
     .kind = OPTION_NUMBER,
     .offset = FIELD(time_budget),
     .metavar = "S",
     .min = 1e-3,
     .max = MAX_BUDGET_S,
     .doc = "refuse to start when the prediction exceeds S seconds"},
    {.name = "launcher",
     .kind = OPTION_TEXT,
     .offset = FIELD(launcher),
     .metavar = "COMMAND",
     .doc = "put COMMAND (e.g. 'srun -n1 -c1') in front of each trial's process, split into words "
            "as a shell does; --jobs may then exceed this machine's cores"},
    {.name = "worker",
     .kind = OPTION_FLAG,
     .offset = FIELD(worker),
     .is_hidden = true,
     .doc = "train the trial described on standard input"},
};
#undef FIELD

/* Figures and report are derived: what goes wrong with them is said and stops nothing. */
static void make_report(const char *out)
{
    Err err = {0};
    char *report = NULL;
    int n_missing = 0;
    if (study_folder_report(out, NULL, &report, &n_missing, &err) != ERR_NONE)
        call_say("no report: %s; once that is mended: isoflop report %s", err.msg, out);
    else if (n_missing)
        call_say("report: %s, without %d figures that could not be drawn", report, n_missing);
    else
        call_say("report: %s", report);
    mem_free(report);
}

static ErrCode run_study(const Call *call, const RunOptions *settings, int *status, Err *err)
{
    Study *study = NULL;
    RunReport report;
    ShellWords launcher = {0};
    char *out = NULL;
    if (settings->launcher != NULL && shellwords_split(&launcher, settings->launcher, err)) {
        (void)err_wrap(err, "option '--launcher'");
        goto fail;
    }
    TRY(seed_options_load(&study, call, &settings->seeds, err));
    out = settings->out != NULL ? mem_strdup(settings->out) : file_join("runs", study->name);
    if (out == NULL) {
        (void)err_memory(err, sizeof "runs/");
        goto fail;
    }
    const RunSettings run_settings = {.out = out,
                                      .jobs = (int)settings->jobs.n,
                                      .threads = call->threads,
                                      .has_threads = call->has_threads,
                                      .level = call->cpu,
                                      .cpu = call->cpu_asked,
                                      .only = settings->only,
                                      .retry_failed = settings->retry_failed,
                                      .retry = settings->retry,
                                      .exact_seeds = settings->exact_seeds,
                                      .time_budget_s = settings->time_budget,
                                      .launcher = launcher.v,
                                      .command = call->line,
                                      .data_root = call->data_root};
    const RunCallbacks callbacks = run_talk(call);
    TRY(proc_catch_stops(err));
    TRY(coordinator_run(study, &run_settings, &callbacks, &report, err));
    run_talk_end(&report, out);
    make_report(out);
    if (report.progress.n_failed)
        *status = STATUS_TRIALS_FAILED;
fail:
    shellwords_release(&launcher);
    mem_free(out);
    study_destroy(&study);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    const RunOptions *settings = call->settings;
    if (settings->worker) {
        enum { STDIN = 0, STDOUT = 1 };
        if (proc_catch_stops(err) != ERR_NONE)
            return err->code;
        return worker_main(STDIN, STDOUT, call->cpu, err);
    }
    if (call->n_args == 0)
        return err_set(err, ERR_USAGE, "an argument is missing, usage: isoflop run %s", usage[0]);
    return run_study(call, settings, status, err);
}

const Command cmd_run = {
    .name = "run",
    .summary = "run a study, or go on with it where it stopped",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(RunOptions),
    .min_args = 0,
    .max_args = 1,
    .shared = SHARED_SET | SHARED_DATA_ROOT | SHARED_VERBOSE,
    .run = run,
};
