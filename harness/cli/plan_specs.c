/* harness/cli/plan_specs.c: the folder, the plan as it stands there, and what was written. */
#include "harness/cli/plan_specs.h"

#include "harness/run_specs.h"

#include "base/proc.h"

/* What the plan is printed into, and how. */
typedef struct Printer {
    const Call *call;
    int jobs;
    Text out;
    Err err;
} Printer;

static void print_plan(void *user, const Plan *plan, const RunProgress *progress, double seconds)
{
    Printer *printer = user;
    const PlanRange all = plan_total_seconds(plan, printer->jobs);
    (void)progress;
    (void)seconds;
    if (!printer->call->json)
        plan_text(plan, all, &printer->out);
    else
        (void)!plan_json(plan, all, &printer->out, NULL, &printer->err); /* err keeps it */
}

static void say_note(void *user, const char *message)
{
    (void)user;
    call_say("%s", message);
}

ErrCode plan_specs(const Call *call, const Study *study, const char *folder, int jobs, Err *err)
{
    Printer printer = {.call = call, .jobs = jobs, .out = {.columns = call->columns}};
    const RunSettings settings = {.out = folder,
                                  .jobs = jobs,
                                  .threads = call->threads,
                                  .level = call->cpu,
                                  .command = call->line,
                                  .data_root = call->data_root};
    const RunCallbacks callbacks = {.user = &printer, .planned = print_plan, .note = say_note};
    RunSpecsReport report;
    TRY(proc_catch_stops(err));
    TRY(run_specs_write(study, &settings, &callbacks, &report, err));
    if (printer.err.code != ERR_NONE) {
        *err = printer.err;
        goto fail;
    }
    TRY(call_print_lines(call, &printer.out, err));
    call_say("%s/trials.csv: %zu trial%s, %zu of them to be trained; %s/specs: %zu network%s",
             folder, report.n_trials, text_plural(report.n_trials), report.n_pending, folder,
             report.n_networks, text_plural(report.n_networks));
    if (report.n_to_come > 0)
        call_say("up to %zu trials wait for results: import them, then give this command again",
                 report.n_to_come);
fail:
    text_release(&printer.out);
    return err->code;
}
