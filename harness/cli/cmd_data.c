/* harness/cli/cmd_data.c: `isoflop data`: what a data set contains, and what a study would see of
 * it. */
#include "harness/cli/command.h"
#include "harness/cli/data_facts.h"
#include "harness/cli/data_option.h"

#include "data/sheet.h"

#include <string.h>

static const char *const usage[] = {
    "NAME[=PATH]|PATH [--resolution PX] [--center-crop SHARE] [--train N] [--val N] [--test N] "
    "[--json]",
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
    int bad_image, links, classes;
    bool transpose, skip_duplicates;
} DataSettings;

static const char *const bad_image_names[] = {"error", "skip", NULL}; /* in BadImage's order */
static const char *const links_names[] = {"refuse", "follow", NULL};  /* in DataLinks' order */
static const char *const classes_names[] = {"all", "present", NULL};  /* in DataClasses' */

enum { MAX_RESOLUTION = 65536 };
#define MAX_IMAGES 4294967295.0

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
     .max = MAX_IMAGES,
     .doc = "images of the training subset; 0: the set's default"},
    {.name = "val",
     .kind = OPTION_INT,
     .offset = FIELD(val),
     .metavar = "N",
     .fallback = "0",
     .max = MAX_IMAGES,
     .doc = "images of the validation subset; 0: the set's default"},
    {.name = "test",
     .kind = OPTION_INT,
     .offset = FIELD(test),
     .metavar = "N",
     .fallback = "0",
     .max = MAX_IMAGES,
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
     .max = STUDY_MAX_SEED,
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
    {.name = "links",
     .kind = OPTION_ENUM,
     .offset = FIELD(links),
     .metavar = "WHAT",
     .fallback = "refuse",
     .names = links_names,
     .doc = "links in an image folder: refuse or follow them, as data.links"},
    {.name = "classes",
     .kind = OPTION_ENUM,
     .offset = FIELD(classes),
     .metavar = "WHICH",
     .fallback = "all",
     .names = classes_names,
     .doc = "all classes, or those present in train, as data.classes"},
    {.name = "transpose",
     .kind = OPTION_FLAG,
     .offset = FIELD(transpose),
     .doc = "IDX: rows become columns, as data.transpose"},
    {.name = "skip-duplicates",
     .kind = OPTION_FLAG,
     .offset = FIELD(skip_duplicates),
     .doc = "do not read every image to look for duplicates"},
};
#undef FIELD

/* An option's 0 is the set's own. */
static int64_t or_default(int64_t n_images)
{
    return n_images != 0 ? n_images : SPLIT_DEFAULT;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const DataSettings *settings = call->settings;
    char name[DATA_OPTION_NAME_MAX];
    DataFacts facts = {0};
    Text out = {.columns = call->columns};
    SheetSettings sheet = {.columns = (int)settings->columns, .key = {(uint64_t)settings->seed, 0}};
    DataQuestion question = {
        .source = {.root = call->data_root, .threads = call->threads},
        .sizes = {.count = {or_default(settings->train), or_default(settings->val),
                            or_default(settings->test)}},
        .resolution = settings->resolution,
        .center_crop = settings->center_crop,
        .wants_duplicates = !settings->skip_duplicates};
    TRY(augment_parse_list(settings->augment, "--augment", &sheet.augment, err));
    TRY(data_option_split(call->args[0], name, &question.source.path, err));
    question.source.name = name;
    question.source.bad_image = (BadImage)settings->bad_image;
    question.source.links = (DataLinks)settings->links;
    question.source.classes = (DataClasses)settings->classes;
    question.source.transpose = settings->transpose;
    question.keep_source = augment_needs_source(sheet.augment);
    TRY(data_facts_take(&facts, call, &question, err));
    if (settings->sheet != NULL)
        TRY(sheet_write(settings->sheet, facts.images, &facts.stats, &sheet, err));
    call_progress(call, "");
    if (call->json)
        data_facts_json(&facts, &out);
    else
        data_facts_plain(&facts, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    data_facts_release(&facts);
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
