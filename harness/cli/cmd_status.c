/* harness/cli/cmd_status.c: `isoflop status`: where a study stands. */
#include "harness/cli/command.h"
#include "harness/cli/progress_view.h"
#include "harness/cli/standing.h"
#include "harness/cli/status_list.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/proc.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

static const char *const usage[] = {"DIR [--watch] [--json]", "DIR DIR... [--json]", NULL};
static const char *const notes[] = {"--watch shows a run until it ends or you press Ctrl-C: on a "
                                    "terminal the lines are drawn anew each second, elsewhere one "
                                    "is written whenever a trial has ended. It only reads.",
                                    "Several folders have a line each: trials, those that failed "
                                    "or diverged (bad), the test accuracy of the network that the "
                                    "study's objective puts first by validation, verdicts.",
                                    NULL};

typedef struct StatusSettings {
    bool watch;
} StatusSettings;

static const Option options[] = {
    {.name = "watch",
     .kind = OPTION_FLAG,
     .offset = offsetof(StatusSettings, watch),
     .doc = "go on showing it while the study runs"},
};

#define WATCH_NS 1000000000

static void put_under_way(JsonWriter *json, const RunProgress *progress)
{
    json_open_list(json, "under_way");
    for (size_t i = 0; i < progress->n_shown; i++) {
        const ProgressTrial *trial = &progress->running[i];
        json_open_map(json, NULL);
        json_put_int(json, "trial", trial->number);
        json_put_text(json, "point", trial->label);
        json_put_int(json, "seed", trial->seed);
        json_put_int(json, "epoch", trial->epoch);
        json_put_int(json, "epochs", trial->epochs);
        json_put_double(json, "train_loss", trial->train_loss);
        json_put_double(json, "val_top1", trial->val_top1);
        json_put_double(json, "images_per_second", trial->images_per_second);
        json_close_map(json);
    }
    json_close_list(json);
}

static void print_json(const StudyFolder *study, const Standing *standing, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_text(&json, "study", study->results.study.name);
    json_put_text(&json, "question", study->results.study.question);
    json_put_text(&json, "data", study->results.study.data_name);
    json_put_text(&json, "baseline", study->results.study.baseline);
    json_put_bool(&json, "is_running", standing->is_held);
    json_put_text(&json, "holder", standing->is_held ? standing->holder : NULL);
    json_put_int(&json, "points", standing->counts.n_points);
    json_put_int(&json, "unfair", standing->counts.n_unfair);
    json_put_int(&json, "trials", standing->counts.n_trials);
    for (int s = 0; s < STORE_N_STATUSES; s++)
        json_put_int(&json, store_status_name((StoreStatus)s), standing->counts.n_by_status[s]);
    json_put_double(&json, "share", standing->progress.share);
    json_put_double(&json, "seconds_left", standing->progress.eta_s);
    put_under_way(&json, &standing->progress);
    json_open_list(&json, "facts");
    for (size_t i = 0; i < study->results.n_facts; i++) {
        const StoreFact *fact = &study->results.facts[i];
        json_open_map(&json, NULL);
        json_put_text(&json, "name", fact->name);
        json_put_doubles(&json, "value", fact->value, ARRAY_LEN(fact->value));
        json_put_text(&json, "text", fact->text);
        json_close_map(&json);
    }
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

/* A line with words of the study in it: one line whatever they hold. */
static ERR_PRINTF(2, 3) void put_line(Text *out, const char *format, ...)
{
    Text line = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&line, format, arguments);
    va_end(arguments);
    text_append_visible(out, text_string(&line));
    text_append_char(out, '\n');
    out->failed |= line.failed;
    text_release(&line);
}

static void print_plain(const StudyFolder *study, const Standing *standing, Text *out)
{
    const StoreStudy *about = &study->results.study;
    put_line(out, "study     %s", about->name);
    if (about->question[0])
        put_line(out, "question  %s", about->question);
    put_line(out, "data      %s: %lld train, %lld validation, %lld test%s", about->data_name,
             (long long)about->n_train, (long long)about->n_val, (long long)about->n_test,
             about->is_demo ? "  [DEMO]" : "");
    put_line(out, "baseline  %s", about->baseline);
    text_printf(out, "points    %lld, of which %lld unfair\n", (long long)standing->counts.n_points,
                (long long)standing->counts.n_unfair);
    text_printf(out, "trials    %lld:", (long long)standing->counts.n_trials);
    const char *separator = " ";
    for (int s = STORE_N_STATUSES - 1; s >= 0; s--) {
        if (!standing->counts.n_by_status[s])
            continue;
        text_printf(out, "%s%lld %s", separator, (long long)standing->counts.n_by_status[s],
                    store_status_name((StoreStatus)s));
        separator = ", ";
    }
    text_append_char(out, '\n');
    for (size_t i = 0; i < study->results.n_facts; i++)
        if (study->results.facts[i].text != NULL)
            put_line(out, "fact      %s: %s", study->results.facts[i].name,
                     study->results.facts[i].text);
    put_line(out, "running   %s", standing->is_held ? standing->holder : "no");
    if (standing->is_held) {
        text_append_char(out, '\n');
        progress_view(&standing->progress, text_columns(out), SIZE_MAX, false, out);
    }
}

/* Opens, reads, and says it in `out`; with `is_view` only what changes while it runs. */
static ErrCode look(const Call *call, bool is_view, Standing *standing, Text *out, Err *err)
{
    StudyFolder study;
    size_t n_rows, columns;
    TRY(study_folder_open(&study, call->args[0], STORE_GROUND_STANDING, err));
    TRY(standing_read(standing, &study, err));
    columns = call_view_columns(&n_rows);
    if (is_view)
        progress_view(&standing->progress, columns, call->has_progress ? n_rows - 1 : 1,
                      call->has_color, out);
    else if (call->json)
        print_json(&study, standing, out);
    else
        print_plain(&study, standing, out);
fail:
    study_folder_close(&study);
    return err->code;
}

/* Until no run holds the study. */
static ErrCode watch(const Call *call, Err *err)
{
    Text lines = {0};
    size_t n_said = SIZE_MAX;
    Standing standing = {.is_held = true};
    TRY(proc_catch_stops(err));
    while (standing.is_held && !proc_stop_requested()) {
        standing_release(&standing);
        text_clear(&lines);
        TRY(look(call, true, &standing, &lines, err));
        if (!standing.is_held)
            break;
        call_view(call, &lines);
        const size_t n_ended =
            standing.progress.n_done + standing.progress.n_diverged + standing.progress.n_failed;
        if (!call->has_progress && n_ended != n_said) {
            n_said = n_ended;
            TRY(call_print(&lines, err));
        }
        clock_sleep_ns(WATCH_NS);
    }
fail:
    standing_release(&standing);
    text_release(&lines);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const StatusSettings *settings = call->settings;
    Standing standing = {0};
    Text out = {.columns = call->columns};
    if (settings->watch && call->json)
        return err_set(err, ERR_USAGE, "options '--watch' and '--json' do not go together");
    if (call->n_args > 1) {
        if (settings->watch)
            return err_set(err, ERR_USAGE, "option '--watch' shows one study, not %zu",
                           call->n_args);
        return status_list(call, err);
    }
    if (settings->watch)
        TRY(watch(call, err));
    TRY(look(call, false, &standing, &out, err));
    TRY(call_print_lines(call, &out, err));
fail:
    standing_release(&standing);
    text_release(&out);
    return err->code;
}

const Command cmd_status = {
    .name = "status",
    .summary = "where a study stands, or several",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(StatusSettings),
    .min_args = 1,
    .max_args = SIZE_MAX,
    .shared = SHARED_JSON,
    .run = run,
};
