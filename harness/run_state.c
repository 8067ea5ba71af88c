/* harness/run_state.c: counts, talk, and waiting for a full disk. */
#include "harness/run_state.h"

#include "harness/plan_networks.h"
#include "harness/plan_search.h"
#include "harness/plan_tune.h"

#include "base/clock.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PRIOR_S 1.0
#define STORE_QUIET_S 2.0         /* so long a busy store is not worth a word */
#define STORE_NOTE_NS 60000000000 /* between two words on it */
#define SPACE_PATIENCE_S 60.0     /* on a full disk; then the run ends with all that is committed */
#define SPACE_TRIES 30            /* meanwhile */
#define ASKED_NS 30000000000      /* for a launcher to end what it started */

RunTrial *run_state_trial(const RunState *run, int64_t number)
{
    for (size_t i = 0; i < run->n_trials; i++)
        if (run->trials[i].number == number)
            return &run->trials[i];
    return NULL;
}

bool run_state_can_begin(const RunState *run, const RunTrial *trial)
{
    const RunTrial *source = run_state_trial(run, trial->source);
    return trial->source == 0 || (source != NULL && source->status == STORE_TRIAL_DONE);
}

bool run_state_is_begun_again(const RunState *run, const StoreTrial *trial)
{
    const RunSettings *settings = run->settings;
    if (trial->status != STORE_FAILED ||
        !(settings->retry_failed || settings->retry == trial->number))
        return false;
    const RunTrial *known = run_state_trial(run, trial->number);
    return known == NULL || known->status != STORE_FAILED;
}

/* --- talk --- */

void run_state_note(const RunState *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_tell(run->callbacks->note, run->callbacks->user, format, arguments);
    va_end(arguments);
}

/* --- counts --- */

bool run_state_is_wanted(const RunState *run, int part)
{
    const char *only = run->settings->only;
    const StudyPart *p = &run->study->parts[part];
    return only == NULL || strcmp(p->id, only) == 0 || strcmp(p->name, only) == 0 ||
           strcmp(p->figure, only) == 0 || strcmp(study_part_key(p->kind), only) == 0;
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
    size_t n = 0;
    for (size_t i = 0; i < run->plan->n_points; i++) {
        const PlanPoint *point = &run->plan->points[i];
        const YamlInts *seeds = point->seeds;
        if (!run_state_is_wanted(run, point->part) || point->is_past)
            continue;
        if (point->waits_for_rate ||
            (point->status == MATCH_AFTER_GRID && point->reason[0] == '\0'))
            n += plan_tune_to_come(run->plan, point);
        else if (point->network != PLAN_NONE && !run->plan->networks[point->network].has_trials)
            for (size_t k = 0; k < seeds->n; k++)
                n += !has_trial(run, point->network, seeds->v[k]);
    }
    for (size_t i = 0; i < run->study->n_parts; i++)
        if (run->plan->parts[i].search != NULL && run_state_is_wanted(run, (int)i))
            n += plan_search_to_come(run->plan, (int)i);
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

/* The first point of a trial's network that asks for its seed; else the first; or NULL. */
static const PlanPoint *point_of(const Plan *plan, const RunTrial *trial)
{
    const PlanPoint *first = NULL;
    for (size_t i = 0; i < plan->n_points; i++) {
        const PlanPoint *p = &plan->points[i];
        if (p->network != trial->network)
            continue;
        if (yaml_has_int(p->seeds, trial->seed))
            return p;
        if (first == NULL)
            first = p;
    }
    return first;
}

void run_state_label(const RunState *run, const RunTrial *trial, char label[PROGRESS_LABEL_MAX])
{
    const size_t n = PROGRESS_LABEL_MAX;
    const PlanPoint *p = point_of(run->plan, trial);
    if (p == NULL)
        snprintf(label, n, "trial %" PRId64, trial->number);
    else if (p->genes != NULL)
        snprintf(label, n, "%s %.80s", p->part_name, p->genes);
    else if (run->study->parts[p->part].kind == STUDY_GRID)
        snprintf(label, n, "%s %.4g %.4g %.4g", p->part_name, p->nominal.depth, p->nominal.width,
                 p->nominal.resolution);
    else
        snprintf(label, n, "%s %s %.4g", p->figure, p->series, p->x);
}

void run_state_step(const RunState *run, RunSlot *slot, int64_t step, int64_t steps)
{
    const int64_t now = clock_now_ns();
    if (steps < 1 || step < 0 || step > steps)
        return;
    slot->shown.share = (double)step / (double)steps;
    slot->step_ns = now;
    if (isnan(slot->share_begun)) {
        slot->share_begun = slot->shown.share;
        slot->first_step = step;
        slot->first_step_ns = now;
    } else if (slot->shown.epoch == 0) {
        const RunTrial *trial = run_state_trial(run, slot->trial);
        const int target = run->plan->networks[trial->network].target;
        const int64_t batch = recipe_batch_size(&plan_networks_study(run->plan, target)->recipe,
                                                plan_networks_work(run->plan, target, 0).n_train);
        slot->shown.images_per_second =
            (double)((step - slot->first_step) * batch) / clock_seconds(slot->first_step_ns, now);
    }
}

ProgressPace run_state_pace(const RunSlot *slot, const RunTrial *trial)
{
    if (isnan(slot->share_begun))
        return (ProgressPace){0};
    const double share = slot->has_finished ? 1 : slot->shown.share;
    const int64_t until = slot->has_finished ? clock_now_ns() : slot->step_ns;
    return (ProgressPace){trial->seconds * (share - slot->share_begun),
                          clock_seconds(slot->begun_ns, until)};
}

/* Adds what runs: its work left, its pace, and what is shown of it. */
static void add_running(const RunState *run, RunProgress *p, ProgressLeft *left, ProgressPace *pace)
{
    p->running = run->running;
    for (int i = 0; i < run->n_slots; i++) {
        const RunSlot *slot = &run->slots[i];
        const RunTrial *trial = slot->proc.pid != 0 ? run_state_trial(run, slot->trial) : NULL;
        if (trial == NULL || slot->has_finished)
            continue;
        const ProgressPace own = run_state_pace(slot, trial);
        const double own_left = trial->seconds * (1 - slot->shown.share);
        left->work += own_left;
        left->longest = own_left > left->longest ? own_left : left->longest;
        left->n_trials++;
        pace->work += own.work;
        pace->seconds += own.seconds;
        run->running[p->n_shown++] = slot->shown;
    }
}

RunProgress run_state_progress(const RunState *run)
{
    RunProgress p = {.n_networks = n_wanted_networks(run),
                     .n_to_come = n_to_come(run),
                     .elapsed_s = clock_seconds(run->begun_ns, clock_now_ns())};
    /* The prediction counts for PRIOR_S seconds of work; then what ran tells. */
    ProgressPace pace = {run->pace.work + PRIOR_S, run->pace.seconds + PRIOR_S};
    ProgressLeft left = {0};
    double all = 0;
    for (size_t i = 0; i < run->n_trials; i++) {
        const RunTrial *t = &run->trials[i];
        if (!t->is_wanted)
            continue;
        p.n_trials++;
        p.n_done += t->status == STORE_TRIAL_DONE;
        p.n_diverged += t->status == STORE_TRIAL_DIVERGED;
        p.n_failed += t->status == STORE_FAILED;
        p.n_running += t->status == STORE_RUNNING;
        all += t->seconds;
        if (t->status != STORE_PENDING)
            continue;
        left.work += t->seconds;
        left.longest = t->seconds > left.longest ? t->seconds : left.longest;
        left.n_trials++;
    }
    add_running(run, &p, &left, &pace);
    if (p.n_trials > 0) { /* what is to come is as long as what is known */
        const double to_come = all / (double)p.n_trials * (double)p.n_to_come;
        left.work += to_come;
        left.n_trials += p.n_to_come;
        all += to_come;
    }
    p.n_trials += p.n_to_come;
    p.share = all > 0 ? 1 - left.work / all : 0;
    p.eta_s = progress_eta(&left, (size_t)run->n_slots, pace);
    return p;
}

/* --- processes --- */

void run_state_end_process(const RunState *run, RunSlot *slot)
{
    const bool is_asked = run->settings->launcher != NULL && slot->kill_ns == 0;
    proc_signal(&slot->proc, is_asked ? SIGTERM : SIGKILL);
    slot->kill_ns = is_asked ? clock_now_ns() + ASKED_NS : 0;
}

/* --- full disks --- */

static int64_t space_patience_ns(const RunState *run)
{
    const double wanted = run->settings->space_patience_s;
    return (int64_t)((wanted > 0 ? wanted : SPACE_PATIENCE_S) * 1e9);
}

bool run_state_waits_for_space(RunState *run, Err *err)
{
    if (err->code != ERR_FULL || proc_stop_requested())
        return false;
    const int64_t now = clock_now_ns();
    if (run->full_since_ns == 0) {
        run->full_since_ns = now;
        run_state_note(run, "paused, waiting for space: %s", err->msg);
    } else if (now - run->full_since_ns > space_patience_ns(run)) {
        return false;
    }
    clock_sleep_ns(space_patience_ns(run) / SPACE_TRIES);
    *err = (Err){0};
    return true;
}

bool run_state_waits_for_store(void *user, double seconds)
{
    RunState *run = user;
    const int64_t now = clock_now_ns();
    if (proc_stop_requested())
        return false;
    for (int i = 0; i < run->n_slots && run->slots != NULL; i++)
        run->slots[i].heard_ns = now;
    if (seconds >= STORE_QUIET_S &&
        (run->noted_busy_ns == 0 || now - run->noted_busy_ns > STORE_NOTE_NS)) {
        run->noted_busy_ns = now;
        run_state_note(run,
                       "waiting for the store: another process has been holding '%s/study.db' for "
                       "%.0f s",
                       run->settings->out, seconds);
    }
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
    } else if (now - run->full_since_ns > space_patience_ns(run)) {
        return err_set(err, ERR_FULL, "%s; all finished trials are kept, make space and run again",
                       text_string(&slot->failure));
    }
    run->resume_ns = now + space_patience_ns(run) / SPACE_TRIES;
    return ERR_NONE;
}
