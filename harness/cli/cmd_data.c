/* harness/cli/cmd_data.c: `isoflop data`: what a data set contains, and what a study would see of
 * it. */
#include "harness/cli/command.h"
#include "harness/cli/data_facts.h"
#include "harness/cli/data_option.h"

#include "data/sheet.h"

#include <inttypes.h>
#include <string.h>

static const char *const usage[] = {
    "NAME[=PATH] [--resolution PX] [--center-crop SHARE] [--train N] [--val N] [--test N] [--json]",
    "NAME[=PATH] --sheet FILE.png [--augment flip,crop] [--columns N] [--seed S]", NULL};
static const char *const notes[] = {
    "Classes, images a split and class, subsets as a study with these sizes would use them, and "
    "the training "
    "subset's mean and standard deviation per channel (of pixels in 0..1) at the given resolution.",
    NULL};

typedef struct DataSettings {
    int64_t resolution, train, val, test, columns, seed;
    const char *sheet;
    const char *augment;
    double center_crop;
    int bad_image;
    bool skip_duplicates;
} DataSettings;

static const char *const bad_image_names[] = {"error", "skip", NULL}; /* in BadImage's order */

enum { DEFAULT_RESOLUTION = 64, MAX_RESOLUTION = 65536 };

#define FIELD(field) offsetof(DataSettings, field)
static const Option options[] = {
    {.name = "resolution",
     .kind = OPTION_INT,
     .offset = FIELD(resolution),
     .metavar = "PX",
     .fallback = "0",
     .min = 0,
     .max = MAX_RESOLUTION,
     .doc = "pixels of the subsets; 0: the set's own, else 64"},
    {.name = "train",
     .kind = OPTION_INT,
     .offset = FIELD(train),
     .metavar = "N",
     .fallback = "0",
     .min = 0,
     .max = 4294967295.0,
     .doc = "images of the training subset; 0: the set's default"},
    {.name = "val",
     .kind = OPTION_INT,
     .offset = FIELD(val),
     .metavar = "N",
     .fallback = "0",
     .min = 0,
     .max = 4294967295.0,
     .doc = "images of the validation subset; 0: the set's default"},
    {.name = "test",
     .kind = OPTION_INT,
     .offset = FIELD(test),
     .metavar = "N",
     .fallback = "0",
     .min = 0,
     .max = 4294967295.0,
     .doc = "images of the test subset; 0: the set's default"},
    {.name = "sheet",
     .kind = OPTION_TEXT,
     .offset = FIELD(sheet),
     .metavar = "FILE",
     .doc = "draw a contact sheet of training images as PNG"},
    {.name = "augment",
     .kind = OPTION_TEXT,
     .offset = FIELD(augment),
     .metavar = "LIST",
     .fallback = "none",
     .doc =
         "none, or augmentations with commas, e.g. flip,crop (see 'isoflop list augmentations')"},
    {.name = "columns",
     .kind = OPTION_INT,
     .offset = FIELD(columns),
     .metavar = "N",
     .fallback = "10",
     .min = 1,
     .max = 1000,
     .doc = "images of each class in the sheet"},
    {.name = "seed",
     .kind = OPTION_INT,
     .offset = FIELD(seed),
     .metavar = "S",
     .fallback = "1",
     .min = 0,
     .max = 9007199254740992.0,
     .doc = "of the augmentations"},
    {.name = "center-crop",
     .kind = OPTION_NUMBER,
     .offset = FIELD(center_crop),
     .metavar = "SHARE",
     .fallback = "1",
     .min = 0.01,
     .max = 1,
     .doc = "share of the shorter side the central square keeps, as data.center_crop"},
    {.name = "bad-image",
     .kind = OPTION_ENUM,
     .offset = FIELD(bad_image),
     .metavar = "WHAT",
     .fallback = "error",
     .names = bad_image_names,
     .doc = "an image that cannot be decoded stops, or is left out and listed"},
    {.name = "skip-duplicates",
     .kind = OPTION_FLAG,
     .offset = FIELD(skip_duplicates),
     .doc = "do not read every image to look for duplicates"},
};
#undef FIELD

static bool say_looking(void *user, uint32_t done, uint32_t total)
{
    Text line = {0};
    text_printf(&line, "looking for duplicates: %" PRIu32 " of %" PRIu32 " images", done, total);
    call_progress(user, text_string(&line));
    text_release(&line);
    return true;
}

static ErrCode gather(DataFacts *facts, const Call *call, const DatasetSettings *source,
                      unsigned augment, Err *err)
{
    const DataSettings *settings = call->settings;
    facts->threads = call->threads;
    TRY(dataset_open(&facts->data, source, err));
    TRY(survey_take(&facts->survey, facts->data, !settings->skip_duplicates, call->threads,
                    say_looking, (void *)(uintptr_t)call, err));
    const int64_t asked[N_PARTS] = {settings->train, settings->val, settings->test};
    SplitSizes sizes;
    for (int p = 0; p < N_PARTS; p++)
        sizes.count[p] = asked[p] ? asked[p] : SPLIT_DEFAULT;
    TRY(split_init(&facts->split, facts->data, &sizes, err));
    const int own = dataset_kind(facts->data)->resolution;
    const ImageSetSettings view = {
        .resolution = settings->resolution ? (int)settings->resolution
                      : own                ? own
                                           : DEFAULT_RESOLUTION,
        .keep_train_source = augment_needs_source(augment),
        .center_crop = settings->center_crop,
        .threads = call->threads,
        .progress = call_preparing,
        .progress_user = (void *)(uintptr_t)call,
    };
    TRY(imageset_open(&facts->images, facts->data, &facts->split, &view, &facts->report, err));
    facts->stats = imagestats_compute(facts->images, PART_TRAIN, call->threads);
fail:
    return err->code;
}

static void release(DataFacts *facts)
{
    imageset_close(&facts->images);
    split_release(&facts->split);
    survey_release(&facts->survey);
    dataset_close(&facts->data);
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const DataSettings *settings = call->settings;
    char name[DATA_OPTION_NAME_MAX];
    DataFacts facts = {0};
    Text out = {0};
    SheetSettings sheet = {.columns = (int)settings->columns, .key = {(uint64_t)settings->seed, 0}};
    DatasetSettings source = {.root = call->data_root, .threads = call->threads};
    TRY(augment_parse_list(settings->augment, "--augment", &sheet.augment, err));
    TRY(data_option_split(call->args[0], name, &source.path, err));
    source.name = name;
    source.bad_image = (BadImage)settings->bad_image;
    TRY(gather(&facts, call, &source, sheet.augment, err));
    if (settings->sheet != NULL)
        TRY(sheet_write(settings->sheet, facts.images, &facts.stats, &sheet, err));
    call_progress(call, "");
    if (call->json)
        data_facts_json(&facts, &out);
    else
        data_facts_plain(&facts, &out);
    TRY(call_print(&out, err));
fail:
    release(&facts);
    text_release(&out);
    return err->code;
}

const Command cmd_data = {
    .name = "data",
    .summary = "what a data set contains, and what a study would see of it",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(DataSettings),
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON | SHARED_DATA_ROOT,
    .run = run,
};
