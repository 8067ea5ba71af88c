/* harness/cli/run_talk.c: a study's progress in words. */
#include "harness/cli/run_talk.h"

#include "harness/cli/progress_view.h"

#include "harness/plan_search_report.h"

#include <inttypes.h>

static void say_planned(void *user, const Plan *plan, const RunProgress *p, double seconds)
{
    (void)user;
    char a[TEXT_NUMBER_BYTES];
    const bool is_done = p->n_to_come == 0 && seconds <= 0.0;
    call_say("study %s: %zu network%s, %zu trial%s%s, %s%s", plan->study->name, p->n_networks,
             text_plural(p->n_networks), p->n_trials - p->n_to_come,
             text_plural(p->n_trials - p->n_to_come), p->n_to_come ? " and more to come" : "",
             is_done ? "nothing left to train" : "predicted ",
             is_done ? "" : text_duration(a, seconds));
    Text warnings = {0};
    recipe_warnings(&plan->study->recipe, plan->n_train, &warnings);
    plan_search_warnings(plan, &warnings);
    call_warn(&warnings);
    text_release(&warnings);
}

static void draw(const Call *call, const RunProgress *p)
{
    size_t n_rows;
    Text lines = {0};
    if (!call->has_progress)
        return;
    const size_t columns = call_view_columns(&n_rows);
    progress_view(p, columns, n_rows - 1, call->has_color, &lines);
    call_view(call, &lines);
    text_release(&lines);
}

/* One line a trial; its epochs are seen in the view, or said where they are asked for. */
static void say_epoch(void *user, const RunEpoch *e, const RunProgress *p)
{
    const Call *call = user;
    const size_t n_ended = p->n_done + p->n_diverged + p->n_failed;
    if (!e->is_last && call->verbose)
        call_say("%4" PRId64 " %s seed %" PRId64 "  epoch %" PRId64 "/%" PRId64
                 "  loss %.4f  val %.2f %%",
                 e->trial, e->label, e->seed, e->epoch, e->epochs, e->train_loss, e->val_top1);
    else if (e->is_last && e->status == TRAIN_DIVERGED)
        call_say("%4" PRId64 " %s seed %" PRId64 "  diverged  [%zu/%zu]", e->trial, e->label,
                 e->seed, n_ended, p->n_trials);
    else if (e->is_last)
        call_say("%4" PRId64 " %s seed %" PRId64 "  done  val %.2f %%  test %.2f %%  [%zu/%zu]",
                 e->trial, e->label, e->seed, e->val_top1, e->test_top1, n_ended, p->n_trials);
    draw(call, p);
}

static void say_tick(void *user, const RunProgress *p)
{
    draw(user, p);
}

static void say_preparing(void *user, uint32_t done, uint32_t total)
{
    (void)call_preparing(user, done, total);
}

static void say_note(void *user, const char *message)
{
    (void)user;
    call_say("%s", message);
}

RunCallbacks run_talk(const Call *call)
{
    return (RunCallbacks){.user = (void *)(uintptr_t)call,
                          .planned = say_planned,
                          .epoch = say_epoch,
                          .tick = say_tick,
                          .preparing = say_preparing,
                          .note = say_note};
}

void run_talk_end(const RunReport *report, const char *out)
{
    const RunProgress *p = &report->progress;
    char elapsed[TEXT_NUMBER_BYTES];
    call_say("%zu of %zu trials done, %zu diverged, %zu failed in %s; see 'isoflop verdict %s'",
             p->n_done, p->n_trials, p->n_diverged, p->n_failed,
             text_duration(elapsed, p->elapsed_s), out);
}
