/* harness/cli/cmd_eval.c: `isoflop eval`: scores a weight file on a split. */
#include "harness/cli/command.h"
#include "harness/cli/data_option.h"
#include "harness/cli/trained_set.h"

#include "base/json.h"
#include "harness/evaluation.h"

#include <stdio.h>

static const char *const usage[] = {
    "--network N --weights W --data NAME[=PATH] [--split val|test] [--seed S] [--batch B] [--json]",
    NULL};
static const char *const notes[] = {
    "Normalisation is by the training subset, as in training: give "
    "the same data.train by --set, and with recipe.vary: split the seed. Weights say what they "
    "were "
    "trained on; another network, resolution, normalisation, set "
    "or class is an error, --resolution and --any-data apart. "
    "Beside top-1 stand the mean over the classes and the share "
    "of the largest class. With --json: "
    "loss, top1, balanced, majority, accuracy of each class and the confusion matrix "
    "(row = class, column = prediction).",
    NULL};

typedef struct EvalSettings {
    WeightsOptions trained;
    DataOption data;
    const char *seed; /* NULL: the subsets are those of no seed */
    int64_t batch;
    int split;
    bool any_data;
} EvalSettings;

static const double PERCENT = 100.0;

static const char *const split_names[] = {"val", "test", NULL};
static const DataPart split_parts[] = {PART_VAL, PART_TEST};

#define FIELD(field) offsetof(EvalSettings, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(trained), .table = &weights_options},
    {.kind = OPTION_TABLE, .offset = FIELD(data), .table = &data_option},
    {.name = "split",
     .kind = OPTION_ENUM,
     .offset = FIELD(split),
     .metavar = "val|test",
     .fallback = "test",
     .names = split_names,
     .doc = "subset to score on"},
    {.name = "seed",
     .kind = OPTION_TEXT,
     .offset = FIELD(seed),
     .metavar = "S",
     .doc = "of the training, where recipe.vary has split: its own training and validation subset"},
    {.name = "batch",
     .kind = OPTION_INT,
     .offset = FIELD(batch),
     .metavar = "B",
     .fallback = "64",
     .min = 1,
     .max = 65536,
     .doc = "images at a time; changes memory, not results"},
    {.name = "any-data",
     .kind = OPTION_FLAG,
     .offset = FIELD(any_data),
     .doc = "other data of the same classes, normalised as in training"},
};
#undef FIELD

/* A network may have more classes than the set: those have numbers for names. */
static const char *class_name(const Dataset *data, int label, char number[TEXT_NUMBER_BYTES])
{
    (void)snprintf(number, TEXT_NUMBER_BYTES, "%d", label);
    return label < dataset_n_classes(data) ? dataset_class_name(data, label) : number;
}

static void put_json(const Evaluation *result, const char *split, const Dataset *data, Text *out)
{
    char number[TEXT_NUMBER_BYTES];
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_text(&json, "split", split);
    json_put_int(&json, "n", result->n);
    json_put_double(&json, "loss", result->loss);
    json_put_double(&json, "top1", result->top1);
    json_put_double(&json, "balanced", evaluation_balanced(result));
    json_open_map(&json, "majority");
    json_put_text(&json, "class", class_name(data, evaluation_majority(result), number));
    json_put_double(&json, "share", evaluation_majority_share(result) / PERCENT);
    json_close_map(&json);
    json_open_list(&json, "classes");
    for (int c = 0; c < result->classes; c++) {
        json_open_map(&json, NULL);
        json_put_text(&json, "name", class_name(data, c, number));
        json_put_int(&json, "n", evaluation_class_count(result, c));
        json_put_double(&json, "top1", evaluation_class_top1(result, c));
        json_close_map(&json);
    }
    json_close_list(&json);
    json_open_list(&json, "confusion");
    for (int c = 0; c < result->classes; c++)
        json_put_ints(&json, NULL, result->confusion + c * result->classes,
                      (size_t)result->classes);
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void put_plain(const Evaluation *result, const char *split, const Dataset *data, Text *out)
{
    char number[TEXT_NUMBER_BYTES];
    static const TextColumn columns[] = {
        {"class", TEXT_LEFT, 0}, {"images", TEXT_RIGHT, 0}, {"top-1 %", TEXT_RIGHT, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int c = 0; c < result->classes; c++) {
        text_table_cell(table, class_name(data, c, number));
        text_table_cellf(table, "%lld", (long long)evaluation_class_count(result, c));
        text_table_cellf(table, "%.2f", evaluation_class_top1(result, c));
    }
    text_table_render(table, out);
    text_table_destroy(&table);
    text_printf(out, "\n%s: %lld images, top-1 %.2f %%, loss %.4f\n", split, (long long)result->n,
                result->top1, result->loss);
    text_printf(out, "balanced %.2f %% (mean over the classes)\nmajority %.2f %% (always '",
                evaluation_balanced(result), evaluation_majority_share(result));
    text_append_visible(out, class_name(data, evaluation_majority(result), number));
    text_append(out, "')\n");
}

/* The subsets of a training whose seed varied them: others hold images that it was trained on. */
static ErrCode vary_split(StudyImages *images, const char *seed, Err *err)
{
    int64_t number = 0;
    if (!text_to_int64(seed, &number) || number < 0 || (double)number > STUDY_MAX_SEED)
        return err_set(err, ERR_USAGE,
                       "option '--seed' must be a whole number between 0 and 2^53, not '%s'", seed);
    return split_vary(&images->split, images->set, (uint64_t)number, err);
}

/* Opens network and images and scores; what is printed is left in *result. */
static ErrCode evaluate(const Call *call, const Study *study, const StudyImages *images,
                        Evaluation *result, Err *err)
{
    const EvalSettings *settings = call->settings;
    TrainedSet trained;
    const WeightsUse use = {.batch = (int)settings->batch,
                            .accept = weights_options_accept(&settings->trained) |
                                      (settings->any_data ? ORIGIN_ANY_DATA : 0),
                            .study = study};
    TRY(trained_set_open(&trained, call, &settings->trained, images, &use, TRAINED_INFER, err));
    TRY(evaluation_run(result, trained.infer, trained.set, &trained.stats,
                       split_parts[settings->split], err));
fail:
    trained_set_release(&trained);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const EvalSettings *settings = call->settings;
    char name[DATA_OPTION_NAME_MAX];
    Study *study = NULL;
    StudyImages images = {0};
    Evaluation result = {0};
    Text out = {.columns = call->columns};
    TRY(weights_options_check(&settings->trained, err));
    TRY(data_option_study(&study, call, &settings->data, name, err));
    TRY(study_data_open(&images, &study->data, call->data_root, call->threads, err));
    if (settings->seed != NULL)
        TRY(vary_split(&images, settings->seed, err));
    TRY(evaluate(call, study, &images, &result, err));
    if (call->json)
        put_json(&result, split_names[settings->split], images.set, &out);
    else
        put_plain(&result, split_names[settings->split], images.set, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    evaluation_release(&result);
    study_data_close(&images);
    study_destroy(&study);
    text_release(&out);
    return err->code;
}

const Command cmd_eval = {
    .name = "eval",
    .summary = "score a weight file on a split",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(EvalSettings),
    .shared = SHARED_JSON | SHARED_SET | SHARED_DATA_ROOT,
    .run = run,
};
