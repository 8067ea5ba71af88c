/* harness/coordinator.c: the run: open, go on, keep workers busy, stop, close. */
#include "harness/coordinator.h"

#include "harness/plan_outcomes.h"
#include "harness/run_attempt.h"
#include "harness/run_cache.h"
#include "harness/run_decide.h"
#include "harness/run_events.h"
#include "harness/run_launch.h"
#include "harness/run_open.h"
#include "harness/run_plan.h"
#include "harness/run_sources.h"
#include "harness/run_state.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/sys.h"

#include <poll.h>
#include <signal.h>

#define TICK_NS 1000000000
#define LINGER_NS 2000000000     /* for what a process may still have to say after its end */
#define STOP_GRACE_NS 5000000000 /* for workers when we end on an error of our own */

/* --- scheduling --- */

/*
 * Which of two comes first: what went well so far; then what a decider waits for, in the order in
 * which it hears of them; then what is predicted to take longer.
 */
static bool is_before(const RunTrial *a, const RunTrial *b)
{
    if (a->luck.n_setbacks != b->luck.n_setbacks)
        return a->luck.n_setbacks < b->luck.n_setbacks;
    if (a->due != b->due)
        return a->due != 0 && (b->due == 0 || a->due < b->due);
    return a->seconds > b->seconds;
}

/* The trial to start next, NULL: none is pending but those that rest; ties: the plan's order. */
static RunTrial *next_trial(RunState *run)
{
    RunTrial *best = NULL;
    for (size_t i = 0; i < run->n_trials; i++) {
        RunTrial *t = &run->trials[i];
        if (t->is_wanted && t->status == STORE_PENDING && run_state_can_begin(run, t) &&
            t->luck.n_setbacks < RUN_MOST_SETBACKS && (best == NULL || is_before(t, best)))
            best = t;
    }
    return best;
}

/* Pending trials that this run gave a rest. */
static int n_resting(const RunState *run)
{
    int n = 0;
    for (size_t i = 0; i < run->n_trials; i++)
        n += run->trials[i].is_wanted && run->trials[i].status == STORE_PENDING &&
             run->trials[i].luck.n_setbacks >= RUN_MOST_SETBACKS;
    return n;
}

static int n_running(const RunState *run)
{
    int n = 0;
    for (int i = 0; i < run->n_slots; i++)
        n += run->slots[i].proc.pid != 0;
    return n;
}

/* A trial that was killed, perhaps for memory, has the machine for itself. */
static bool is_alone(RunState *run)
{
    for (int i = 0; i < run->n_slots; i++)
        if (run->slots[i].proc.pid != 0 && run_state_trial(run, run->slots[i].trial) != NULL &&
            run_state_trial(run, run->slots[i].trial)->luck.needs_room)
            return true;
    return false;
}

/*
 * Whether a trial's memory, as planned, fits beside what runs. One alone always starts: a plan is
 * an estimate.
 */
static bool has_room(RunState *run, const RunTrial *trial)
{
    uint64_t needed = run->plan->networks[trial->network].bytes;
    if (run->memory_bytes == 0 || n_running(run) == 0)
        return true;
    for (int i = 0; i < run->n_slots; i++) {
        const RunTrial *other =
            run->slots[i].proc.pid != 0 ? run_state_trial(run, run->slots[i].trial) : NULL;
        if (other != NULL)
            needed += run->plan->networks[other->network].bytes;
    }
    return needed <= run->memory_bytes;
}

static ErrCode start_trials(RunState *run, Err *err)
{
    if (run->is_stopping || clock_now_ns() < run->resume_ns)
        return ERR_NONE;
    for (int i = 0; i < run->n_slots; i++) {
        if (run->slots[i].proc.pid != 0)
            continue;
        RunTrial *trial = next_trial(run);
        if (trial == NULL || is_alone(run) || (trial->luck.needs_room && n_running(run) > 0) ||
            !has_room(run, trial))
            return ERR_NONE;
        if (run_launch_start(run, &run->slots[i], trial, err) != ERR_NONE)
            return err->code;
    }
    return ERR_NONE;
}

/*
 * Whether a process has ended and said all it will: its pipes are closed, or somebody whom it
 * started holds them and is not waited for.
 */
static bool has_ended(RunSlot *slot)
{
    Err waiting = {0};
    if (proc_wait(&slot->proc, 0, &waiting) != ERR_NONE && !slot->proc.has_ended)
        return false;
    const int64_t now = clock_now_ns();
    if (slot->ended_ns == 0)
        slot->ended_ns = now;
    return (slot->proc.output < 0 && slot->proc.error < 0) || now - slot->ended_ns > LINGER_NS;
}

/* Ends what has ended. */
static ErrCode reap_ended(RunState *run, bool *any, Err *err)
{
    for (int i = 0; i < run->n_slots; i++) {
        RunSlot *slot = &run->slots[i];
        if (slot->proc.pid == 0 || !has_ended(slot))
            continue;
        TRY(run_state_pause_after(run, slot, err));
        TRY(run_attempt_reap(run, slot, err));
        *any = true;
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* Ends workers that have been silent for too long, and launchers that were asked to end in vain. */
static void end_hung(RunState *run)
{
    const int64_t now = clock_now_ns();
    for (int i = 0; i < run->n_slots; i++) {
        RunSlot *slot = &run->slots[i];
        if (slot->proc.pid == 0)
            continue;
        const bool is_new = !slot->is_hung && clock_seconds(slot->heard_ns, now) > slot->patience_s;
        slot->is_hung |= is_new;
        if (is_new || (slot->kill_ns != 0 && now > slot->kill_ns))
            run_state_end_process(run, slot);
    }
}

/* Waits up to a tick for output and reads what there is. */
static ErrCode listen_once(RunState *run, struct pollfd *watched, Err *err)
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
            run_events_hear(run, &run->slots[k / 2], k % 2 == 1, err) != ERR_NONE)
            return err->code;
    return ERR_NONE;
}

/* Gives their jobs to those who have said hello. */
static ErrCode greet_workers(RunState *run, Err *err)
{
    for (int i = 0; i < run->n_slots; i++) {
        RunSlot *slot = &run->slots[i];
        if (slot->proc.pid != 0 && slot->is_here && slot->attempt == 0 &&
            slot->failure_code == ERR_NONE && !run->is_stopping &&
            run_launch_greet(run, slot, err) != ERR_NONE)
            return err->code;
    }
    return ERR_NONE;
}

/* On a signal every worker hears the end of its input: it finishes its batch and saves. A launcher
 * that has brought none yet does not listen there, and has nothing to save. */
static void begin_stop(RunState *run)
{
    run->is_stopping = true;
    run->report->was_stopped = true;
    run_state_note(run, "stopping: running trials finish their batch and save (%d)",
                   n_running(run));
    for (int i = 0; i < run->n_slots; i++) {
        if (run->slots[i].proc.pid == 0)
            continue;
        proc_close_input(&run->slots[i].proc);
        if (run->slots[i].attempt == 0)
            proc_signal(&run->slots[i].proc, SIGTERM);
    }
}

/* Says once that launchers take their time, as one does whose jobs wait in a queue. */
static void note_queue(RunState *run)
{
    enum { QUIET_S = 60 };
    int n = 0;
    for (int i = 0; i < run->n_slots; i++)
        n += run->slots[i].proc.pid != 0 && !run->slots[i].is_here &&
             clock_seconds(run->slots[i].begun_ns, clock_now_ns()) > QUIET_S;
    if (n == 0 || run->has_noted_queue)
        return;
    run->has_noted_queue = true;
    run_state_note(run, "launched processes that have not begun yet are waited for (%d)", n);
}

static void tick(RunState *run)
{
    const int64_t now = clock_now_ns();
    if (now - run->ticked_ns < TICK_NS)
        return;
    run->ticked_ns = now;
    end_hung(run);
    note_queue(run);
    if (run->callbacks->tick != NULL) {
        const RunProgress progress = run_state_progress(run);
        run->callbacks->tick(run->callbacks->user, &progress);
    }
}

/* Trials have ended: what that settles is planned, put, and its images prepared. */
static ErrCode decide(RunState *run, Err *err)
{
    bool is_changed = false;
    TRY(run_decide_advance(run, &is_changed, err));
    is_changed |= run_sources_tell_lost(run);
    if (!is_changed)
        return ERR_NONE;
    TRY(plan_predict(run->plan, run->settings->level, err));
    TRY(run_plan_put(run, err));
    TRY(run_cache_fill(run, err));
    for (int i = 0; i < run->n_slots; i++) /* we did not listen meanwhile */
        run->slots[i].heard_ns = clock_now_ns();
fail:
    return err->code;
}

/* Runs what is pending, and what is decided on the way. */
static ErrCode run_trials(RunState *run, Err *err)
{
    struct pollfd *watched = mem_calloc((size_t)run->n_slots * 2, sizeof *watched);
    if (watched == NULL)
        return err_memory(err, (size_t)run->n_slots * sizeof *watched);
    TRY(run_cache_fill(run, err));
    for (;;) {
        bool any_ended = false;
        if (proc_stop_requested() && !run->is_stopping)
            begin_stop(run);
        TRY(start_trials(run, err));
        if (n_running(run) == 0 && (run->is_stopping || next_trial(run) == NULL))
            break;
        TRY(listen_once(run, watched, err));
        TRY(greet_workers(run, err));
        TRY(reap_ended(run, &any_ended, err));
        if (any_ended && !run->is_stopping)
            TRY(decide(run, err));
        tick(run);
    }
    if (!run->is_stopping)
        run_decide_note_waiting(run);
    if (!run->is_stopping && n_resting(run) > 0)
        (void)err_set(err, ERR_CHILD,
                      "%d trial%s could not be trained here, to stay pending; mend this and run "
                      "again: %s",
                      n_resting(run), text_plural(n_resting(run)), text_string(&run->cause));
fail:
    mem_free(watched);
    return err->code;
}

/* --- closing --- */

/* Workers still alive when we end on an error: asked, then made to end. Their attempts stay
 * endless. */
static void close_run(RunState *run)
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
    run_open_close(run);
}

/* 0: unknown; a launcher's workers may be elsewhere. */
static uint64_t memory_for_workers(const RunSettings *settings)
{
    if (settings->memory_bytes > 0)
        return settings->memory_bytes;
    return settings->launcher == NULL ? memory_free() : 0;
}

ErrCode coordinator_run(const Study *study, const RunSettings *settings,
                        const RunCallbacks *callbacks, RunReport *report, Err *err)
{
    Study known = *study; /* with the store's version and the identity of its data */
    RunState run = {.study = &known,
                    .settings = settings,
                    .callbacks = callbacks,
                    .report = report,
                    .begun_ns = clock_now_ns()};
    *report = (RunReport){0};
    TRY(run_open_study(&run, &known, err));
    TRY(run_open(&run, err));
    run.memory_bytes = memory_for_workers(settings);
    TRY(run_trials(&run, err));
    if (run.is_stopping)
        (void)err_set(err, ERR_INTERRUPTED,
                      "interrupted, state saved: run the same command to go on");
fail:
    if (err->code == ERR_BUSY && proc_stop_requested())
        (void)err_set(err, ERR_INTERRUPTED,
                      "interrupted while the store was busy: run the same command to go on");
    if (run.plan != NULL && run.n_slots > 0)
        report->progress = run_state_progress(&run);
    report->is_complete =
        err->code == ERR_NONE && !plan_is_waiting(run.plan) && next_trial(&run) == NULL;
    close_run(&run);
    return err->code;
}
