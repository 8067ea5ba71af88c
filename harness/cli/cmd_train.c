/* harness/cli/cmd_train.c: `isoflop train`: trains one network, with the very code of a study's
 * trials. */
#include "harness/cli/command.h"
#include "harness/cli/data_option.h"
#include "harness/cli/network_options.h"

#include "base/json.h"
#include "base/proc.h"
#include "harness/study_data.h"
#include "harness/trainer.h"
#include "models/resolve.h"

#include <inttypes.h>

static const char *const usage[] = {"--network N --data NAME[=PATH] --out DIR [--init W] [--epochs "
                                    "E] [--batch B] [--seed S] [--set PATH=VALUE]...",
                                    NULL};
static const char *const notes[] = {"DIR gets weights.safetensors (what was measured after the "
                                    "last epoch) and best.safetensors (best validation\n"
                                    "epoch). An interrupted training goes on when the same command "
                                    "is given again (exit 75 until then).",
                                    NULL};

typedef struct TrainOptions {
    NetworkChoice network;
    DataOption data;
    const char *out, *init;
    int64_t epochs, batch, seed;
} TrainOptions;

#define MAX_SEED 9007199254740992.0

#define FIELD(field) offsetof(TrainOptions, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(network), .table = &network_choice},
    {.kind = OPTION_TABLE, .offset = FIELD(data), .table = &data_option},
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = FIELD(out),
     .metavar = "DIR",
     .doc = "folder for the weights"},
    {.name = "init",
     .kind = OPTION_TEXT,
     .offset = FIELD(init),
     .metavar = "W",
     .doc = "weight file to start from"},
    {.name = "epochs",
     .kind = OPTION_INT,
     .offset = FIELD(epochs),
     .metavar = "E",
     .min = 1,
     .max = 100000,
     .doc = "short for --set recipe.epochs=E"},
    {.name = "batch",
     .kind = OPTION_INT,
     .offset = FIELD(batch),
     .metavar = "B",
     .min = 1,
     .max = 65536,
     .doc = "short for --set recipe.batch=B"},
    {.name = "seed",
     .kind = OPTION_INT,
     .offset = FIELD(seed),
     .metavar = "S",
     .fallback = "1",
     .min = 0,
     .max = MAX_SEED,
     .doc = "of initial weights, order, augmentation and noise"},
};
#undef FIELD

/* --- talk --- */

/* Prints unless an earlier line could not be; the first failure stays in `err`. */
static void print_line(Text *line, Err *err)
{
    text_append_char(line, '\n');
    if (err->code != ERR_NONE || call_print(line, err) != ERR_NONE)
        text_clear(line);
    text_release(line);
}

/* What the callbacks need. */
typedef struct Listener {
    const Call *call;
    int64_t epochs;
    Err err; /* of the first line that could not be printed: ends the training */
} Listener;

static void say_epoch(void *user, const TrainEpoch *e)
{
    Listener *listener = user;
    if (!listener->call->json) {
        call_say("epoch %" PRId64 "/%" PRId64
                 "  loss %.4f  val loss %.4f  val %.2f %%  lr %.3g  %.0f images/s",
                 e->epoch, listener->epochs, e->train_loss, e->val_loss, e->val_top1, e->lr,
                 e->images_per_second);
        return;
    }
    Text line = {0};
    JsonWriter json = json_writer(&line, false);
    json_open_map(&json, NULL);
    json_put_int(&json, "epoch", e->epoch);
    json_put_double(&json, "train_loss", e->train_loss);
    json_put_double(&json, "val_loss", e->val_loss);
    json_put_double(&json, "val_top1", e->val_top1);
    json_put_double(&json, "lr", e->lr);
    json_put_double(&json, "seconds", e->seconds);
    json_put_double(&json, "images_per_second", e->images_per_second);
    json_close_map(&json);
    print_line(&line, &listener->err);
}

static void say_warning(void *user, const char *message)
{
    (void)user;
    call_say("warning: %s", message);
}

static void say_preparing(void *user, uint32_t done, uint32_t total)
{
    const Listener *listener = user;
    (void)call_preparing((void *)(uintptr_t)listener->call, done, total);
}

static void say_prepared(void *user, uint32_t n_images, double seconds)
{
    const Listener *listener = user;
    call_prepared(listener->call, n_images, seconds);
}

static bool should_stop(void *user)
{
    const Listener *listener = user;
    return proc_stop_requested() != 0 || listener->err.code != ERR_NONE;
}

static void say_end(const TrainReport *report, Listener *listener)
{
    static const char *const names[] = {
        [TRAIN_DONE] = "done", [TRAIN_STOPPED] = "stopped", [TRAIN_DIVERGED] = "diverged"};
    Text line = {0};
    if (!listener->call->json) {
        if (report->status == TRAIN_DIVERGED)
            text_printf(&line,
                        "diverged: first bad loss at step %" PRId64 ", after %" PRId64
                        " whole epochs",
                        report->bad_step, report->epochs);
        else
            text_printf(&line,
                        "%s: test %.2f %%, loss %.4f; best epoch %" PRId64 " with val %.2f %%",
                        names[report->status], report->test_top1, report->test_loss,
                        report->best_epoch, report->best_val_top1);
    } else {
        JsonWriter json = json_writer(&line, false);
        json_open_map(&json, NULL);
        json_put_text(&json, "status", names[report->status]);
        json_put_int(&json, "epochs", report->epochs);
        json_put_double(&json, "test_top1", report->test_top1);
        json_put_double(&json, "test_loss", report->test_loss);
        json_put_double(&json, "val_top1", report->val_top1);
        json_put_double(&json, "val_loss", report->val_loss);
        json_put_int(&json, "best_epoch", report->best_epoch);
        json_put_double(&json, "best_val_top1", report->best_val_top1);
        if (report->status == TRAIN_DIVERGED)
            json_put_int(&json, "bad_step", report->bad_step);
        json_put_double(&json, "seconds", report->seconds);
        json_close_map(&json);
    }
    print_line(&line, &listener->err);
}

/* --- run --- */

static ErrCode check_given(const TrainOptions *settings, Err *err)
{
    TRY(call_need("network", settings->network.name, err));
    TRY(call_need("data", settings->data.text, err));
    TRY(call_need("out", settings->out, err));
fail:
    return err->code;
}

/* The defaults with --set, then the short options. */
static ErrCode make_study(Study **out, const Call *call, char data[DATA_OPTION_NAME_MAX], Err *err)
{
    const TrainOptions *settings = call->settings;
    TRY(data_option_study(out, call, &settings->data, data, err));
    if (settings->epochs) {
        (*out)->recipe.epochs = settings->epochs;
        TRY(recipe_check(&(*out)->recipe, err));
    }
    if (settings->batch)
        (*out)->recipe.batch = settings->batch;
fail:
    return err->code;
}

static ErrCode make_network(Network *network, const Call *call, const Study *study, Err *err)
{
    const TrainOptions *settings = call->settings;
    StudyImages images = {0};
    Spec spec;
    TRY(study_data_open(&images, &study->data, call->data_root, call->threads, err));
    TRY(network_choice_spec(&spec, &settings->network, study, dataset_n_classes(images.set), err));
    TRY(resolve_network(network, &spec, err));
fail:
    study_data_close(&images);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const TrainOptions *settings = call->settings;
    char data[DATA_OPTION_NAME_MAX];
    Study *study = NULL;
    Network network = {0};
    TrainReport report;
    TRY(check_given(settings, err));
    TRY(make_study(&study, call, data, err));
    TRY(make_network(&network, call, study, err));
    TRY(proc_catch_stops(err));
    Listener listener = {.call = call, .epochs = study->recipe.epochs};
    const TrainCallbacks callbacks = {.user = &listener,
                                      .epoch = say_epoch,
                                      .warning = say_warning,
                                      .preparing = say_preparing,
                                      .prepared = say_prepared,
                                      .should_stop = should_stop};
    const TrainJob job = {.network = &network,
                          .data = &study->data,
                          .data_root = call->data_root,
                          .recipe = &study->recipe,
                          .seed = settings->seed,
                          .threads = call->threads,
                          .level = call->cpu,
                          .dir = settings->out,
                          .resume = &settings->out,
                          .n_resume = 1,
                          .init = settings->init,
                          .cache = settings->out};
    TRY(trainer_run(&job, &callbacks, &report, err));
    if (report.status != TRAIN_STOPPED)
        say_end(&report, &listener);
    if (listener.err.code != ERR_NONE)
        *err = listener.err;
    else if (report.status == TRAIN_STOPPED)
        (void)err_set(err, ERR_INTERRUPTED,
                      "interrupted, state saved in '%s': give the same command to go on",
                      settings->out);
fail:
    network_release(&network);
    study_destroy(&study);
    return err->code;
}

const Command cmd_train = {
    .name = "train",
    .summary = "train one network on a data set",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(TrainOptions),
    .min_args = 0,
    .max_args = 0,
    .shared = SHARED_JSON | SHARED_SET | SHARED_DATA_ROOT,
    .run = run,
};
