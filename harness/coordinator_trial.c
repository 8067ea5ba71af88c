/* harness/coordinator_trial.c: one attempt from its row to its end. */
#include "harness/coordinator_state.h"
#include "harness/worker.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/sys.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    READ_BYTES = 1 << 14,
    MAX_LINE_BYTES = 1 << 20,
    ERROR_TAIL_BYTES = 400,
    MAX_LAUNCHER_WORDS = 64
};

/* A worker says something at least once a minute (its checkpoint); this much silence is a hang. */
#define PATIENCE_S 900.0
#define PATIENCE_EPOCHS 20.0

RunTrial *coordinator_trial(Coordinator *run, int64_t number)
{
    for (size_t i = 0; i < run->n_trials; i++)
        if (run->trials[i].number == number)
            return &run->trials[i];
    return NULL;
}

/* --- starting --- */

/*
 * Threads for the next process: one while trials wait, more when fewer trials than cores are left.
 */
static int threads_for_next(const Coordinator *run)
{
    int n_left = 0;
    for (size_t i = 0; i < run->n_trials; i++)
        n_left += run->trials[i].is_wanted && (run->trials[i].status == STORE_PENDING ||
                                               run->trials[i].status == STORE_RUNNING);
    const int side_by_side = n_left < run->n_slots ? n_left : run->n_slots;
    const int threads = run->cores / (side_by_side > 0 ? side_by_side : 1);
    return threads > 0 ? threads : 1;
}

static StoreEnvironment environment(const Coordinator *run)
{
    const Provenance *p = &run->provenance;
    return (StoreEnvironment){p->version, p->commit, p->is_dirty, p->compiler, p->flags,
                              p->kernels, p->host,   p->cpu,      p->system,   p->libraries};
}

/* The launcher's words (split at blanks, in place), then ours. */
static void make_argv(const Coordinator *run, char *launcher,
                      const char *argv[MAX_LAUNCHER_WORDS + 4])
{
    size_t n = 0;
    char *rest = launcher;
    for (char *word = launcher != NULL ? strtok_r(launcher, " \t", &rest) : NULL;
         word != NULL && n < MAX_LAUNCHER_WORDS; word = strtok_r(NULL, " \t", &rest))
        argv[n++] = word;
    argv[n++] = run->program;
    argv[n++] = "run";
    argv[n++] = "--worker";
    argv[n] = NULL;
}

static ErrCode spawn(const Coordinator *run, RunSlot *slot, Err *err)
{
    const char *argv[MAX_LAUNCHER_WORDS + 4];
    char *launcher = NULL;
    if (run->settings->launcher != NULL) {
        launcher = mem_strdup(run->settings->launcher);
        if (launcher == NULL)
            return err_memory(err, strlen(run->settings->launcher));
    }
    make_argv(run, launcher, argv);
    const ProcOptions options = {.argv = argv,
                                 .input = PROC_PIPE,
                                 .output = PROC_PIPE,
                                 .error = PROC_PIPE,
                                 .own_group = true};
    const ErrCode code = proc_spawn(&slot->proc, &options, err);
    mem_free(launcher);
    return code;
}

/* Completes the job and sends it. A process that died before it read it is an ended attempt, not
 * our error. */
static ErrCode send_job(const Coordinator *run, RunSlot *slot, const RunTrial *trial, WorkerJob job,
                        Err *err)
{
    Text line = {0};
    char *cache = file_join(run->settings->out, "cache");
    Err gone = {0};
    job.trial = trial->number;
    job.attempt = slot->attempt;
    job.parent = run->settings->launcher != NULL ? 0 : proc_pid();
    job.network = run->plan->networks[trial->network].spec;
    job.study = text_string(&run->study_yaml);
    job.cache = cache;
    job.data_root = run->settings->data_root;
    job.cpu = cpu_level_name(run->settings->level);
    job.seed = trial->seed;
    worker_job_text(&job, &line);
    const ErrCode code =
        cache != NULL ? text_ok(&line, err) : err_memory(err, strlen(run->settings->out));
    if (code == ERR_NONE &&
        file_put_fd(slot->proc.input, "worker", line.data, line.n_bytes, &gone) != ERR_NONE)
        text_printf(&slot->failure, "the job could not be handed over: %s", gone.msg);
    text_release(&line);
    mem_free(cache);
    return code;
}

static ErrCode begin_attempt(Coordinator *run, const RunTrial *trial, int threads, int64_t *attempt,
                             Err *err)
{
    const StoreAttempt begin = {environment(run), threads, proc_pid()};
    while (store_begin_attempt(run->store, trial->number, &begin, attempt, err) != ERR_NONE)
        if (!coordinator_waits_for_space(run, err))
            return err->code;
    return ERR_NONE;
}

ErrCode coordinator_start(Coordinator *run, int index, RunTrial *trial, Err *err)
{
    RunSlot *slot = &run->slots[index];
    const int threads = threads_for_next(run);
    /* Pinned only when one worker a processor fills the machine: two studies side by side, or more
     * workers than processors, must not meet on one. */
    const bool is_pinned = threads == 1 && run->n_slots == cpu_available_threads() &&
                           run->n_slots == run->cores && run->settings->launcher == NULL;
    char *trial_dir = coordinator_trial_folder(run, trial->number), *dir = NULL;
    if (trial_dir == NULL) {
        (void)err_memory(err, strlen(run->settings->out));
        goto fail;
    }
    *slot = (RunSlot){
        .trial = trial->number, .last_step = -1, .checkpoint_step = -1, .val_top1 = (double)NAN};
    TRY(begin_attempt(run, trial, threads, &slot->attempt, err));
    dir = coordinator_attempt_folder(trial_dir, slot->attempt);
    if (dir == NULL) {
        (void)err_memory(err, strlen(trial_dir));
        goto fail;
    }
    while (file_make_dirs(dir, err) != ERR_NONE)
        if (!coordinator_waits_for_space(run, err))
            goto fail;
    TRY(spawn(run, slot, err));
    slot->begun_ns = slot->heard_ns = clock_now_ns();
    slot->patience_s = PATIENCE_S;
    if (trial->seconds > 0)
        slot->patience_s += PATIENCE_EPOCHS * trial->seconds / (double)run->study->recipe.epochs;
    trial->status = STORE_RUNNING;
    const WorkerJob job = {
        .dir = dir, .trial_dir = trial_dir, .threads = threads, .pin = is_pinned ? index : -1};
    TRY(send_job(run, slot, trial, job, err));
fail:
    mem_free(trial_dir);
    mem_free(dir);
    return err->code;
}

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
fail:
    return err->code;
}

/* The first point that asks for a trial, for people. */
static void label_trial(const Coordinator *run, const RunTrial *trial, char *out, size_t n)
{
    for (size_t i = 0; i < run->plan->n_points; i++) {
        const PlanPoint *p = &run->plan->points[i];
        if (p->network != trial->network)
            continue;
        if (run->study->parts[p->part].kind == STUDY_GRID)
            snprintf(out, n, "%s %.4g %.4g %.4g", p->part_name, p->nominal.depth, p->nominal.width,
                     p->nominal.resolution);
        else
            snprintf(out, n, "%s %s %.4g", p->figure, p->series, p->x);
        return;
    }
    snprintf(out, n, "trial %" PRId64, trial->number);
}

static void tell(Coordinator *run, const RunTrial *trial, const TrainEpoch *epoch,
                 const StoreFinish *finish)
{
    if (run->callbacks->epoch == NULL)
        return;
    char label[PLAN_SERIES_MAX * 2];
    label_trial(run, trial, label, sizeof label);
    const RunProgress progress = coordinator_progress(run);
    const RunEpoch told = {
        .trial = trial->number,
        .seed = trial->seed,
        .label = label,
        .status = finish != NULL && finish->outcome == STORE_DIVERGED ? TRAIN_DIVERGED : TRAIN_DONE,
        .is_last = finish != NULL,
        .epoch = epoch != NULL ? epoch->epoch : run->study->recipe.epochs,
        .epochs = run->study->recipe.epochs,
        .train_loss = epoch != NULL ? epoch->train_loss : (double)NAN,
        .val_top1 = epoch != NULL ? epoch->val_top1 : finish->val_top1,
        .test_top1 = finish != NULL ? finish->test_top1 : (double)NAN};
    run->callbacks->epoch(run->callbacks->user, &told, &progress);
}

/* Accepts `done` or `diverged`: files into place, sync, commit, then the attempts' folders go. */
static ErrCode accept(Coordinator *run, RunSlot *slot, const json_t *event, bool is_done, Err *err)
{
    RunResult result = {0};
    StoreFinish finish = {.outcome = is_done ? STORE_DONE : STORE_DIVERGED,
                          .artifacts = result.artifacts,
                          .n_artifacts = is_done ? ARRAY_LEN(result.artifacts) : 0};
    RunTrial *trial = coordinator_trial(run, slot->trial);
    result.folder = coordinator_trial_folder(run, slot->trial);
    result.dir =
        result.folder != NULL ? coordinator_attempt_folder(result.folder, slot->attempt) : NULL;
    if (result.dir == NULL) {
        (void)err_memory(err, strlen(run->settings->out));
        goto fail;
    }
    TRY(read_finish(event, &finish, err));
    while (coordinator_place_files(run, slot, is_done, &result, err) != ERR_NONE)
        if (!coordinator_waits_for_space(run, err))
            goto fail;
    while (store_accept(run->store, slot->trial, slot->attempt, &finish, err) != ERR_NONE)
        if (!coordinator_waits_for_space(run, err))
            goto fail;
    slot->has_finished = true;
    trial->status = is_done ? STORE_TRIAL_DONE : STORE_TRIAL_DIVERGED;
    if (is_done && trial->seconds > 0) {
        run->done_predicted_s += trial->seconds;
        run->done_real_s += finish.seconds;
    }
    tell(run, trial, NULL, &finish);
    TRY(coordinator_remove_attempts(result.folder, err));
fail:
    mem_free(result.folder);
    mem_free(result.dir);
    arena_release(&result.arena);
    return err->code;
}

/* --- lines --- */

static ErrCode hear_epoch(Coordinator *run, RunSlot *slot, const json_t *event, Err *err)
{
    TrainEpoch e;
    TRY(json_get_int(event, "epoch", &e.epoch, err));
    TRY(json_get_double(event, "train_loss", &e.train_loss, err));
    TRY(json_get_double(event, "val_loss", &e.val_loss, err));
    TRY(json_get_double(event, "val_top1", &e.val_top1, err));
    TRY(json_get_double(event, "lr", &e.lr, err));
    TRY(json_get_double(event, "seconds", &e.seconds, err));
    TRY(json_get_double(event, "images_per_second", &e.images_per_second, err));
    const StoreEpoch row = {e.epoch, e.train_loss, e.val_loss,         e.val_top1,
                            e.lr,    e.seconds,    e.images_per_second};
    while (store_put_epoch(run->store, slot->trial, slot->attempt, &row, err) != ERR_NONE)
        if (!coordinator_waits_for_space(run, err))
            goto fail;
    slot->epochs = e.epoch;
    slot->val_top1 = e.val_top1;
    tell(run, coordinator_trial(run, slot->trial), &e, NULL);
fail:
    return err->code;
}

static ErrCode hear_failed(RunSlot *slot, const json_t *event, Err *err)
{
    const char *message = NULL;
    TRY(json_get_text(event, "message", &message, err));
    TRY(json_get_bool(event, "is_disk_full", &slot->is_disk_full, err));
    text_clear(&slot->failure);
    text_append(&slot->failure, message);
fail:
    return err->code;
}

/* Acts on one event. What a worker says wrongly is its failure; what we cannot store is ours. */
static ErrCode hear_event(Coordinator *run, RunSlot *slot, const json_t *event, Err *err)
{
    const char *name = NULL, *message = NULL;
    TRY(json_get_text(event, "event", &name, err));
    if (json_has(event, "last_step"))
        TRY(json_get_int(event, "last_step", &slot->last_step, err));
    if (strcmp(name, "epoch") == 0) {
        TRY(hear_epoch(run, slot, event, err));
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
        coordinator_note(run, "trial %" PRId64 ": %s", slot->trial, message);
    }
fail:
    return err->code;
}

static ErrCode hear_line(Coordinator *run, RunSlot *slot, const char *line, size_t n, Err *err)
{
    json_t *event = NULL;
    int64_t trial = 0, attempt = 0;
    Err bad = {0};
    if (json_parse(&event, "worker", line, n, &bad) != ERR_NONE ||
        json_get_int(event, "trial", &trial, &bad) != ERR_NONE ||
        json_get_int(event, "attempt", &attempt, &bad) != ERR_NONE || trial != slot->trial ||
        attempt != slot->attempt) {
        /* A launcher may chat on stdout; it is not an event of this attempt. */
        coordinator_note(run, "trial %" PRId64 ": line of its process ignored: %.*s", slot->trial,
                         (int)n, line);
        json_decref(event);
        return ERR_NONE;
    }
    slot->heard_ns = clock_now_ns();
    const ErrCode code = hear_event(run, slot, event, err);
    json_decref(event);
    return code == ERR_NONE ? code : err_wrap(err, "trial %" PRId64, slot->trial);
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

ErrCode coordinator_hear(Coordinator *run, RunSlot *slot, bool is_error, Err *err)
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

/* --- ends --- */

static void describe_end(const RunSlot *slot, const char **reason, Text *detail)
{
    if (slot->has_stopped) {
        *reason = "stopped";
    } else if (slot->is_hung) {
        *reason = "no-progress";
        text_printf(detail, "silent for %.0f s", slot->patience_s);
    } else if (slot->failure.n_bytes) {
        *reason = slot->is_disk_full ? "disk-full" : "failed";
        text_append(detail, text_string(&slot->failure));
    } else if (slot->proc.signal) {
        *reason = "killed";
        text_printf(detail, "signal %d (%s)", slot->proc.signal, strsignal(slot->proc.signal));
    } else {
        *reason = "exited";
        text_printf(detail, "status %d", slot->proc.exit_status);
    }
    if (!slot->has_stopped && !slot->failure.n_bytes && slot->error.n_bytes)
        text_printf(detail, ": %s", text_string(&slot->error));
}

static ErrCode end_attempt(Coordinator *run, RunSlot *slot, RunTrial *trial, Err *err)
{
    const char *reason = NULL;
    Text detail = {0};
    describe_end(slot, &reason, &detail);
    const bool is_counted = !slot->has_stopped && !slot->is_disk_full;
    const StoreAttemptEnd end = {.reason = reason,
                                 .detail = detail.n_bytes ? text_string(&detail) : NULL,
                                 .is_counted = is_counted,
                                 .last_step = slot->last_step,
                                 .checkpoint_step = slot->checkpoint_step,
                                 .seconds = clock_seconds(slot->begun_ns, clock_now_ns())};
    while (store_end_attempt(run->store, slot->trial, slot->attempt, &end, err) != ERR_NONE)
        if (!coordinator_waits_for_space(run, err))
            goto fail;
    trial->n_counted += is_counted;
    trial->status = trial->n_counted >= STORE_ATTEMPTS ? STORE_FAILED : STORE_PENDING;
    if (is_counted)
        coordinator_note(run, "trial %" PRId64 ", attempt %" PRId64 " %s (%s)%s", slot->trial,
                         slot->attempt, reason, text_string(&detail),
                         trial->status == STORE_FAILED ? ": given up" : ": starting it again");
fail:
    text_release(&detail);
    return err->code;
}

ErrCode coordinator_reap(Coordinator *run, RunSlot *slot, Err *err)
{
    RunTrial *trial = coordinator_trial(run, slot->trial);
    if (!slot->has_finished)
        TRY(end_attempt(run, slot, trial, err));
fail:
    proc_release(&slot->proc);
    text_release(&slot->output);
    text_release(&slot->error);
    text_release(&slot->failure);
    *slot = (RunSlot){0};
    return err->code;
}
