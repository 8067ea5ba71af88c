/* harness/coordinator.c: the run: open, go on, keep workers busy, stop, close. */
#include "harness/coordinator.h"

#include "harness/coordinator_state.h"
#include "harness/study_data.h"

#include "base/clock.h"
#include "base/sys.h"
#include "data/augment.h"
#include "data/imageset.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_NS 1000000000
#define SPACE_RETRY_NS 2000000000     /* between two tries on a full disk */
#define SPACE_PATIENCE_NS 60000000000 /* then the run ends with all that is committed */
#define MAX_SKIPPED_TOLD 5            /* images left out that are named */
#define STOP_GRACE_NS 5000000000      /* for workers when we end on an error of our own */

/* --- talk --- */

void coordinator_note(const Coordinator *run, const char *format, ...)
{
    if (run->callbacks->note == NULL)
        return;
    Text text = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&text, format, arguments);
    va_end(arguments);
    run->callbacks->note(run->callbacks->user, text_string(&text));
    text_release(&text);
}

RunProgress coordinator_progress(const Coordinator *run)
{
    RunProgress p = {.eta_s = (double)NAN,
                     .elapsed_s = clock_seconds(run->begun_ns, clock_now_ns())};
    double left_s = 0;
    for (size_t i = 0; i < run->n_trials; i++) {
        const RunTrial *t = &run->trials[i];
        p.n_done += t->status == STORE_TRIAL_DONE;
        p.n_diverged += t->status == STORE_TRIAL_DIVERGED;
        p.n_failed += t->status == STORE_FAILED;
        p.n_running += t->status == STORE_RUNNING;
        if (t->is_wanted && t->status == STORE_PENDING)
            left_s += t->seconds;
    }
    for (int i = 0; i < run->n_slots; i++) {
        const RunSlot *slot = &run->slots[i];
        if (slot->proc.pid == 0)
            continue;
        for (size_t k = 0; k < run->n_trials; k++)
            if (run->trials[k].number == slot->trial)
                left_s += run->trials[k].seconds *
                          (1 - (double)slot->epochs / (double)run->study->recipe.epochs);
    }
    p.n_trials = run->n_trials + run->plan->n_after_grid;
    const double correction =
        run->done_predicted_s > 0 ? run->done_real_s / run->done_predicted_s : 1;
    p.eta_s = left_s * correction / (run->n_slots > 0 ? run->n_slots : 1);
    return p;
}

/* --- full disks --- */

bool coordinator_is_disk_full(const char *message)
{
    return strstr(message, strerror(ENOSPC)) != NULL || strstr(message, "disk is full") != NULL ||
           strstr(message, strerror(EDQUOT)) != NULL;
}

bool coordinator_waits_for_space(Coordinator *run, Err *err)
{
    if (!coordinator_is_disk_full(err->msg) || proc_stop_requested())
        return false;
    const int64_t now = clock_now_ns();
    if (run->full_since_ns == 0) {
        run->full_since_ns = now;
        coordinator_note(run, "paused, waiting for space: %s", err->msg);
    } else if (now - run->full_since_ns > SPACE_PATIENCE_NS) {
        return false;
    }
    clock_sleep_ns(SPACE_RETRY_NS);
    *err = (Err){0};
    return true;
}

/* --- opening --- */

static ErrCode take_lock(Coordinator *run, Err *err)
{
    char host[PROVENANCE_TEXT_MAX], since[CLOCK_UTC_BYTES];
    Text holder = {0};
    char *path = file_join(run->settings->out, "study.lock");
    text_printf(&holder, "pid %d on %s since %s", (int)proc_pid(), proc_host(host, sizeof host),
                clock_utc(since));
    if (path == NULL) {
        (void)err_memory(err, strlen(run->settings->out));
        goto fail;
    }
    TRY(text_ok(&holder, err));
    TRY(file_lock(&run->lock, path, text_string(&holder), err));
fail:
    text_release(&holder);
    mem_free(path);
    return err->code;
}

/* The lines of a text in one, as messages are. */
static void join_lines(Text *out, const Text *lines)
{
    for (size_t i = 0; i < lines->n_bytes; i++) {
        if (lines->data[i] != '\n')
            text_append_char(out, lines->data[i]);
        else if (i + 1 < lines->n_bytes)
            text_append(out, "; ");
    }
}

/* Refuses to go on with a study whose finished trials would no longer be its own. */
static ErrCode check_same_study(Coordinator *run, Err *err)
{
    Arena arena = {0};
    const char *yaml = NULL;
    Study *old = NULL;
    Text diff = {0}, line = {0};
    bool may = true;
    Err missing = {0};
    const ErrCode code = store_study_yaml(run->store, &arena, &yaml, &missing);
    if (code == ERR_MISSING)
        goto fail;
    if (code != ERR_NONE) {
        *err = missing;
        goto fail;
    }
    TRY(study_parse(&old, "the store's study", yaml, strlen(yaml), NULL, 0, err));
    TRY(study_may_go_on(&may, &diff, old, run->study, err));
    if (!may) {
        join_lines(&line, &diff);
        (void)err_set(err, ERR_USAGE,
                      "'%s' holds trials of another study, use another --out; what differs: %s",
                      run->settings->out, text_string(&line));
    }
fail:
    study_destroy(&old);
    text_release(&diff);
    text_release(&line);
    arena_release(&arena);
    return err->code;
}

static ErrCode open_store(Coordinator *run, Err *err)
{
    char *path = file_join(run->settings->out, "study.db");
    if (path == NULL)
        return err_memory(err, strlen(run->settings->out));
    while (store_open(&run->store, path, err) != ERR_NONE)
        if (!coordinator_waits_for_space(run, err))
            goto fail;
    TRY(check_same_study(run, err));
fail:
    mem_free(path);
    return err->code;
}

/* study.yaml is for people; the store has the same text. */
static ErrCode write_study(Coordinator *run, Err *err)
{
    char *path = file_join(run->settings->out, "study.yaml");
    if (path == NULL)
        return err_memory(err, strlen(run->settings->out));
    while (file_write(path, run->study_yaml.data, run->study_yaml.n_bytes, err) != ERR_NONE)
        if (!coordinator_waits_for_space(run, err))
            goto fail;
fail:
    mem_free(path);
    return err->code;
}

static ErrCode begin_run(Coordinator *run, Err *err)
{
    const char *command = run->settings->command != NULL ? run->settings->command : "";
    while (store_begin_run(run->store, command, run->provenance.host, proc_pid(), err) != ERR_NONE)
        if (!coordinator_waits_for_space(run, err))
            return err->code;
    return ERR_NONE;
}

static double pending_seconds(const Coordinator *run)
{
    double sum = 0;
    for (size_t i = 0; i < run->n_trials; i++)
        if (run->trials[i].is_wanted && run->trials[i].status == STORE_PENDING)
            sum += run->trials[i].seconds;
    return sum / run->n_slots;
}

static ErrCode check_budget(const Coordinator *run, Err *err)
{
    char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES];
    const double seconds = pending_seconds(run), budget = run->settings->time_budget_s;
    if (budget > 0 && seconds > budget)
        return err_set(err, ERR_USAGE,
                       "the study is predicted to take %s, more than the budget of %s",
                       text_duration(a, seconds), text_duration(b, budget));
    return ERR_NONE;
}

static ErrCode make_slots(Coordinator *run, Err *err)
{
    const RunSettings *settings = run->settings;
    run->cores = settings->threads > 0 ? settings->threads : cpu_available_threads();
    run->n_slots = settings->jobs > 0 ? settings->jobs : run->cores;
    run->slots = mem_calloc((size_t)run->n_slots, sizeof *run->slots);
    if (run->slots == NULL)
        return err_memory(err, (size_t)run->n_slots * sizeof *run->slots);
    if (settings->program == NULL)
        return proc_self_path(&run->program, err);
    run->program = mem_strdup(settings->program);
    return run->program != NULL ? ERR_NONE : err_memory(err, strlen(settings->program));
}

static ErrCode open_run(Coordinator *run, Err *err)
{
    provenance_collect(&run->provenance, run->settings->level);
    study_emit(run->study, &run->study_yaml);
    TRY(text_ok(&run->study_yaml, err));
    TRY(make_slots(run, err));
    TRY(plan_create(&run->plan, run->study, run->settings->data_root, run->cores, err));
    run->objective = (Objective){(ObjectiveForm)run->study->objective.form, run->study->objective.w,
                                 (double)run->plan->target_macs, run->study->fairness.tolerance};
    TRY(coordinator_check_only(run, err));
    TRY(file_make_dirs(run->settings->out, err));
    TRY(take_lock(run, err));
    TRY(open_store(run, err));
    TRY(coordinator_known_winner(run, err));
    TRY(plan_predict(run->plan, run->settings->level, err));
    TRY(coordinator_put_plan(run, err));
    TRY(check_budget(run, err));
    TRY(write_study(run, err));
    TRY(begin_run(run, err));
    TRY(coordinator_read_trials(run, err));
    TRY(coordinator_clean(run, err));
    if (run->callbacks->planned != NULL)
        run->callbacks->planned(run->callbacks->user, run->plan, pending_seconds(run));
fail:
    return err->code;
}

/* --- data --- */

static bool is_resolution_needed(const Coordinator *run, int resolution)
{
    for (size_t i = 0; i < run->n_trials; i++)
        if (run->trials[i].is_wanted && run->trials[i].status == STORE_PENDING &&
            run->plan->networks[run->trials[i].network].network.resolution == resolution)
            return true;
    return false;
}

static bool say_preparing(void *user, uint32_t done, uint32_t total)
{
    const Coordinator *run = user;
    if (run->callbacks->preparing != NULL)
        run->callbacks->preparing(run->callbacks->user, done, total);
    return proc_stop_requested() == 0;
}

/* What bad_image: skip has left out, told once a run. */
static void note_skipped(const Coordinator *run, const Dataset *set)
{
    const uint32_t n = dataset_n_skipped(set);
    for (uint32_t i = 0; i < n && i < MAX_SKIPPED_TOLD; i++)
        coordinator_note(run, "left out: %s", dataset_skipped(set, i));
    if (n > MAX_SKIPPED_TOLD)
        coordinator_note(run,
                         "left out %" PRIu32 " images; all of them: isoflop data NAME "
                         "--bad-image skip",
                         n);
}

/*
 * Decodes and resizes the images of every resolution that pending trials need, once, on all cores.
 */
static ErrCode fill_cache(Coordinator *run, Err *err)
{
    StudyImages images = {0};
    char *fallback = file_join(run->settings->out, "cache");
    if (fallback == NULL)
        return err_memory(err, strlen(run->settings->out));
    for (size_t i = 0; i < run->plan->n_networks && !proc_stop_requested(); i++) {
        const int resolution = run->plan->networks[i].network.resolution;
        bool is_seen = false;
        for (size_t k = 0; k < i; k++)
            is_seen |= run->plan->networks[k].network.resolution == resolution;
        if (is_seen || !is_resolution_needed(run, resolution))
            continue;
        if (images.set == NULL) {
            TRY(study_data_open(&images, &run->study->data, run->settings->data_root, run->cores,
                                err));
            note_skipped(run, images.set);
        }
        const ImageSetSettings settings = {.resolution = resolution,
                                           .keep_train_source =
                                               augment_needs_source(run->study->recipe.augment),
                                           .center_crop = run->study->data.center_crop,
                                           .threads = run->cores,
                                           .fallback_dir = fallback,
                                           .progress = say_preparing,
                                           .progress_user = run};
        ImageSet *set = NULL;
        ImageSetReport report = {0};
        while (imageset_open(&set, images.set, &images.split, &settings, &report, err) != ERR_NONE)
            if (!coordinator_waits_for_space(run, err))
                goto fail;
        imageset_close(&set);
        if (report.was_built)
            coordinator_note(run, "prepared %" PRIu32 " images at %d px in %.1f s: %.0f images/s",
                             report.n_images, resolution, report.seconds,
                             report.n_images / report.seconds);
    }
fail:
    study_data_close(&images);
    mem_free(fallback);
    return err->code;
}

/* --- scheduling --- */

/* The pending trial predicted to take longest; ties: the plan's order. */
static RunTrial *next_trial(Coordinator *run)
{
    RunTrial *best = NULL;
    for (size_t i = 0; i < run->n_trials; i++) {
        RunTrial *t = &run->trials[i];
        if (t->is_wanted && t->status == STORE_PENDING &&
            (best == NULL || t->seconds > best->seconds))
            best = t;
    }
    return best;
}

static ErrCode start_trials(Coordinator *run, Err *err)
{
    if (run->is_stopping || clock_now_ns() < run->resume_ns)
        return ERR_NONE;
    for (int i = 0; i < run->n_slots; i++) {
        if (run->slots[i].proc.pid != 0)
            continue;
        RunTrial *trial = next_trial(run);
        if (trial == NULL)
            return ERR_NONE;
        if (coordinator_start(run, i, trial, err) != ERR_NONE)
            return err->code;
    }
    return ERR_NONE;
}

static int n_running(const Coordinator *run)
{
    int n = 0;
    for (int i = 0; i < run->n_slots; i++)
        n += run->slots[i].proc.pid != 0;
    return n;
}

/* After a worker ran out of space: nothing new for a while, and an end when it stays so. */
static ErrCode pause_after(Coordinator *run, const RunSlot *slot, Err *err)
{
    const int64_t now = clock_now_ns();
    if (!slot->is_disk_full) {
        if (slot->has_finished)
            run->full_since_ns = 0;
        return ERR_NONE;
    }
    if (run->full_since_ns == 0) {
        run->full_since_ns = now;
        coordinator_note(run, "paused, waiting for space: %s", text_string(&slot->failure));
    } else if (now - run->full_since_ns > SPACE_PATIENCE_NS) {
        return err_set(err, ERR_IO, "%s; all finished trials are kept, make space and run again",
                       text_string(&slot->failure));
    }
    run->resume_ns = now + SPACE_RETRY_NS;
    return ERR_NONE;
}

/* Ends what has ended: both pipes closed, then the process. */
static ErrCode reap_ended(Coordinator *run, Err *err)
{
    for (int i = 0; i < run->n_slots; i++) {
        RunSlot *slot = &run->slots[i];
        if (slot->proc.pid == 0 || slot->proc.output >= 0 || slot->proc.error >= 0)
            continue;
        Err waiting = {0};
        if (proc_wait(&slot->proc, 0, &waiting) != ERR_NONE && !slot->proc.has_ended)
            continue;
        TRY(pause_after(run, slot, err));
        TRY(coordinator_reap(run, slot, err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* Kills workers that have been silent for too long. */
static void kill_hung(Coordinator *run)
{
    const int64_t now = clock_now_ns();
    for (int i = 0; i < run->n_slots; i++) {
        RunSlot *slot = &run->slots[i];
        if (slot->proc.pid != 0 && !slot->is_hung &&
            clock_seconds(slot->heard_ns, now) > slot->patience_s) {
            slot->is_hung = true;
            proc_signal(&slot->proc, SIGKILL);
        }
    }
}

/* Waits up to a tick for output and reads what there is. */
static ErrCode listen_once(Coordinator *run, struct pollfd *watched, Err *err)
{
    nfds_t n = 0;
    for (int i = 0; i < run->n_slots; i++) {
        const Proc *proc = &run->slots[i].proc;
        watched[n++] = (struct pollfd){.fd = proc->pid ? proc->output : -1, .events = POLLIN};
        watched[n++] = (struct pollfd){.fd = proc->pid ? proc->error : -1, .events = POLLIN};
    }
    enum { POLL_MS = 100 };
    if (poll(watched, n, POLL_MS) <= 0)
        return ERR_NONE; /* nothing to read, or a signal */
    for (nfds_t k = 0; k < n; k++)
        if (watched[k].fd >= 0 && watched[k].revents &&
            coordinator_hear(run, &run->slots[k / 2], k % 2 == 1, err) != ERR_NONE)
            return err->code;
    return ERR_NONE;
}

/* On a signal every worker hears the end of its input: it finishes its batch and saves. */
static void begin_stop(Coordinator *run)
{
    run->is_stopping = true;
    run->report->was_stopped = true;
    coordinator_note(run, "stopping: %d running trials finish their batch and save",
                     n_running(run));
    for (int i = 0; i < run->n_slots; i++)
        if (run->slots[i].proc.pid != 0)
            proc_close_input(&run->slots[i].proc);
}

static void tick(Coordinator *run)
{
    const int64_t now = clock_now_ns();
    if (now - run->ticked_ns < TICK_NS)
        return;
    run->ticked_ns = now;
    kill_hung(run);
    if (run->callbacks->tick != NULL) {
        const RunProgress progress = coordinator_progress(run);
        run->callbacks->tick(run->callbacks->user, &progress);
    }
}

static ErrCode run_trials(Coordinator *run, Err *err)
{
    struct pollfd *watched = mem_calloc((size_t)run->n_slots * 2, sizeof *watched);
    if (watched == NULL)
        return err_memory(err, (size_t)run->n_slots * sizeof *watched);
    for (;;) {
        if (proc_stop_requested() && !run->is_stopping)
            begin_stop(run);
        TRY(start_trials(run, err));
        if (n_running(run) == 0 && (run->is_stopping || next_trial(run) == NULL))
            break;
        TRY(listen_once(run, watched, err));
        TRY(reap_ended(run, err));
        tick(run);
    }
fail:
    mem_free(watched);
    return err->code;
}

/* Runs what is pending; when that completes the grid, what waited for its winner follows. */
static ErrCode run_all(Coordinator *run, Err *err)
{
    bool is_new = true;
    while (is_new && !run->is_stopping) {
        TRY(fill_cache(run, err));
        TRY(run_trials(run, err));
        is_new = false;
        if (!run->is_stopping)
            TRY(coordinator_find_winner(run, &is_new, err));
    }
    if (plan_is_waiting(run->plan) && !run->is_stopping)
        coordinator_note(run, "the grid has no winner yet: trials that need it were not run");
fail:
    return err->code;
}

/* --- closing --- */

/* Workers still alive when we end on an error: asked, then made to end. Their attempts stay
 * endless. */
static void close_run(Coordinator *run)
{
    for (int i = 0; i < run->n_slots && run->slots != NULL; i++)
        if (run->slots[i].proc.pid != 0)
            proc_close_input(&run->slots[i].proc);
    for (int i = 0; i < run->n_slots && run->slots != NULL; i++) {
        RunSlot *slot = &run->slots[i];
        if (slot->proc.pid != 0)
            proc_stop(&slot->proc, STOP_GRACE_NS);
        text_release(&slot->output);
        text_release(&slot->error);
        text_release(&slot->failure);
    }
    mem_free(run->slots);
    mem_free(run->trials);
    mem_free(run->program);
    plan_destroy(&run->plan);
    text_release(&run->study_yaml);
    store_close(&run->store);
    file_unlock(&run->lock);
}

ErrCode coordinator_run(const Study *study, const RunSettings *settings,
                        const RunCallbacks *callbacks, RunReport *report, Err *err)
{
    Coordinator run = {.study = study,
                       .settings = settings,
                       .callbacks = callbacks,
                       .report = report,
                       .begun_ns = clock_now_ns()};
    *report = (RunReport){0};
    TRY(open_run(&run, err));
    TRY(run_all(&run, err));
    if (run.is_stopping)
        (void)err_set(err, ERR_INTERRUPTED,
                      "interrupted, state saved: run the same command to go on");
fail:
    if (run.plan != NULL && run.n_slots > 0)
        report->progress = coordinator_progress(&run);
    report->is_complete =
        err->code == ERR_NONE && !plan_is_waiting(run.plan) && next_trial(&run) == NULL;
    close_run(&run);
    return err->code;
}
