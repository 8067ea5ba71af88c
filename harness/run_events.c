/* harness/run_events.c: what a worker says, line by line, and what follows from it. */
#include "harness/run_events.h"

#include "harness/run_files.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/sys.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { READ_BYTES = 1 << 14, MAX_LINE_BYTES = 1 << 20, ERROR_TAIL_BYTES = 400 };

/* --- finishing --- */

static ErrCode read_finish(const json_t *event, StoreFinish *finish, Err *err)
{
    TRY(json_get_double(event, "val_top1", &finish->val_top1, err));
    TRY(json_get_double(event, "val_loss", &finish->val_loss, err));
    TRY(json_get_double(event, "test_top1", &finish->test_top1, err));
    TRY(json_get_double(event, "test_loss", &finish->test_loss, err));
    TRY(json_get_int(event, "best_epoch", &finish->best_epoch, err));
    TRY(json_get_double(event, "best_val_top1", &finish->best_val_top1, err));
    TRY(json_get_int(event, "bad_step", &finish->first_bad_step, err));
    TRY(json_get_double(event, "seconds", &finish->seconds, err));
    if (json_has(event, "processor_s")) /* a worker of an older build has none */
        TRY(json_get_double(event, "processor_s", &finish->processor_s, err));
fail:
    return err->code;
}

static void tell(RunState *run, const RunTrial *trial, const Epoch *epoch,
                 const StoreFinish *finish)
{
    if (run->callbacks->epoch == NULL)
        return;
    char label[PROGRESS_LABEL_MAX];
    run_state_label(run, trial, label);
    const RunProgress progress = run_state_progress(run);
    const int64_t epochs = run->plan->networks[trial->network].epochs;
    const RunEpoch told = {
        .trial = trial->number,
        .seed = trial->seed,
        .label = label,
        .status = finish != NULL && finish->outcome == STORE_DIVERGED ? TRAIN_DIVERGED : TRAIN_DONE,
        .is_last = finish != NULL,
        .epoch = epoch != NULL ? epoch->epoch : epochs,
        .epochs = epochs,
        .train_loss = epoch != NULL ? epoch->train_loss : (double)NAN,
        .val_top1 = epoch != NULL ? epoch->val_top1 : finish->val_top1,
        .test_top1 = finish != NULL ? finish->test_top1 : (double)NAN};
    run->callbacks->epoch(run->callbacks->user, &told, &progress);
}

/* What lies in the way in the study's folder is no word of the worker's, and fails no trial. */
static ErrCode blame_folder(Err *err)
{
    if (err->code == ERR_DATA)
        err->code = ERR_IO;
    return err->code;
}

/* Accepts `done` or `diverged`: files into place, sync, commit, then the attempts' folders go. */
static ErrCode accept(RunState *run, RunSlot *slot, const json_t *event, bool is_done, Err *err)
{
    RunResult result = {0};
    StoreFinish finish = {.outcome = is_done ? STORE_DONE : STORE_DIVERGED,
                          .artifacts = result.artifacts,
                          .n_artifacts = is_done ? ARRAY_LEN(result.artifacts) : 0};
    RunTrial *trial = run_state_trial(run, slot->trial);
    TRY(read_finish(event, &finish, err));
    finish.predicted_s = trial->seconds;
    const double spread = run->plan->networks[trial->network].spread;
    finish.predicted_low_s = trial->seconds * timelaw_low(spread);
    finish.predicted_high_s = trial->seconds * timelaw_high(spread);
    if (run_files_open(run, slot, &result, err) != ERR_NONE)
        TRY(blame_folder(err));
    TRY(run_files_expect(is_done, &result, err));
    while (run_files_place(slot, is_done, &result, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            TRY(blame_folder(err));
    while (store_accept(run->store, slot->trial, slot->attempt, &finish, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            goto fail;
    slot->has_finished = true;
    trial->status = is_done ? STORE_TRIAL_DONE : STORE_TRIAL_DIVERGED;
    const ProgressPace pace = run_state_pace(slot, trial);
    if (is_done) {
        run->pace.work += pace.work;
        run->pace.seconds += pace.seconds;
    }
    tell(run, trial, NULL, &finish);
    Err left = {0}; /* the result is safe; what is left is removed by the next run */
    if (run_files_remove_attempts(result.folder, &left) != ERR_NONE)
        run_state_note(run, "trial %" PRId64 ": its attempts' folders stay: %s", slot->trial,
                       left.msg);
fail:
    run_files_close(&result);
    return err->code;
}

/* --- lines --- */

static ErrCode hear_epoch(RunState *run, RunSlot *slot, const json_t *event, Err *err)
{
    Epoch e;
    TRY(epoch_get_map(&e, event, err));
    while (store_put_epoch(run->store, slot->trial, slot->attempt, &e, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            goto fail;
    slot->shown.epoch = e.epoch;
    /* Steps are told once a second, which may be more than an epoch. */
    const double share = (double)e.epoch / (double)slot->shown.epochs;
    if (share > slot->shown.share) {
        slot->shown.share = share;
        slot->step_ns = clock_now_ns();
    }
    slot->shown.train_loss = e.train_loss;
    slot->shown.val_top1 = e.val_top1;
    slot->shown.images_per_second = e.images_per_second;
    tell(run, run_state_trial(run, slot->trial), &e, NULL);
fail:
    return err->code;
}

static ErrCode hear_step(RunState *run, RunSlot *slot, const json_t *event, Err *err)
{
    int64_t step = 0, steps = 0;
    TRY(json_get_int(event, "step", &step, err));
    TRY(json_get_int(event, "steps", &steps, err));
    run_state_step(run, slot, step, steps);
    if (step > slot->first_step) { /* the first word is of the start */
        slot->has_stepped = true;
        slot->last_step = step;
        run->stepped_ns = clock_now_ns();
    }
fail:
    return err->code;
}

static ErrCode hear_failed(RunSlot *slot, const json_t *event, Err *err)
{
    const char *message = NULL, *code = NULL;
    TRY(json_get_text(event, "message", &message, err));
    TRY(json_get_text(event, "code", &code, err));
    slot->failure_code = err_code(code);
    slot->is_disk_full = slot->failure_code == ERR_FULL;
    text_clear(&slot->failure);
    text_append(&slot->failure, message);
fail:
    return err->code;
}

/* Acts on one event. */
static ErrCode hear_event(RunState *run, RunSlot *slot, const json_t *event, Err *err)
{
    const char *name = NULL, *message = NULL;
    TRY(json_get_text(event, "event", &name, err));
    if (json_has(event, "last_step"))
        TRY(json_get_int(event, "last_step", &slot->last_step, err));
    if (strcmp(name, "epoch") == 0) {
        TRY(hear_epoch(run, slot, event, err));
    } else if (strcmp(name, "step") == 0) {
        TRY(hear_step(run, slot, event, err));
    } else if (strcmp(name, "checkpoint") == 0) {
        TRY(json_get_int(event, "step", &slot->checkpoint_step, err));
    } else if (strcmp(name, "done") == 0 || strcmp(name, "diverged") == 0) {
        TRY(accept(run, slot, event, name[2] == 'n', err));
    } else if (strcmp(name, "stopped") == 0) {
        slot->has_stopped = true;
    } else if (strcmp(name, "failed") == 0) {
        TRY(hear_failed(slot, event, err));
    } else if (strcmp(name, "warning") == 0) {
        TRY(json_get_text(event, "message", &message, err));
        run_state_note(run, "trial %" PRId64 ": %s", slot->trial, message);
    }
    /* The last word: a launcher that hands our words on need not wait for more. */
    if (slot->has_finished || slot->has_stopped || slot->failure_code != ERR_NONE)
        proc_close_input(&slot->proc);
fail:
    return err->code;
}

/*
 * What a worker says wrongly (a word of another type, a key that is missing, numbers that no store
 * takes) is the failure of its attempt; what we cannot write is ours.
 */
static ErrCode judge(const RunState *run, RunSlot *slot, const Err *why, Err *err)
{
    if (err_is_environment(why->code)) {
        *err = *why;
        return err_wrap(err, "trial %" PRId64, slot->trial);
    }
    text_clear(&slot->failure);
    text_printf(&slot->failure, "its process says what makes no sense: %s", why->msg);
    slot->failure_code = why->code;
    slot->has_stopped = false;
    run_state_end_process(run, slot);
    return ERR_NONE;
}

static bool is_hello(const json_t *event)
{
    const char *name = NULL;
    Err bad = {0};
    return json_get_text(event, "event", &name, &bad) == ERR_NONE && strcmp(name, "hello") == 0;
}

/* Of two processes in one slot the first is the worker: the other gets no job. */
static void hear_hello(RunSlot *slot, const json_t *event)
{
    Err bad = {0};
    if (slot->is_here)
        return;
    slot->is_here = true;
    if (hello_read(&slot->worker, event, &bad) == ERR_NONE)
        return;
    slot->worker = (Hello){0};
    slot->failure_code = bad.code;
    text_printf(&slot->failure, "its process says hello as no isoflop of this version does: %s",
                bad.msg);
    proc_close_input(&slot->proc);
}

/* A launcher may chat on stdout; it is no event of this attempt. */
static void ignore_line(const RunState *run, RunSlot *slot, const char *line, size_t n)
{
    enum { MAX_TOLD = 3 };
    if (n > 0 && slot->n_ignored++ < MAX_TOLD)
        run_state_note(run, "trial %" PRId64 ": line of its process ignored: %.*s", slot->trial,
                       (int)n, line);
}

/* Whether an event is one of the slot's attempt. */
static bool is_of_attempt(const RunSlot *slot, const json_t *event)
{
    int64_t trial = 0, attempt = 0;
    Err bad = {0};
    return slot->attempt != 0 && json_get_int(event, "trial", &trial, &bad) == ERR_NONE &&
           json_get_int(event, "attempt", &attempt, &bad) == ERR_NONE && trial == slot->trial &&
           attempt == slot->attempt;
}

static ErrCode hear_line(RunState *run, RunSlot *slot, const char *line, size_t n, Err *err)
{
    json_t *event = NULL;
    Err bad = {0};
    const bool is_json = json_parse(&event, "worker", line, n, &bad) == ERR_NONE;
    if (is_json && is_hello(event)) {
        hear_hello(slot, event);
        json_decref(event);
        return ERR_NONE;
    }
    if (!is_json || !is_of_attempt(slot, event)) {
        ignore_line(run, slot, line, n);
        json_decref(event);
        return ERR_NONE;
    }
    bad = (Err){0};
    slot->heard_ns = clock_now_ns();
    /* After its end, and after nonsense, nothing is listened to: a second process may go on. */
    const bool is_over = slot->has_finished || slot->failure_code != ERR_NONE;
    const ErrCode code = is_over ? ERR_NONE : hear_event(run, slot, event, &bad);
    json_decref(event);
    return code == ERR_NONE ? code : judge(run, slot, &bad, err);
}

/* Keeps the last bytes of what a process wrote to stderr. */
static void keep_tail(Text *text)
{
    if (text->n_bytes <= ERROR_TAIL_BYTES)
        return;
    Text tail = {0};
    text_append_bytes(&tail, text->data + text->n_bytes - ERROR_TAIL_BYTES, ERROR_TAIL_BYTES);
    text_release(text);
    *text = tail;
}

ErrCode run_events_hear(RunState *run, RunSlot *slot, bool is_error, Err *err)
{
    char buffer[READ_BYTES];
    size_t n = 0;
    int *fd = is_error ? &slot->proc.error : &slot->proc.output;
    Text *text = is_error ? &slot->error : &slot->output;
    TRY(file_read_some(*fd, "a worker's output", buffer, sizeof buffer, &n, err));
    if (n == 0) {
        file_close_fd(*fd);
        *fd = -1;
        return ERR_NONE;
    }
    text_append_bytes(text, buffer, n);
    TRY(text_ok(text, err));
    if (is_error) {
        keep_tail(text);
        return ERR_NONE;
    }
    size_t begin = 0;
    for (size_t i = 0; i < text->n_bytes; i++) {
        if (text->data[i] != '\n')
            continue;
        TRY(hear_line(run, slot, text->data + begin, i - begin, err));
        begin = i + 1;
    }
    if (begin) {
        Text rest = {0};
        text_append_bytes(&rest, text->data + begin, text->n_bytes - begin);
        text_release(text);
        *text = rest;
    } else if (text->n_bytes > MAX_LINE_BYTES) {
        text_clear(text);
    }
fail:
    return err->code;
}
