/* harness/cli/cmd_verify.c: `isoflop verify`: trains a trial again and compares bit by bit. */
#include "harness/cli/command.h"

#include "base/json.h"
#include "base/proc.h"
#include "harness/verify.h"

#include <inttypes.h>

static const char *const usage[] = {"DIR TRIAL [--restore] [--json]", NULL};
static const char *const notes[] = {
    "TRIAL is a number as `isoflop trials DIR` lists it. Every metric of every epoch, the result "
    "and "
    "every tensor must come out again; exit 1 names what does not. The store is only read. After a "
    "stop (exit 75) the same command goes on. With --restore weights that are missing or damaged "
    "are put back, if what came out has the digest that the store has of them.",
    NULL};

typedef struct VerifyOptions {
    bool restore;
} VerifyOptions;

enum { STATUS_DIFFERENT = 1 };

static const Option options[] = {
    {.name = "restore",
     .kind = OPTION_FLAG,
     .offset = offsetof(VerifyOptions, restore),
     .doc = "put missing or damaged weights back"},
};

static void say_epoch(void *user, const Epoch *e)
{
    (void)user;
    call_say("epoch %" PRId64 "  loss %.4f  val %.2f %%", e->epoch, e->train_loss, e->val_top1);
}

static void say_warning(void *user, const char *message)
{
    (void)user;
    call_say("warning: %s", message);
}

static void say_preparing(void *user, uint32_t done, uint32_t total)
{
    (void)call_preparing(user, done, total);
}

static bool is_stop_wanted(void *user)
{
    (void)user;
    return proc_stop_requested() != 0;
}

static void put_texts(JsonWriter *json, const char *key, const char *const *texts, size_t n)
{
    json_open_list(json, key);
    for (size_t i = 0; i < n; i++)
        json_put_text(json, NULL, texts[i]);
    json_close_list(json);
}

static void print_json(int64_t trial, const VerifyReport *report, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_int(&json, "trial", trial);
    json_put_bool(&json, "same", report->n_differences == 0);
    json_put_int(&json, "epochs", report->n_epochs);
    json_put_int(&json, "tensors", report->n_tensors);
    put_texts(&json, "differences", report->differences, report->n_differences);
    put_texts(&json, "restored", report->restored, report->n_restored);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void print_plain(int64_t trial, const VerifyReport *report, Text *out)
{
    for (size_t i = 0; i < report->n_restored; i++) {
        text_append_visible(out, report->restored[i]);
        text_append(out, ": put back\n");
    }
    for (size_t i = 0; i < report->n_differences; i++) {
        text_append_visible(out, report->differences[i]);
        text_append_char(out, '\n');
    }
    text_printf(out, "trial %" PRId64 ": %" PRId64 " epoch%s and %" PRId64 " tensors compared, ",
                trial, report->n_epochs, text_plural(report->n_epochs), report->n_tensors);
    if (report->n_differences > 0)
        text_printf(out, "%zu difference%s\n", report->n_differences,
                    text_plural(report->n_differences));
    else
        text_append(out, "all bits are the same\n");
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    const VerifyOptions *settings = call->settings;
    VerifyReport report = {0};
    Text out = {0};
    int64_t trial;
    if (!text_to_int64(call->args[1], &trial) || trial < 1)
        return err_set(err, ERR_USAGE, "a trial is a whole number, not '%s'", call->args[1]);
    const VerifySettings verify = {.folder = call->args[0],
                                   .trial = trial,
                                   .threads = call->threads,
                                   .level = call->cpu,
                                   .data_root = call->data_root,
                                   .restore = settings->restore};
    const TrainCallbacks callbacks = {.user = (void *)(uintptr_t)call,
                                      .epoch = say_epoch,
                                      .warning = say_warning,
                                      .preparing = say_preparing,
                                      .should_stop = is_stop_wanted};
    TRY(proc_catch_stops(err));
    TRY(verify_trial(&report, &verify, &callbacks, err));
    if (call->json)
        print_json(trial, &report, &out);
    else
        print_plain(trial, &report, &out);
    TRY(call_print(&out, err));
    if (report.n_differences > 0)
        *status = STATUS_DIFFERENT;
fail:
    verify_release(&report);
    text_release(&out);
    return err->code;
}

const Command cmd_verify = {
    .name = "verify",
    .summary = "train a trial again and compare every bit with what is stored",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(VerifyOptions),
    .min_args = 2,
    .max_args = 2,
    .shared = SHARED_JSON | SHARED_DATA_ROOT,
    .run = run,
};
