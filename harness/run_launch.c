/* harness/run_launch.c: from a pending trial to a process that has its job. */
#include "harness/run_launch.h"

#include "harness/run_attempt.h"
#include "harness/plan_networks.h"
#include "harness/run_files.h"
#include "harness/run_sources.h"
#include "harness/worker_job.h"

#include "base/clock.h"
#include "base/sys.h"

#include <math.h>
#include <string.h>

/* A worker says something at least once a minute (its checkpoint); this much silence is a hang. */
#define PATIENCE_S 900.0
#define PATIENCE_EPOCHS 20.0

/* --- starting --- */

/* The launcher's words, then ours. Free the array only. */
static const char **make_argv(const RunState *run, Err *err)
{
    enum { N_OURS = 6 };
    const char *const *launcher = run->settings->launcher;
    size_t n = 0;
    while (launcher != NULL && launcher[n] != NULL)
        n++;
    const char **argv = mem_calloc(n + N_OURS, sizeof *argv);
    if (argv == NULL) {
        (void)err_memory(err, (n + N_OURS) * sizeof *argv);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        argv[i] = launcher[i];
    argv[n++] = run->program;
    argv[n++] = "run";
    argv[n++] = "--worker";
    if (run->settings->cpu != NULL) {
        argv[n++] = "--cpu";
        argv[n++] = run->settings->cpu;
    }
    return argv;
}

static ErrCode spawn(const RunState *run, RunSlot *slot, Err *err)
{
    const char **argv = make_argv(run, err);
    if (argv == NULL)
        return err->code;
    const ProcOptions options = {.argv = argv,
                                 .input = PROC_PIPE,
                                 .output = PROC_PIPE,
                                 .error = PROC_PIPE,
                                 .own_group = true};
    const ErrCode code = proc_spawn(&slot->proc, &options, err);
    mem_free(argv);
    return code;
}

ErrCode run_launch_start(RunState *run, RunSlot *slot, RunTrial *trial, Err *err)
{
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
    if (spawn(run, slot, err) != ERR_NONE)
        return err->code;
    slot->begun_ns = slot->heard_ns = clock_now_ns();
    slot->patience_s = run->settings->launcher != NULL ? (double)INFINITY : PATIENCE_S;
    trial->status = STORE_RUNNING;
    trial->luck.was_alone = trial->luck.needs_room;
    return ERR_NONE;
}

/* --- the job --- */

/* Threads for a worker of this machine: one while trials wait, more when fewer trials than cores
 * are left. */
static int threads_here(const RunState *run)
{
    int n_left = 0;
    for (size_t i = 0; i < run->n_trials; i++)
        n_left += run->trials[i].is_wanted && (run->trials[i].status == STORE_PENDING ||
                                               run->trials[i].status == STORE_RUNNING);
    const int side_by_side = n_left < run->n_slots ? n_left : run->n_slots;
    const int threads = run->cores / (side_by_side > 0 ? side_by_side : 1);
    return threads > 0 ? threads : 1;
}

/* For one that was launched: its share of what the user gave, else one, for where it runs others
 * may have been given the rest; and no more than it says it has cores. */
static int threads_launched(const RunState *run, const RunSlot *slot)
{
    const int share = run->settings->has_threads ? run->cores / run->n_slots : 1;
    const int most = share < slot->worker.who.cpus ? share : slot->worker.who.cpus;
    return most > 0 ? most : 1;
}

/* Completes the job and sends it. That a process died before it read it is told by its end. */
static ErrCode send_job(const RunState *run, RunSlot *slot, const RunTrial *trial, WorkerJob job,
                        Err *err)
{
    const Plan *plan = run->plan;
    const PlanNetwork *network = &plan->networks[trial->network];
    const PlanTarget *target =
        network->target == PLAN_NONE ? NULL : &plan->targets[network->target];
    const Study *study = plan_networks_study(plan, network->target);
    Text line = {0}, init = {0};
    char *cache = file_join(run->settings->out, "cache"), *folder = NULL;
    Err gone = {0};
    TRY(cache != NULL ? ERR_NONE : err_memory(err, strlen(run->settings->out)));
    TRY(file_absolute("", &folder, err));
    job.worker = slot->worker.name;
    job.folder = folder;
    job.trial = trial->number;
    job.attempt = slot->attempt;
    job.parent = run->settings->launcher != NULL ? 0 : proc_pid();
    TRY(run_sources_init(run, trial, &init, err));
    job.network = network->spec;
    job.epochs = network->epochs;
    job.lr = study->recipe.lr * network->factor;
    job.init = init.n_bytes > 0 ? text_string(&init) : NULL;
    job.study = text_string(target != NULL ? &target->yaml : &run->study_yaml);
    job.cache = cache;
    job.identity = study->data.identity;
    job.data_root = run->settings->data_root;
    job.images = target != NULL ? target->split_digest : plan->split_digest;
    job.seed = trial->seed;
    worker_job_text(&job, &line);
    TRY(text_ok(&line, err));
    if (file_put_fd(slot->proc.input, "worker", line.data, line.n_bytes, &gone) != ERR_NONE)
        proc_close_input(&slot->proc);
fail:
    text_release(&line);
    text_release(&init);
    mem_free(folder);
    mem_free(cache);
    return err->code;
}

/* The attempt, its folder, and its job. */
static ErrCode give_job(RunState *run, RunSlot *slot, Err *err)
{
    const RunTrial *trial = run_state_trial(run, slot->trial);
    const int threads =
        run->settings->launcher != NULL ? threads_launched(run, slot) : threads_here(run);
    /* Pinned only when one worker a processor fills the machine: two studies side by side, or more
     * workers than processors, must not meet on one. */
    const bool is_pinned = threads == 1 && run->n_slots == cpu_available_threads() &&
                           run->n_slots == run->cores && run->settings->launcher == NULL;
    char trial_dir[RUN_FILES_NAME_BYTES], dir[RUN_FILES_NAME_BYTES];
    TRY(run_attempt_begin(run, slot, threads, err));
    while (run_files_make_attempt(run, slot->trial, slot->attempt, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            goto fail;
    const WorkerJob job = {.out = run->settings->out,
                           .dir = run_files_attempt(dir, slot->trial, slot->attempt),
                           .trial_dir = run_files_trial(trial_dir, slot->trial),
                           .threads = threads,
                           .pin = is_pinned ? (int)(slot - run->slots) : -1};
    TRY(send_job(run, slot, trial, job, err));
fail:
    return err->code;
}

ErrCode run_launch_greet(RunState *run, RunSlot *slot, Err *err)
{
    const RunTrial *trial = run_state_trial(run, slot->trial);
    const PlanNetwork *network = &run->plan->networks[trial->network];
    Err refused = {0};
    if (hello_check(&slot->worker, &run->provenance, &refused) != ERR_NONE) {
        slot->failure_code = refused.code;
        text_append(&slot->failure, refused.msg);
        proc_close_input(&slot->proc);
        return ERR_NONE;
    }
    slot->begun_ns = slot->heard_ns = clock_now_ns();
    slot->patience_s = PATIENCE_S;
    if (trial->seconds > 0)
        slot->patience_s += PATIENCE_EPOCHS * trial->seconds / (double)network->epochs;
    return give_job(run, slot, err);
}
