/* harness/cli/cmd_import.c: `isoflop import`: results of trials that were trained elsewhere. */
#include "harness/cli/command.h"

#include "harness/importing.h"

static const char *const usage[] = {"DIR RESULTS.csv", NULL};
static const char *const notes[] = {
    "DIR is a study's folder, which 'isoflop plan STUDY --specs DIR' or 'isoflop run' has made. "
    "RESULTS.csv has a line of names and a row a trial: trial (or network and seed), val_top1, "
    "test_top1 (percent, after the last epoch), val_loss, test_loss (nats, may be empty), epochs, "
    "and if you like note. Other columns, as trials.csv has them, are passed over. All rows are "
    "imported or none; verdicts, figures and the report then work on them and say so.",
    NULL};

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    ImportReport report;
    if (importing_run(&report, call->args[0], call->args[1], call->line, err) != ERR_NONE)
        return err->code;
    call_say("imported %zu trial%s, %zu pending", report.n_imported, text_plural(report.n_imported),
             report.n_pending);
    if (report.n_pending == 0)
        call_say("what waited for these results follows when 'isoflop plan STUDY --specs %s' is "
                 "given again",
                 call->args[0]);
    return ERR_NONE;
}

const Command cmd_import = {
    .name = "import",
    .summary = "results of a study's trials that were trained elsewhere",
    .usage = usage,
    .notes = notes,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
