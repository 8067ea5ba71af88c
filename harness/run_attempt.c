/* harness/run_attempt.c: an attempt from its row to its end; what it says is run_events.c's. */
#include "harness/run_attempt.h"

#include "harness/run_files.h"
#include "harness/worker.h"

#include "base/clock.h"
#include "base/sys.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { MAX_LAUNCHER_WORDS = 64 };

/* A worker says something at least once a minute (its checkpoint); this much silence is a hang. */
#define PATIENCE_S 900.0
#define PATIENCE_EPOCHS 20.0

/* --- starting --- */

/*
 * Threads for the next process: one while trials wait, more when fewer trials than cores are left.
 */
static int threads_for_next(const RunState *run)
{
    int n_left = 0;
    for (size_t i = 0; i < run->n_trials; i++)
        n_left += run->trials[i].is_wanted && (run->trials[i].status == STORE_PENDING ||
                                               run->trials[i].status == STORE_RUNNING);
    const int side_by_side = n_left < run->n_slots ? n_left : run->n_slots;
    const int threads = run->cores / (side_by_side > 0 ? side_by_side : 1);
    return threads > 0 ? threads : 1;
}

static StoreEnvironment environment(const RunState *run)
{
    const Provenance *p = &run->provenance;
    return (StoreEnvironment){p->version, p->commit, p->is_dirty, p->compiler, p->flags,
                              p->kernels, p->host,   p->cpu,      p->system,   p->libraries};
}

/* The launcher's words (split at blanks, in place), then ours. */
static void make_argv(const RunState *run, char *launcher, const char *argv[MAX_LAUNCHER_WORDS + 4])
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

static ErrCode spawn(const RunState *run, RunSlot *slot, Err *err)
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

/* Completes the job and sends it. That a process died before it read it is told by its end. */
static ErrCode send_job(const RunState *run, RunSlot *slot, const RunTrial *trial, WorkerJob job,
                        Err *err)
{
    Text line = {0};
    char *cache = file_join(run->settings->out, "cache");
    Err gone = {0};
    job.trial = trial->number;
    job.attempt = slot->attempt;
    job.parent = run->settings->launcher != NULL ? 0 : proc_pid();
    job.network = run->plan->networks[trial->network].spec;
    job.epochs = run->plan->networks[trial->network].epochs;
    job.study = text_string(&run->study_yaml);
    job.cache = cache;
    job.identity = run->study->data.identity;
    job.data_root = run->settings->data_root;
    job.cpu = cpu_level_name(run->settings->level);
    job.seed = trial->seed;
    worker_job_text(&job, &line);
    const ErrCode code =
        cache != NULL ? text_ok(&line, err) : err_memory(err, strlen(run->settings->out));
    if (code == ERR_NONE &&
        file_put_fd(slot->proc.input, "worker", line.data, line.n_bytes, &gone) != ERR_NONE)
        proc_close_input(&slot->proc);
    text_release(&line);
    mem_free(cache);
    return code;
}

static ErrCode begin_attempt(RunState *run, const RunTrial *trial, int threads, int64_t *attempt,
                             Err *err)
{
    const StoreAttempt begin = {environment(run), threads, proc_pid()};
    while (store_begin_attempt(run->store, trial->number, &begin, attempt, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            return err->code;
    return ERR_NONE;
}

ErrCode run_attempt_start(RunState *run, int index, RunTrial *trial, Err *err)
{
    RunSlot *slot = &run->slots[index];
    const int threads = threads_for_next(run);
    /* Pinned only when one worker a processor fills the machine: two studies side by side, or more
     * workers than processors, must not meet on one. */
    const bool is_pinned = threads == 1 && run->n_slots == cpu_available_threads() &&
                           run->n_slots == run->cores && run->settings->launcher == NULL;
    char *trial_dir = run_files_trial(run, trial->number), *dir = NULL;
    if (trial_dir == NULL) {
        (void)err_memory(err, strlen(run->settings->out));
        goto fail;
    }
    *slot = (RunSlot){.trial = trial->number,
                      .last_step = -1,
                      .checkpoint_step = -1,
                      .share_begun = (double)NAN,
                      .shown = {.number = trial->number,
                                .seed = trial->seed,
                                .epochs = run->plan->networks[trial->network].epochs,
                                .train_loss = (double)NAN,
                                .val_top1 = (double)NAN,
                                .images_per_second = (double)NAN}};
    run_state_label(run, trial, slot->shown.label);
    TRY(begin_attempt(run, trial, threads, &slot->attempt, err));
    dir = run_files_attempt(trial_dir, slot->attempt);
    if (dir == NULL) {
        (void)err_memory(err, strlen(trial_dir));
        goto fail;
    }
    while (run_files_make_attempt(run, trial->number, slot->attempt, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            goto fail;
    TRY(spawn(run, slot, err));
    slot->begun_ns = slot->heard_ns = clock_now_ns();
    slot->patience_s = PATIENCE_S;
    if (trial->seconds > 0)
        slot->patience_s +=
            PATIENCE_EPOCHS * trial->seconds / (double)run->plan->networks[trial->network].epochs;
    trial->status = STORE_RUNNING;
    trial->luck.was_alone = trial->luck.needs_room;
    const WorkerJob job = {
        .dir = dir, .trial_dir = trial_dir, .threads = threads, .pin = is_pinned ? index : -1};
    TRY(send_job(run, slot, trial, job, err));
fail:
    mem_free(trial_dir);
    mem_free(dir);
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
    size_t n = slot->error.n_bytes;
    while (n > 0 && isspace((unsigned char)slot->error.data[n - 1]))
        n--;
    if (!slot->has_stopped && !slot->failure.n_bytes && n > 0)
        text_printf(detail, ": %.*s", (int)n, slot->error.data);
}

/* Sent by the kernel where memory is short, or by whoever cleans up a machine; not by us. */
static bool is_killed_from_outside(const RunSlot *slot)
{
    enum { SHELL_KILLED = 128 + SIGKILL }; /* as a launcher passes it on */
    return !slot->is_hung && slot->failure_code == ERR_NONE &&
           (slot->proc.signal == SIGKILL || slot->proc.exit_status == SHELL_KILLED);
}

/*
 * Whether an attempt's end is the trial's own doing. Not: a stop; what disk, memory or another
 * process caused; a kill, unless it was alone; and what came before its first step, unless another
 * trial took one since this one first failed, so that all that is needed is there.
 */
static bool is_own_failure(const RunState *run, const RunSlot *slot, const RunTrial *trial)
{
    if (slot->has_stopped || run->is_stopping || err_is_environment(slot->failure_code))
        return false;
    const int64_t since_ns = trial->luck.setback_ns;
    const bool is_proved = slot->has_stepped || (since_ns != 0 && run->stepped_ns > since_ns);
    return is_proved && (!is_killed_from_outside(slot) || trial->luck.was_alone);
}

/* What follows for this run from an end that does not count. */
static void note_setback(RunState *run, const RunSlot *slot, RunTrial *trial, const char *why)
{
    RunLuck *luck = &trial->luck;
    if (run->is_stopping || slot->is_disk_full)
        return;
    if (slot->checkpoint_step > luck->reached_step) {
        luck->reached_step = slot->checkpoint_step;
        luck->n_setbacks = 0;
    }
    luck->n_setbacks++;
    if (luck->setback_ns == 0)
        luck->setback_ns = clock_now_ns();
    luck->needs_room = is_killed_from_outside(slot);
    text_clear(&run->cause);
    text_printf(&run->cause, "trial %" PRId64 " %s", trial->number, why);
    const char *next = "it is tried again";
    if (luck->n_setbacks >= RUN_MOST_SETBACKS)
        next = "it rests until the next run";
    else if (luck->needs_room)
        next = "it is tried alone";
    run_state_note(run, "trial %" PRId64 ", attempt %" PRId64 " %s: does not count, %s",
                   slot->trial, slot->attempt, why, next);
}

/* After the row is written. */
static void judge_end(RunState *run, const RunSlot *slot, RunTrial *trial, bool is_counted,
                      const char *why)
{
    trial->n_counted += is_counted;
    trial->status = trial->n_counted >= STORE_ATTEMPTS ? STORE_FAILED : STORE_PENDING;
    if (is_counted)
        run_state_note(run, "trial %" PRId64 ", attempt %" PRId64 " %s%s", slot->trial,
                       slot->attempt, why,
                       trial->status == STORE_FAILED ? ": given up" : ": starting it again");
    else
        note_setback(run, slot, trial, why);
}

static ErrCode end_attempt(RunState *run, RunSlot *slot, RunTrial *trial, Err *err)
{
    const char *reason = NULL;
    Text detail = {0}, why = {0};
    describe_end(slot, &reason, &detail);
    const bool is_counted = is_own_failure(run, slot, trial);
    const StoreAttemptEnd end = {.reason = reason,
                                 .detail = detail.n_bytes ? text_string(&detail) : NULL,
                                 .is_counted = is_counted,
                                 .last_step = slot->last_step,
                                 .checkpoint_step = slot->checkpoint_step,
                                 .seconds = clock_seconds(slot->begun_ns, clock_now_ns())};
    while (store_end_attempt(run->store, slot->trial, slot->attempt, &end, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            goto fail;
    text_append(&why, reason);
    if (detail.n_bytes)
        text_printf(&why, " (%s)", text_string(&detail));
    judge_end(run, slot, trial, is_counted, text_string(&why));
fail:
    text_release(&detail);
    text_release(&why);
    return err->code;
}

ErrCode run_attempt_reap(RunState *run, RunSlot *slot, Err *err)
{
    RunTrial *trial = run_state_trial(run, slot->trial);
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
