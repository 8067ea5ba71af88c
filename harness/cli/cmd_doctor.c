/* harness/cli/cmd_doctor.c: `isoflop doctor`: is everything what it should be. */
#include "harness/cli/command.h"

#include "base/json.h"
#include "harness/doctor.h"

static const char *const usage[] = {"[DIR|FILE...] [--json]", NULL};
static const char *const notes[] = {
    "Without arguments it checks this machine; with a study's DIR also its store, row by row, the "
    "weights of finished trials, checkpoints, what lies about and room on the disk; FILE is a "
    "store, weights or a checkpoint. Exit: 1 if something is damaged. Nothing is changed.",
    NULL};

enum { STATUS_DAMAGED = 1 };

static void put_json(const DoctorReport *report, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_int(&json, "damaged", (int64_t)report->n_damaged);
    json_open_list(&json, "findings");
    for (size_t i = 0; i < report->n_findings; i++) {
        const DoctorFinding *f = &report->findings[i];
        json_open_map(&json, NULL);
        json_put_text(&json, "grade", doctor_grade_name(f->grade));
        json_put_text(&json, "subject", f->subject);
        json_put_text(&json, "path", f->path);
        json_put_text(&json, "what", f->what);
        json_put_text(&json, "remedy", f->remedy);
        json_close_map(&json);
    }
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void put_plain(const DoctorReport *report, Text *out)
{
    for (size_t i = 0; i < report->n_findings; i++) {
        const DoctorFinding *f = &report->findings[i];
        text_printf(out, "%-8s %-10s ", doctor_grade_name(f->grade), f->subject);
        if (f->path != NULL) {
            text_append_visible(out, f->path);
            text_append(out, ": ");
        }
        text_append_visible(out, f->what);
        text_append_char(out, '\n');
        if (f->remedy != NULL) {
            text_printf(out, "%-19s remedy: ", "");
            text_append_visible(out, f->remedy);
            text_append_char(out, '\n');
        }
    }
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    DoctorReport report = {0};
    Text out = {0};
    TRY(doctor_machine(&report, call->cpu, err));
    for (size_t i = 0; i < call->n_args; i++)
        TRY(doctor_path(&report, call->args[i], err));
    if (call->json)
        put_json(&report, &out);
    else
        put_plain(&report, &out);
    TRY(call_print(&out, err));
    if (report.n_damaged > 0)
        *status = STATUS_DAMAGED;
fail:
    doctor_release(&report);
    text_release(&out);
    return err->code;
}

const Command cmd_doctor = {
    .name = "doctor",
    .summary = "check this machine, and whether a study's store and files are sound",
    .usage = usage,
    .notes = notes,
    .max_args = OPTION_LIST_MAX,
    .shared = SHARED_JSON,
    .run = run,
};
