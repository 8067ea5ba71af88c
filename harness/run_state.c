/* harness/run_state.c: counts, talk, and waiting for a full disk. */
#include "harness/run_state.h"

#include "base/clock.h"

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

/* --- counts --- */

bool run_state_is_wanted(const RunState *run, const PlanPoint *point)
{
    const char *only = run->settings->only;
    const StudyPart *part = &run->study->parts[point->part];
    return only == NULL || strcmp(part->id, only) == 0 || strcmp(part->name, only) == 0 ||
           strcmp(part->figure, only) == 0 || strcmp(study_part_key(part->kind), only) == 0;
}

static bool has_trial(const RunState *run, int network, int64_t seed)
{
    for (size_t i = 0; i < run->n_trials; i++)
        if (run->trials[i].network == network && run->trials[i].seed == seed)
            return true;
    return false;
}

/* Trials that what is still to be decided asks for, if each point builds a network of its own. */
static size_t n_to_come(const RunState *run)
{
    const YamlInts *seeds = &run->study->seeds;
    size_t n = 0;
    for (size_t i = 0; i < run->plan->n_points; i++) {
        const PlanPoint *point = &run->plan->points[i];
        if (!run_state_is_wanted(run, point) || point->is_past)
            continue;
        if (point->status == MATCH_AFTER_GRID && point->reason[0] == '\0')
            n += seeds->n;
        else if (point->network != PLAN_NONE && !run->plan->networks[point->network].has_trials)
            for (size_t k = 0; k < seeds->n; k++)
                n += !has_trial(run, point->network, seeds->v[k]);
    }
    return n;
}

static size_t n_wanted_networks(const RunState *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->plan->n_networks; i++) {
        bool is_wanted = false;
        for (size_t k = 0; k < run->n_trials && !is_wanted; k++)
            is_wanted = run->trials[k].is_wanted && run->trials[k].network == (int)i;
        n += is_wanted;
    }
    return n;
}

/* Predicted seconds that a running process still needs. */
static double left_of(const RunState *run, const RunSlot *slot)
{
    for (size_t k = 0; k < run->n_trials; k++)
        if (run->trials[k].number == slot->trial)
            return run->trials[k].seconds *
                   (1 - (double)slot->epochs /
                            (double)run->plan->networks[run->trials[k].network].epochs);
    return 0;
}

RunProgress run_state_progress(const RunState *run)
{
    RunProgress p = {.n_networks = n_wanted_networks(run),
                     .n_to_come = n_to_come(run),
                     .eta_s = (double)NAN,
                     .elapsed_s = clock_seconds(run->begun_ns, clock_now_ns())};
    double left_s = 0;
    for (size_t i = 0; i < run->n_trials; i++) {
        const RunTrial *t = &run->trials[i];
        if (!t->is_wanted)
            continue;
        p.n_trials++;
        p.n_done += t->status == STORE_TRIAL_DONE;
        p.n_diverged += t->status == STORE_TRIAL_DIVERGED;
        p.n_failed += t->status == STORE_FAILED;
        p.n_running += t->status == STORE_RUNNING;
        if (t->status == STORE_PENDING)
            left_s += t->seconds;
    }
    p.n_trials += p.n_to_come;
    for (int i = 0; i < run->n_slots; i++)
        if (run->slots[i].proc.pid != 0)
            left_s += left_of(run, &run->slots[i]);
    const double correction =
        run->done_predicted_s > 0 ? run->done_real_s / run->done_predicted_s : 1;
    p.eta_s = left_s * correction / (run->n_slots > 0 ? run->n_slots : 1);
    return p;
}

/* --- full disks --- */

bool run_state_waits_for_space(RunState *run, Err *err)
{
    if (err->code != ERR_FULL || proc_stop_requested())
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
        return err_set(err, ERR_FULL, "%s; all finished trials are kept, make space and run again",
                       text_string(&slot->failure));
    }
    run->resume_ns = now + SPACE_RETRY_NS;
    return ERR_NONE;
}
