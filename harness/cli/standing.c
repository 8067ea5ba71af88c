/* harness/cli/standing.c: counts of rows, and the pace of some. */
#include "harness/cli/standing.h"

#include "base/file.h"
#include "base/sys.h"
#include "results/under_way.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static ErrCode show(ProgressTrial *shown, const UnderWayTrial *trial, Err *err)
{
    Text label = {0};
    *shown = (ProgressTrial){
        .number = trial->trial,
        .seed = trial->seed,
        .epoch = trial->epoch,
        .epochs = trial->epochs,
        .share = trial->epochs > 0 ? (double)trial->epoch / (double)trial->epochs : 0,
        .train_loss = trial->train_loss,
        .val_top1 = trial->val_top1,
        .images_per_second = trial->images_per_second};
    if (trial->point.figure != NULL)
        study_folder_label_point(&trial->point, &label);
    snprintf(shown->label, sizeof shown->label, "%s", text_string(&label));
    const ErrCode code = text_ok(&label, err);
    text_release(&label);
    return code;
}

/* What was read of them must be what was written. */
static ErrCode trust(StudyFolder *study, const UnderWayTrial *trials, size_t n, Err *err)
{
    int64_t *numbers = arena_alloc(&study->arena, n + 1, sizeof *numbers);
    TRY(arena_ok(&study->arena, err));
    for (size_t i = 0; i < n; i++)
        numbers[i] = trials[i].trial;
    return store_trust_running(study->store, numbers, n, err);
fail:
    return err->code;
}

/* What runs now, and when it will all be done. */
static ErrCode read_progress(RunProgress *p, StudyFolder *study, Err *err)
{
    UnderWay now;
    TRY(under_way_read(study->store, &study->arena, &now, err));
    TRY(trust(study, now.trials, now.n_trials, err));
    ProgressTrial *running = arena_alloc(&study->arena, now.n_trials + 1, sizeof *running);
    TRY(arena_ok(&study->arena, err));
    ProgressLeft left = {now.left, now.longest,
                         p->n_trials - p->n_done - p->n_diverged - p->n_failed};
    ProgressPace pace = {now.paced, now.paced_s};
    for (size_t i = 0; i < now.n_trials; i++) {
        const UnderWayTrial *trial = &now.trials[i];
        const double done = trial->macs * (double)trial->epoch;
        TRY(show(&running[i], trial, err));
        left.work -= done;
        pace.work += done;
        pace.seconds += trial->seconds;
    }
    if (left.longest > left.work)
        left.longest = left.work;
    p->running = running;
    p->n_shown = now.n_trials;
    p->share = now.all > 0 ? 1 - left.work / now.all : 0;
    p->eta_s = progress_eta(&left, now.n_trials, pace);
fail:
    return err->code;
}

ErrCode standing_read(Standing *out, StudyFolder *study, Err *err)
{
    char *lock = study_folder_file(study, "study.lock");
    *out = (Standing){0};
    if (lock == NULL) {
        (void)err_memory(err, strlen(study->path));
        goto fail;
    }
    TRY(store_standing(study->store, &out->counts, err));
    TRY(file_lock_holder(lock, &out->is_held, &out->holder, err));
    const int64_t *n = out->counts.n_by_status;
    out->progress = (RunProgress){.n_trials = (size_t)out->counts.n_trials,
                                  .n_done = (size_t)n[STORE_TRIAL_DONE],
                                  .n_diverged = (size_t)n[STORE_TRIAL_DIVERGED],
                                  .n_failed = (size_t)n[STORE_FAILED],
                                  .n_running = out->is_held ? (size_t)n[STORE_RUNNING] : 0,
                                  .share = (double)NAN,
                                  .eta_s = (double)NAN,
                                  .elapsed_s = (double)NAN};
    if (out->is_held)
        TRY(read_progress(&out->progress, study, err));
fail:
    mem_free(lock);
    return err->code;
}

void standing_release(Standing *standing)
{
    mem_free(standing->holder);
    *standing = (Standing){0};
}
