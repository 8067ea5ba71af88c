/* harness/cli/cmd_data.c: `isoflop data`: what a data set contains, and what a study would see of
 * it. */
#include "harness/cli/command.h"
#include "harness/cli/network_options.h"

#include "base/json.h"
#include "base/sys.h"
#include "data/imagestats.h"

#include <string.h>

static const char *const usage[] = {
    "NAME[=PATH] [--resolution PX] [--train N] [--val N] [--test N] [--json]", NULL};
static const char *const notes[] = {
    "Classes, images a split and class, subsets as a study with these sizes would use them, and "
    "the training "
    "subset's mean and standard deviation per channel (of pixels in 0..1) at the given resolution.",
    NULL};

typedef struct DataSettings {
    int64_t resolution, train, val, test;
} DataSettings;

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
};
#undef FIELD

/* All that is printed. */
typedef struct DataFacts {
    Dataset *data;
    Split split;
    ImageSet *images;
    ImageSetReport report;
    DataStats stats;
    int64_t *per_class; /* [DATA_N_SPLITS][classes]; owned */
} DataFacts;

static ErrCode count_classes(DataFacts *facts, Err *err)
{
    const size_t classes = (size_t)dataset_n_classes(facts->data);
    facts->per_class = mem_calloc(DATA_N_SPLITS * classes, sizeof *facts->per_class);
    if (!facts->per_class)
        return err_memory(err, DATA_N_SPLITS * classes * sizeof *facts->per_class);
    for (int s = 0; s < DATA_N_SPLITS; s++)
        for (uint32_t i = 0; i < dataset_count(facts->data, (DataSplit)s); i++) {
            const int label = dataset_label(facts->data, (DataSplit)s, i);
            facts->per_class[(size_t)s * classes + (size_t)label]++;
        }
    return ERR_NONE;
}

static ErrCode gather(DataFacts *facts, const Call *call, const DatasetSettings *source, Err *err)
{
    const DataSettings *settings = call->settings;
    TRY(dataset_open(&facts->data, source, err));
    TRY(count_classes(facts, err));
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
        .threads = call->threads,
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
    dataset_close(&facts->data);
    mem_free(facts->per_class);
}

static void print_json(const DataFacts *facts, Text *out)
{
    const int classes = dataset_n_classes(facts->data);
    const double mean[] = {(double)facts->stats.mean[0], (double)facts->stats.mean[1],
                           (double)facts->stats.mean[2]};
    const double std[] = {(double)facts->stats.std[0], (double)facts->stats.std[1],
                          (double)facts->stats.std[2]};
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_text(&json, "data", dataset_name(facts->data));
    json_put_text(&json, "digest", dataset_digest(facts->data));
    json_put_bool(&json, "demo", dataset_kind(facts->data)->is_demo);
    json_put_int(&json, "skipped", dataset_n_skipped(facts->data));
    json_open_map(&json, "images");
    json_put_int(&json, "train", dataset_count(facts->data, DATA_TRAIN));
    json_put_int(&json, "test", dataset_count(facts->data, DATA_TEST));
    json_close_map(&json);
    json_open_map(&json, "subsets");
    for (int p = 0; p < N_PARTS; p++)
        json_put_int(&json, data_part_name((DataPart)p), facts->split.count[p]);
    json_close_map(&json);
    json_put_int(&json, "resolution", imageset_resolution(facts->images));
    json_put_doubles(&json, "mean", mean, ARRAY_LEN(mean));
    json_put_doubles(&json, "std", std, ARRAY_LEN(std));
    json_open_list(&json, "classes");
    for (int c = 0; c < classes; c++) {
        json_open_map(&json, NULL);
        json_put_text(&json, "name", dataset_class_name(facts->data, c));
        json_put_int(&json, "train", facts->per_class[c]);
        json_put_int(&json, "test", facts->per_class[classes + c]);
        json_close_map(&json);
    }
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void print_classes(const DataFacts *facts, Text *out)
{
    static const char *const headings[] = {"class", "name", "train", "test"};
    static const TextAlign aligns[] = {TEXT_RIGHT, TEXT_LEFT, TEXT_RIGHT, TEXT_RIGHT};
    const int classes = dataset_n_classes(facts->data);
    TextTable *table = text_table_create(headings, aligns, ARRAY_LEN(headings));
    if (!table) {
        out->failed = true;
        return;
    }
    for (int c = 0; c < classes; c++) {
        text_table_cellf(table, "%d", c);
        text_table_cell(table, dataset_class_name(facts->data, c));
        text_table_cellf(table, "%lld", (long long)facts->per_class[c]);
        text_table_cellf(table, "%lld", (long long)facts->per_class[classes + c]);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

static void print_plain(const DataFacts *facts, Text *out)
{
    const DataStats *stats = &facts->stats;
    text_printf(out, "%s: %u training images, %u test images, %d classes%s\n\n",
                dataset_name(facts->data), dataset_count(facts->data, DATA_TRAIN),
                dataset_count(facts->data, DATA_TEST), dataset_n_classes(facts->data),
                dataset_kind(facts->data)->is_demo ? "  [DEMO: constructed images]" : "");
    print_classes(facts, out);
    text_printf(out, "\nsubsets     %u train, %u validation (carved from train), %u test\n",
                facts->split.count[PART_TRAIN], facts->split.count[PART_VAL],
                facts->split.count[PART_TEST]);
    text_printf(out, "resolution  %d px\n", imageset_resolution(facts->images));
    text_printf(out, "mean        %.4f %.4f %.4f\nstd         %.4f %.4f %.4f\n",
                (double)stats->mean[0], (double)stats->mean[1], (double)stats->mean[2],
                (double)stats->std[0], (double)stats->std[1], (double)stats->std[2]);
    text_printf(out, "digest      %s\n", dataset_digest(facts->data));
    if (facts->report.was_built)
        text_printf(out, "prepared    %u images in %.2f s: %.0f images/s\n", facts->report.n_images,
                    facts->report.seconds, facts->report.n_images / facts->report.seconds);
    for (uint32_t i = 0; i < dataset_n_skipped(facts->data); i++)
        text_printf(out, "skipped     %s\n", dataset_skipped(facts->data, i));
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    char name[DATA_OPTION_PATH_MAX];
    DataFacts facts = {0};
    Text out = {0};
    DatasetSettings source = {.root = call->data_root};
    TRY(data_option_split(call->args[0], name, &source.path, err));
    source.name = name;
    TRY(gather(&facts, call, &source, err));
    if (call->json)
        print_json(&facts, &out);
    else
        print_plain(&facts, &out);
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
