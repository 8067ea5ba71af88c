/* harness/trainer.c: epochs and batches: load, step, sum, measure, save. */
#include "harness/trainer.h"

#include "harness/trainer_files.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/sys.h"
#include "data/imagestats.h"
#include "weights/weights.h"

#include <math.h>
#include <string.h>

#define CHECKPOINT_NS 60000000000 /* at most a minute of work is lost */
#define PERCENT 100.0

/* How a call of train_epoch ended. */
typedef enum EpochEnd { EPOCH_FINISHED, EPOCH_STOPPED, EPOCH_DIVERGED } EpochEnd;

/* --- setting up --- */

static bool say_preparing(void *user, uint32_t done, uint32_t total)
{
    const Trainer *t = user;
    if (t->callbacks->preparing != NULL)
        t->callbacks->preparing(t->callbacks->user, done, total);
    return t->callbacks->should_stop == NULL || !t->callbacks->should_stop(t->callbacks->user);
}

static ErrCode open_set(Trainer *t, Err *err)
{
    const TrainJob *job = t->job;
    TRY(study_data_open(&t->images, job->data, job->data_root, job->threads, err));
    if (job->images != NULL && strcmp(job->images, t->images.digest) != 0) {
        (void)err_set(err, ERR_DATA,
                      "data set '%s' has other images here (%s) than the study is of (%s)",
                      job->data->name, t->images.digest, job->images);
        goto fail;
    }
    if (dataset_n_classes(t->images.set) > job->network->classes) {
        (void)err_set(err, ERR_USAGE, "network '%s' has %d classes, data set '%s' has %d",
                      job->network->name, job->network->classes, job->data->name,
                      dataset_n_classes(t->images.set));
        goto fail;
    }
    if (job->recipe->vary & RECIPE_VARY_SPLIT)
        TRY(split_vary(&t->images.split, t->images.set, (uint64_t)job->seed, err));
    t->schedule = recipe_schedule(job->recipe, t->images.split.count[PART_TRAIN]);
fail:
    return err->code;
}

/* Last of all that can go wrong: it may take minutes. */
static ErrCode prepare_images(Trainer *t, Err *err)
{
    const TrainJob *job = t->job;
    const TrainCallbacks *callbacks = t->callbacks;
    ImageSetReport report;
    const ImageSetSettings settings = {.resolution = job->network->resolution,
                                       .keep_train_source =
                                           augment_needs_source(job->recipe->augment),
                                       .center_crop = job->data->center_crop,
                                       .threads = job->threads,
                                       .fallback_dir = job->cache,
                                       .progress = say_preparing,
                                       .progress_user = t};
    TRY(imageset_open(&t->set, t->images.set, &t->images.split, &settings, &report, err));
    if (report.was_damaged)
        trainer_state_warn(t, "the decoded images in '%s' were damaged and have been written anew",
                           report.path);
    if (report.was_built && callbacks->prepared != NULL)
        callbacks->prepared(callbacks->user, report.n_images, report.seconds);
fail:
    return err->code;
}

/* Measures or carves one batch of images and labels. */
static void carve_batch(Trainer *t, Arena *arena, int batch)
{
    const size_t pixels = (size_t)t->job->network->resolution * (size_t)t->job->network->resolution;
    t->batch.x = arena_floats(arena, (size_t)batch * pixels * DATA_CHANNELS);
    t->batch.label = arena_alloc(arena, (size_t)batch, sizeof(int32_t));
    t->batch.mixed_label = arena_alloc(arena, (size_t)batch, sizeof(int32_t));
    t->batch.share = arena_floats(arena, (size_t)batch);
}

static int batch_size(const Trainer *t)
{
    return (int)recipe_batch_size(t->job->recipe, t->images.split.count[PART_TRAIN]);
}

static ErrCode make_batches(Trainer *t, Err *err)
{
    const Recipe *recipe = t->job->recipe;
    const int batch = batch_size(t);
    t->stats = imagestats_compute(t->set, PART_TRAIN, t->job->threads);
    for (int part = 0; part < N_PARTS; part++) {
        const bool is_train = part == PART_TRAIN;
        const BatchSettings settings = {.part = (DataPart)part,
                                        .batch = batch,
                                        .shuffle = is_train && recipe->shuffle,
                                        .drop_last = is_train,
                                        .augment = is_train ? recipe->augment : 0,
                                        .seed =
                                            recipe_seed(recipe, RECIPE_VARY_ORDER, t->job->seed),
                                        .max_threads = t->job->threads};
        if (batches_create(&t->parts[part], t->set, &t->stats, &settings, err) != ERR_NONE)
            return err->code;
        batches_begin_epoch(t->parts[part], 0);
    }
    Arena measuring = arena_measuring();
    carve_batch(t, &measuring, batch);
    if (arena_reserve(&t->arena, arena_bytes(&measuring), err) != ERR_NONE)
        return err->code;
    carve_batch(t, &t->arena, batch);
    return arena_ok(&t->arena, err);
}

static ErrCode make_net(Trainer *t, Err *err)
{
    const TrainJob *job = t->job;
    t->ema = recipe_ema(job->recipe, t->images.split.count[PART_TRAIN]);
    const NetSettings settings = {.batch = batch_size(t),
                                  .threads = job->threads,
                                  .level = job->level,
                                  .training = true,
                                  .optimizer = (NetOptimizer)job->recipe->optimizer,
                                  .averages = t->ema > 0};
    t->measured = settings.averages ? NET_EMA : NET_WEIGHTS;
    if (network_check_batch(job->network, settings.batch, err) != ERR_NONE)
        return err->code;
    TRY(net_create(&t->net, job->network, &settings, err));
    TRY(finetune_set_rates(&job->recipe->finetune, t->net, err));
fail:
    return err->code;
}

/* Weights of another training, whatever they were trained on. */
static ErrCode load_tuned(Trainer *t, Err *err)
{
    const FineTune *tune = &t->job->recipe->finetune;
    const int resolution = t->job->network->resolution;
    WeightOrigin origin = {0};
    if (!tune->is_on)
        return ERR_NONE;
    TRY(finetune_verify(tune, err));
    TRY(finetune_load(tune, t->net, &origin, err));
    if (origin.is_known && origin.resolution != resolution)
        trainer_state_warn(t, "weights '%s' were trained at %d px, this network is at %d px",
                           tune->weights, origin.resolution, resolution);
fail:
    origin_release(&origin);
    return err->code;
}

/* Fresh weights, or those of a file; whether it fits the network shows at once. */
static ErrCode start_weights(Trainer *t, Err *err)
{
    const TrainJob *job = t->job;
    net_init_weights(t->net, recipe_seed(job->recipe, RECIPE_VARY_INIT, job->seed));
    if (job->init == NULL)
        return load_tuned(t, err);
    const OriginData data =
        study_data_origin(&t->images, job->data, &t->stats, job->network->resolution);
    const WeightSource source = {
        .path = job->init, .naming = &weights_own_names, .accept = job->accept, .used = &data};
    TRY(weights_load(t->net, &source, &t->init, err));
    if (!t->init.is_known)
        trainer_state_warn(t, "'%s' " ORIGIN_UNKNOWN, job->init);
fail:
    return err->code;
}

/* Where the weights to come are from, and that those of before are from there, too. */
static ErrCode make_origin(Trainer *t, Err *err)
{
    const TrainJob *job = t->job;
    const OriginData data =
        study_data_origin(&t->images, job->data, &t->stats, job->network->resolution);
    TRY(origin_check_data(&t->init, job->init, &data, job->accept, err));
    TRY(origin_make(&t->origin, job->network, &data, err));
fail:
    return err->code;
}

static ErrCode begin(Trainer *t, Err *err)
{
    bool is_resumed = false;
    TRY(open_set(t, err));
    TRY(make_net(t, err));
    TRY(training_keys_make(&t->keys, t->job, t->images.digest, err));
    t->epochs = mem_calloc((size_t)t->job->recipe->epochs, sizeof *t->epochs);
    if (t->epochs == NULL) {
        (void)err_memory(err, (size_t)t->job->recipe->epochs * sizeof *t->epochs);
        goto fail;
    }
    TRY(trainer_files_resume(t, &is_resumed, err));
    if (!is_resumed)
        TRY(start_weights(t, err));
    TRY(prepare_images(t, err));
    TRY(make_batches(t, err));
    TRY(make_origin(t, err));
    if (t->callbacks->begun != NULL)
        t->callbacks->begun(t->callbacks->user);
    if (t->callbacks->epoch != NULL)
        for (int64_t i = 0; i < t->at.epoch; i++)
            t->callbacks->epoch(t->callbacks->user, &t->epochs[i]);
    t->checkpoint_at_ns = clock_now_ns();
    return ERR_NONE;
fail:
    return err->code;
}

static void release(Trainer *t)
{
    net_destroy(&t->net);
    for (int part = 0; part < N_PARTS; part++)
        batches_destroy(&t->parts[part]);
    imageset_close(&t->set);
    study_data_close(&t->images);
    arena_release(&t->arena);
    origin_release(&t->origin);
    origin_release(&t->init);
    mem_free(t->epochs);
    trainer_files_close(t);
}

/* --- running --- */

/* Mean loss and accuracy on one part, in evaluation mode. */
static void measure(Trainer *t, DataPart part, double *loss, double *top1)
{
    EvalSums sums = {0};
    Batches *batches = t->parts[part];
    for (uint32_t b = 0; b < batches_count(batches); b++) {
        batches_fill(batches, b, &t->batch, t->job->threads);
        net_evaluate(t->net, t->measured, t->batch.x, t->batch.label, batches_size(batches, b),
                     &sums, NULL);
    }
    *loss = sums.loss / (double)sums.n;
    *top1 = PERCENT * (double)sums.n_correct / (double)sums.n;
}

static StepSettings step_settings(const Trainer *t)
{
    const Recipe *recipe = t->job->recipe;
    const int64_t step = trainer_state_step(t);
    const bool is_mixed = recipe->augment & AUGMENT_MIXUP;
    StepSettings settings = recipe_step(recipe);
    settings.lr = schedule_lr(&t->schedule, step);
    settings.ema = t->ema;
    settings.noise = true;
    settings.seed = recipe_seed(recipe, RECIPE_VARY_ORDER, t->job->seed);
    settings.step = (uint64_t)step;
    settings.mixed_labels = is_mixed ? t->batch.mixed_label : NULL;
    settings.shares = is_mixed ? t->batch.share : NULL;
    return settings;
}

static bool should_stop(const Trainer *t)
{
    return t->callbacks->should_stop != NULL && t->callbacks->should_stop(t->callbacks->user);
}

static void tell_step(const Trainer *t)
{
    if (t->callbacks->step != NULL)
        t->callbacks->step(t->callbacks->user, trainer_state_step(t),
                           t->job->recipe->epochs * t->schedule.steps_per_epoch);
}

/* The present epoch's steps from where it stands. */
static ErrCode train_epoch(Trainer *t, EpochEnd *end, double *lr, Err *err)
{
    const int64_t interval = t->job->checkpoint_ns ? t->job->checkpoint_ns : CHECKPOINT_NS;
    Batches *batches = t->parts[PART_TRAIN];
    batches_begin_epoch(batches, (uint32_t)t->at.epoch);
    while (t->at.step < t->schedule.steps_per_epoch) {
        const int64_t begin_ns = clock_now_ns();
        const StepSettings settings = step_settings(t);
        StepResult result;
        batches_fill(batches, (uint32_t)t->at.step, &t->batch, t->job->threads);
        net_train_step(t->net, t->batch.x, t->batch.label, &settings, &result);
        const int64_t now_ns = clock_now_ns();
        if (!result.finite) {
            t->report->bad_step = trainer_state_step(t);
            *end = EPOCH_DIVERGED;
            return ERR_NONE;
        }
        *lr = settings.lr;
        t->at.train_s += clock_seconds(begin_ns, now_ns);
        t->at.loss_sum += result.loss;
        t->at.n_seen += result.n;
        t->at.step++;
        t->report->last_step = trainer_state_step(t);
        tell_step(t);
        const bool is_inside = t->at.step < t->schedule.steps_per_epoch;
        if (is_inside && should_stop(t)) {
            *end = EPOCH_STOPPED;
            return trainer_files_checkpoint(t, err);
        }
        if (is_inside && now_ns - t->checkpoint_at_ns >= interval &&
            trainer_files_checkpoint(t, err) != ERR_NONE)
            return err->code;
    }
    *end = EPOCH_FINISHED;
    return ERR_NONE;
}

/* Measures and records the epoch whose steps are done; true if its validation loss is finite. */
static bool close_epoch(Trainer *t, double lr)
{
    Epoch *epoch = &t->epochs[t->at.epoch];
    const int64_t begin_ns = clock_now_ns();
    *epoch = (Epoch){.epoch = t->at.epoch + 1,
                     .train_loss = t->at.loss_sum / (double)t->at.n_seen,
                     .lr = lr,
                     .images_per_second = (double)t->at.n_seen / t->at.train_s};
    measure(t, PART_VAL, &epoch->val_loss, &epoch->val_top1);
    epoch->seconds = t->at.train_s + clock_seconds(begin_ns, clock_now_ns());
    return isfinite(epoch->val_loss);
}

static ErrCode finish_epoch(Trainer *t, Err *err)
{
    const Epoch *epoch = &t->epochs[t->at.epoch];
    if (t->at.best_epoch == 0 || epoch->val_top1 > t->at.best_val_top1)
        if (trainer_files_save_best(t, epoch, err) != ERR_NONE)
            return err->code;
    t->at.epoch++;
    t->at.step = 0;
    t->at.loss_sum = 0;
    t->at.n_seen = 0;
    t->at.train_s = 0;
    if (trainer_files_checkpoint(t, err) != ERR_NONE)
        return err->code;
    if (t->callbacks->epoch != NULL)
        t->callbacks->epoch(t->callbacks->user, epoch);
    return ERR_NONE;
}

static ErrCode run_epochs(Trainer *t, Err *err)
{
    tell_step(t);
    while (t->at.epoch < t->job->recipe->epochs) {
        EpochEnd end = EPOCH_FINISHED;
        double lr = 0; /* a position is never at an epoch's end, so at least one step sets it */
        TRY(train_epoch(t, &end, &lr, err));
        if (end == EPOCH_FINISHED && !close_epoch(t, lr)) {
            t->report->bad_step = trainer_state_step(t) - 1;
            end = EPOCH_DIVERGED;
        }
        if (end != EPOCH_FINISHED) {
            t->report->status = end == EPOCH_STOPPED ? TRAIN_STOPPED : TRAIN_DIVERGED;
            return ERR_NONE;
        }
        TRY(finish_epoch(t, err));
        if (t->at.epoch < t->job->recipe->epochs && should_stop(t)) {
            t->report->status = TRAIN_STOPPED;
            return ERR_NONE;
        }
    }
    measure(t, PART_TEST, &t->report->test_loss, &t->report->test_top1);
    TRY(trainer_files_save_result(t, err));
    t->report->status = TRAIN_DONE;
    return ERR_NONE;
fail:
    return err->code;
}

static void fill_report(Trainer *t)
{
    TrainReport *report = t->report;
    report->epochs = t->at.epoch;
    report->best_epoch = t->at.best_epoch;
    report->best_val_top1 = t->at.best_epoch ? t->at.best_val_top1 : (double)NAN;
    if (t->at.epoch > 0) {
        report->val_top1 = t->epochs[t->at.epoch - 1].val_top1;
        report->val_loss = t->epochs[t->at.epoch - 1].val_loss;
    }
}

ErrCode trainer_run(const TrainJob *job, const TrainCallbacks *callbacks, TrainReport *report,
                    Err *err)
{
    const int64_t begin_ns = clock_now_ns(), processor_ns = clock_process_ns();
    Trainer t = {.job = job, .callbacks = callbacks, .report = report};
    *report = (TrainReport){.status = TRAIN_STOPPED,
                            .val_top1 = (double)NAN,
                            .val_loss = (double)NAN,
                            .best_val_top1 = (double)NAN,
                            .test_top1 = (double)NAN,
                            .test_loss = (double)NAN,
                            .bad_step = -1,
                            .checkpoint_step = -1};
    TRY(trainer_files_open(&t, err));
    TRY(begin(&t, err));
    report->last_step = trainer_state_step(&t);
    TRY(run_epochs(&t, err));
fail:
    fill_report(&t);
    report->seconds = clock_seconds(begin_ns, clock_now_ns());
    report->processor_s = clock_seconds(processor_ns, clock_process_ns());
    release(&t);
    return err->code;
}
