/* harness/cli/cmd_report.c: `isoflop report`: figures and the one-page report of studies. */
#include "harness/cli/command.h"
#include "harness/cli/study_folders.h"

#include "base/json.h"
#include "base/sys.h"

static const char *const usage[] = {"DIR [--out FOLDER] [--json]",
                                    "DIR DIR... --out FOLDER [--json]", NULL};
static const char *const notes[] = {
    "DIR is a study's directory. Draws every figure that has data into DIR/figures and writes "
    "DIR/report.html, a page that needs nothing else; with --out, FOLDER/figures and "
    "FOLDER/report.html.",
    "Several studies stand side by side on one page, claim by claim. Their networks and data may "
    "differ; recipe, arithmetic and tolerance must not, and constructed data (DEMO) stand beside "
    "no others.",
    NULL};

typedef struct ReportSettings {
    const char *out;
} ReportSettings;

static const Option options[] = {
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = offsetof(ReportSettings, out),
     .metavar = "FOLDER",
     .doc = "write there instead of into the study's directory"},
};

static ErrCode write_beside(const Call *call, const char *out, char **report, int *n_missing,
                            Err *err)
{
    StudyFolders folders = {0};
    TRY(call_need("out", out, err)); /* it belongs to none of them */
    TRY(study_folders_open(&folders, call->args, call->n_args, STORE_GROUND_REPORT, err));
    TRY(study_folders_report(&folders, out, report, n_missing, err));
fail:
    study_folders_close(&folders);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const ReportSettings *settings = call->settings;
    char *report = NULL;
    int n_missing = 0;
    Text out = {0};
    if (call->n_args > 1)
        TRY(write_beside(call, settings->out, &report, &n_missing, err));
    else
        TRY(study_folder_report(call->args[0], settings->out, &report, &n_missing, err));
    if (call->json) {
        JsonWriter json = json_writer(&out, true);
        json_open_map(&json, NULL);
        json_put_text(&json, "report", report);
        json_put_int(&json, "figures_missing", n_missing);
        json_close_map(&json);
    } else {
        text_append(&out, report);
    }
    text_append_char(&out, '\n');
    if (n_missing)
        call_say("%d figures could not be drawn: the report says why", n_missing);
    TRY(call_print(&out, err));
fail:
    mem_free(report);
    text_release(&out);
    return err->code;
}

const Command cmd_report = {
    .name = "report",
    .summary = "write the one-page HTML report of a study, or of several side by side",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(ReportSettings),
    .min_args = 1,
    .max_args = SIZE_MAX,
    .shared = SHARED_JSON,
    .run = run,
};
