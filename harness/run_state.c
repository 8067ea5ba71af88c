/* harness/run_state.c: counts, talk, and waiting for a full disk. */
#include "harness/run_state.h"

#include "base/clock.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#define SPACE_RETRY_NS 2000000000     /* between two tries on a full disk */
#define SPACE_PATIENCE_NS 60000000000 /* then the run ends with all that is committed */

RunTrial *run_state_trial(RunState *run, int64_t number)
{
    for (size_t i = 0; i < run->n_trials; i++)
        if (run->trials[i].number == number)
            return &run->trials[i];
    return NULL;
}

/* --- talk --- */

void run_state_note(const RunState *run, const char *format, ...)
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

RunProgress run_state_progress(const RunState *run)
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

static bool is_disk_full(const char *message)
{
    return strstr(message, strerror(ENOSPC)) != NULL || strstr(message, "disk is full") != NULL ||
           strstr(message, strerror(EDQUOT)) != NULL;
}

bool run_state_waits_for_space(RunState *run, Err *err)
{
    if (!is_disk_full(err->msg) || proc_stop_requested())
        return false;
    const int64_t now = clock_now_ns();
    if (run->full_since_ns == 0) {
        run->full_since_ns = now;
        run_state_note(run, "paused, waiting for space: %s", err->msg);
    } else if (now - run->full_since_ns > SPACE_PATIENCE_NS) {
        return false;
    }
    clock_sleep_ns(SPACE_RETRY_NS);
    *err = (Err){0};
    return true;
}

ErrCode run_state_pause_after(RunState *run, const RunSlot *slot, Err *err)
{
    const int64_t now = clock_now_ns();
    if (!slot->is_disk_full) {
        if (slot->has_finished)
            run->full_since_ns = 0;
        return ERR_NONE;
    }
    if (run->full_since_ns == 0) {
        run->full_since_ns = now;
        run_state_note(run, "paused, waiting for space: %s", text_string(&slot->failure));
    } else if (now - run->full_since_ns > SPACE_PATIENCE_NS) {
        return err_set(err, ERR_IO, "%s; all finished trials are kept, make space and run again",
                       text_string(&slot->failure));
    }
    run->resume_ns = now + SPACE_RETRY_NS;
    return ERR_NONE;
}
