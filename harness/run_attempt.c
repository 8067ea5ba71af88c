/* harness/run_attempt.c: an attempt from its row to its end; what it says is run_events.c's. */
#include "harness/run_attempt.h"

#include "base/clock.h"

#include <ctype.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* --- beginnings --- */

/* What a process says of itself; `cpu` has the room for processor and cores. */
static StoreEnvironment environment(const Provenance *p, char cpu[PROVENANCE_TEXT_MAX])
{
    cpu[0] = '\0';
    if (p->cpus > 0)
        snprintf(cpu, PROVENANCE_TEXT_MAX, "%.200s, %d core%s", p->cpu, p->cpus,
                 p->cpus > 1 ? "s" : "");
    return (StoreEnvironment){p->version, p->commit, p->is_dirty, p->compiler, p->flags,
                              p->kernels, p->host,   cpu,         p->system,   p->libraries};
}

ErrCode run_attempt_begin(RunState *run, RunSlot *slot, int threads, Err *err)
{
    char cpu[PROVENANCE_TEXT_MAX];
    const StoreAttempt begin = {environment(&slot->worker.who, cpu), threads, proc_pid()};
    while (store_begin_attempt(run->store, slot->trial, &begin, &slot->attempt, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            return err->code;
    return ERR_NONE;
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

/* Sent by the kernel where memory is short, or by whoever cleans up this machine; not by us. */
static bool is_killed_from_outside(const RunSlot *slot)
{
    return !slot->is_hung && slot->failure_code == ERR_NONE && slot->proc.signal == SIGKILL;
}

/* A signal that a program brings upon itself, in the exit status by which a launcher passes it on.
 */
static bool is_crash_passed_on(int exit_status)
{
    enum { SHELL_SIGNAL = 128 };
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP};
    for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
        if (exit_status == SHELL_SIGNAL + crashes[i])
            return true;
    return false;
}

/*
 * The same of an attempt that was launched: somewhere, so that other trials' steps prove nothing,
 * and whatever ends without a word may be the launcher's end, or a machine's.
 */
static bool is_own_launched_failure(const RunSlot *slot, const RunTrial *trial)
{
    return slot->has_stepped &&
           (slot->failure_code != ERR_NONE || is_crash_passed_on(slot->proc.exit_status) ||
            (is_killed_from_outside(slot) && trial->luck.was_alone));
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
    if (run->settings->launcher != NULL)
        return is_own_launched_failure(slot, trial);
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
    const bool has_begun = slot->attempt != 0;
    if (!has_begun && run->is_stopping)
        trial->status = STORE_PENDING; /* nobody was there yet */
    else if (!has_begun)
        TRY(run_attempt_begin(run, slot, 1, err));
    if (!slot->has_finished && slot->attempt != 0)
        TRY(end_attempt(run, slot, trial, err));
fail:
    proc_release(&slot->proc);
    text_release(&slot->output);
    text_release(&slot->error);
    text_release(&slot->failure);
    *slot = (RunSlot){0};
    return err->code;
}
