/* harness/cli/train_talk.c: epochs and the end of one training in words and in JSON. */
#include "harness/cli/train_talk.h"

#include "harness/cli/progress_view.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/proc.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define DRAW_NS 250000000 /* between two drawings of the row */

static const char *const names[] = {
    [TRAIN_DONE] = "done", [TRAIN_STOPPED] = "stopped", [TRAIN_DIVERGED] = "diverged"};

/* Prints unless an earlier line could not be; the first failure stays in `err`. */
static void print_line(Text *line, Err *err)
{
    if (err->code != ERR_NONE || call_print(line, err) != ERR_NONE)
        text_clear(line);
}

/* Into history.jsonl; what is said to people is said elsewhere. */
static void keep_line(TrainTalk *talk, const Text *line)
{
    text_append(&talk->history, text_string(line));
    talk->history.failed = talk->history.failed || line->failed;
    if (talk->err.code == ERR_NONE &&
        training_folder_history(talk->job->dir, &talk->history, &talk->err) != ERR_NONE)
        text_clear(&talk->history);
}

/* The folder is ours: it says so from now on. */
static void say_begun(void *user)
{
    TrainTalk *talk = user;
    if (training_folder_describe(talk->job, talk->images, talk->spec, &talk->err) != ERR_NONE)
        text_clear(&talk->history); /* should_stop ends the training */
}

static void say_step(void *user, int64_t step, int64_t steps)
{
    TrainTalk *talk = user;
    const int64_t now = clock_now_ns();
    if (!talk->call->has_progress || (talk->shown_ns != 0 && now - talk->shown_ns < DRAW_NS))
        return;
    size_t n_rows;
    Text line = {0};
    talk->shown_ns = now;
    talk->shown.share = (double)step / (double)steps;
    progress_view_trial(&talk->shown, call_view_columns(&n_rows), talk->call->has_color, &line);
    call_view(talk->call, &line);
    text_release(&line);
}

static void say_epoch(void *user, const Epoch *e)
{
    TrainTalk *talk = user;
    talk->shown.epoch = e->epoch;
    talk->shown.train_loss = e->train_loss;
    talk->shown.val_top1 = e->val_top1;
    talk->shown.images_per_second = e->images_per_second;
    Text line = {0};
    JsonWriter json = json_writer(&line, false);
    json_open_map(&json, NULL);
    epoch_put_map(e, &json);
    json_close_map(&json);
    text_append_char(&line, '\n');
    keep_line(talk, &line);
    if (talk->call->json)
        print_line(&line, &talk->err);
    else
        call_say("epoch %" PRId64 "/%" PRId64
                 "  loss %.4f  val loss %.4f  val %.2f %%  lr %.3g  %.0f images/s",
                 e->epoch, talk->job->recipe->epochs, e->train_loss, e->val_loss, e->val_top1,
                 e->lr, e->images_per_second);
    text_release(&line);
}

static void say_warning(void *user, const char *message)
{
    (void)user;
    call_say("warning: %s", message);
}

static void say_preparing(void *user, uint32_t done, uint32_t total)
{
    const TrainTalk *talk = user;
    (void)call_preparing((void *)(uintptr_t)talk->call, done, total);
}

static void say_prepared(void *user, uint32_t n_images, double seconds)
{
    const TrainTalk *talk = user;
    call_prepared(talk->call, n_images, seconds);
}

static bool should_stop(void *user)
{
    const TrainTalk *talk = user;
    return proc_stop_requested() != 0 || talk->err.code != ERR_NONE;
}

TrainCallbacks train_talk(TrainTalk *talk)
{
    talk->shown = (ProgressTrial){.seed = talk->job->seed,
                                  .epochs = talk->job->recipe->epochs,
                                  .train_loss = (double)NAN,
                                  .val_top1 = (double)NAN,
                                  .images_per_second = (double)NAN};
    snprintf(talk->shown.label, sizeof talk->shown.label, "%s", talk->job->network->name);
    return (TrainCallbacks){.user = talk,
                            .begun = say_begun,
                            .epoch = say_epoch,
                            .warning = say_warning,
                            .step = say_step,
                            .preparing = say_preparing,
                            .prepared = say_prepared,
                            .should_stop = should_stop};
}

static void put_result(const TrainReport *report, Text *line)
{
    JsonWriter json = json_writer(line, false);
    json_open_map(&json, NULL);
    json_put_text(&json, "status", names[report->status]);
    json_put_int(&json, "epochs", report->epochs);
    json_put_double(&json, "test_top1", report->test_top1);
    json_put_double(&json, "test_loss", report->test_loss);
    json_put_double(&json, "val_top1", report->val_top1);
    json_put_double(&json, "val_loss", report->val_loss);
    json_put_int(&json, "best_epoch", report->best_epoch);
    json_put_double(&json, "best_val_top1", report->best_val_top1);
    if (report->status == TRAIN_DIVERGED)
        json_put_int(&json, "bad_step", report->bad_step);
    json_put_double(&json, "seconds", report->seconds);
    json_close_map(&json);
    text_append_char(line, '\n');
}

void train_talk_end(TrainTalk *talk, const TrainReport *report)
{
    Text line = {0};
    put_result(report, &line);
    keep_line(talk, &line);
    if (!talk->call->json) {
        text_clear(&line);
        if (report->status == TRAIN_DIVERGED)
            text_printf(&line,
                        "diverged: first bad loss at step %" PRId64 ", after %" PRId64
                        " whole epochs\n",
                        report->bad_step, report->epochs);
        else
            text_printf(&line,
                        "%s: test %.2f %%, loss %.4f; best epoch %" PRId64 " with val %.2f %%\n",
                        names[report->status], report->test_top1, report->test_loss,
                        report->best_epoch, report->best_val_top1);
    }
    print_line(&line, &talk->err);
    text_release(&line);
}

ErrCode train_talk_done(const Call *call, const char *dir, Err *err)
{
    Text line = {0};
    if (call->json)
        text_append(&line, "{\"status\": \"done\"}\n");
    call_say("'%s' holds this training, finished: nothing is written (--fresh trains it again)",
             dir);
    const ErrCode code = call_print(&line, err);
    text_release(&line);
    return code;
}

void train_talk_release(TrainTalk *talk)
{
    text_release(&talk->history);
}
