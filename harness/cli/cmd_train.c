/* harness/cli/cmd_train.c: `isoflop train`: trains one network, with the very code of a study's
 * trials. */
#include "harness/cli/command.h"
#include "harness/cli/init_options.h"
#include "harness/cli/train_subject.h"
#include "harness/cli/train_talk.h"

#include "base/file.h"
#include "base/proc.h"
#include "base/sys.h"
#include "harness/training_identity.h"
#include "weights/origin.h"

static const char *const usage[] = {
    "--network N --data NAME[=PATH] --out DIR [--init W] [--names WHOSE] [--head HEAD] "
    "[--epochs E] [--batch B] [--seed S] [--set PATH=VALUE]...",
    NULL};
static const char *const notes[] = {
    "DIR gets weights.safetensors (what was measured after the "
    "last epoch) and best.safetensors (best validation\n"
    "epoch); training.json and history.jsonl say of what. An "
    "interrupted training goes on when the same command is given "
    "again (exit 75 until then); a finished one is left alone, and "
    "one of another network, data set or recipe is refused.",
    "--init alone goes on with weights of the same network and "
    "data. With other --names, --head or --set recipe.init.KEY=... they "
    "are fine-tuned: any\n"
    "data and resolution, layers frozen or slower "
    "(docs/finetuning.md).",
    NULL};

typedef struct TrainOptions {
    SubjectChoice subject;
    InitOptions init;
    const char *out;
    int64_t seed;
    bool any_data, fresh;
} TrainOptions;

#define FIELD(field) offsetof(TrainOptions, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(subject.network), .table = &network_choice},
    {.kind = OPTION_TABLE, .offset = FIELD(subject.data), .table = &data_option},
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = FIELD(out),
     .metavar = "DIR",
     .doc = "folder for the weights"},
    {.name = "fresh",
     .kind = OPTION_FLAG,
     .offset = FIELD(fresh),
     .doc = "begin anew; a DIR that is there becomes DIR.1, or the first free number"},
    {.kind = OPTION_TABLE, .offset = FIELD(init), .table = &init_options},
    {.name = "any-data",
     .kind = OPTION_FLAG,
     .offset = FIELD(any_data),
     .doc = "W may be of other data of the same classes"},
    {.name = "epochs",
     .kind = OPTION_INT,
     .offset = FIELD(subject.epochs),
     .metavar = "E",
     .min = 1,
     .max = 100000,
     .doc = "short for --set recipe.epochs=E"},
    {.name = "batch",
     .kind = OPTION_INT,
     .offset = FIELD(subject.batch),
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
     .max = STUDY_MAX_SEED,
     .doc = "of initial weights, order, augmentation and noise"},
};
#undef FIELD

static ErrCode check_given(const TrainOptions *settings, Err *err)
{
    TRY(call_need("network", settings->subject.network.name, err));
    TRY(call_need("data", settings->subject.data.text, err));
    TRY(call_need("out", settings->out, err));
fail:
    return err->code;
}

/* Fine-tuned weights may be of any data. */
static ErrCode check_any_data(const TrainOptions *settings, const InitSets *sets, Err *err)
{
    if (settings->any_data && sets->is_tuned)
        return err_set(
            err, ERR_USAGE,
            "option '--any-data' is for --init alone: weights that are fine-tuned may be "
            "of any data, leave it out");
    return ERR_NONE;
}

/* What the weights to start from need not share. */
static unsigned accepted(const TrainOptions *settings)
{
    unsigned accept = 0;
    if (settings->subject.network.scale.resolution != NULL)
        accept |= ORIGIN_ANY_RESOLUTION;
    if (settings->any_data)
        accept |= ORIGIN_ANY_DATA;
    return accept;
}

static ErrCode move_aside(const char *out, Err *err)
{
    char *moved = NULL;
    if (!file_exists(out))
        return ERR_NONE;
    if (file_move_aside(out, &moved, err) != ERR_NONE)
        return err->code;
    call_say("'%s' is now '%s'", out, moved);
    mem_free(moved);
    return ERR_NONE;
}

static ErrCode train(const Call *call, const TrainJob *job, const Subject *subject, Err *err)
{
    TrainReport report;
    TrainTalk talk = {
        .call = call, .job = job, .images = &subject->images, .spec = text_string(&subject->spec)};
    const TrainCallbacks callbacks = train_talk(&talk);
    TRY(trainer_run(job, &callbacks, &report, err));
    if (report.status != TRAIN_STOPPED)
        train_talk_end(&talk, &report);
    if (talk.err.code != ERR_NONE)
        *err = talk.err;
    else if (report.status == TRAIN_STOPPED)
        (void)err_set(err, ERR_INTERRUPTED,
                      "interrupted, state saved in '%s': give the same command to go on", job->dir);
fail:
    train_talk_release(&talk);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const TrainOptions *settings = call->settings;
    Subject subject = {0};
    TrainingFolderState state;
    InitSets sets = {0};
    TRY(check_given(settings, err));
    TRY(init_options_sets(&sets, call, &settings->init, err));
    TRY(check_any_data(settings, &sets, err));
    TRY(train_subject_make(&subject, &sets.call, &settings->subject, err));
    TRY(proc_catch_stops(err));
    const TrainJob job = {.network = &subject.network,
                          .data = &subject.study->data,
                          .data_root = call->data_root,
                          .recipe = &subject.study->recipe,
                          .seed = settings->seed,
                          .threads = call->threads,
                          .level = call->cpu,
                          .dir = settings->out,
                          .resume = &settings->out,
                          .n_resume = 1,
                          .init = sets.is_tuned ? NULL : settings->init.init,
                          .accept = accepted(settings),
                          .cache = settings->out};
    if (settings->fresh)
        TRY(move_aside(settings->out, err));
    TRY(training_identity_choose(&job, &subject.study->data, &subject.images, err));
    TRY(training_folder_check(&job, &subject.images, &state, err));
    if (state == TRAINING_FOLDER_DONE)
        TRY(train_talk_done(call, settings->out, err));
    else
        TRY(train(call, &job, &subject, err));
fail:
    train_subject_release(&subject);
    init_options_release(&sets);
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
