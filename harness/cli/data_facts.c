/* harness/cli/data_facts.c: opens, counts and looks; then the text and JSON of `isoflop data`. */
#include "harness/cli/data_facts.h"

#include "base/json.h"

#include <inttypes.h>

enum { DEFAULT_RESOLUTION = 64, PAIRS_SHOWN = 5, DESCRIPTION_BYTES = 512 };

/* --- found out --- */

static bool say_looking(void *user, uint32_t done, uint32_t total)
{
    Text line = {0};
    text_printf(&line, "looking for duplicates: %" PRIu32 " of %" PRIu32 " images", done, total);
    call_progress(user, text_string(&line));
    text_release(&line);
    return true;
}

/* Asked for, the set's own, or the default, in this order. */
static int choose_resolution(const Dataset *data, int64_t asked)
{
    const int own = dataset_kind(data)->resolution;
    if (asked != 0)
        return (int)asked;
    return own != 0 ? own : DEFAULT_RESOLUTION;
}

ErrCode data_facts_take(DataFacts *facts, const Call *call, const DataQuestion *question, Err *err)
{
    *facts = (DataFacts){.threads = call->threads};
    TRY(dataset_open(&facts->data, &question->source, err));
    TRY(survey_take(&facts->survey, facts->data, question->wants_duplicates, call->threads,
                    say_looking, (void *)(uintptr_t)call, err));
    TRY(split_init(&facts->split, facts->data, &question->sizes, err));
    const ImageSetSettings view = {
        .resolution = choose_resolution(facts->data, question->resolution),
        .keep_train_source = question->keep_source,
        .center_crop = question->center_crop,
        .threads = call->threads,
        .progress = call_preparing,
        .progress_user = (void *)(uintptr_t)call,
    };
    TRY(imageset_open(&facts->images, facts->data, &facts->split, &view, &facts->report, err));
    facts->stats = imagestats_compute(facts->images, PART_TRAIN, call->threads);
    for (int p = 0; p < N_PARTS; p++)
        TRY(split_majority(&facts->split, facts->data, (DataPart)p, &facts->majority[p], err));
fail:
    return err->code;
}

void data_facts_release(DataFacts *facts)
{
    imageset_close(&facts->images);
    split_release(&facts->split);
    survey_release(&facts->survey);
    dataset_close(&facts->data);
}

/* --- as JSON --- */

static void put_size(JsonWriter *json, const char *key, DataSize size)
{
    json_open_map(json, key);
    json_put_int(json, "height", size.height);
    json_put_int(json, "width", size.width);
    json_close_map(json);
}

static void put_duplicates(JsonWriter *json, const DataFacts *facts)
{
    const Duplicates *found = &facts->survey.duplicates;
    char text[DESCRIPTION_BYTES];
    if (!facts->survey.has_duplicates)
        return;
    json_open_map(json, "duplicates");
    json_put_int(json, "within_train", found->n_within_train);
    json_open_list(json, "test_in_train");
    for (uint32_t i = 0; i < found->n_pairs; i++) {
        json_open_map(json, NULL);
        dataset_describe(facts->data, DATA_TEST, found->pairs[i].test, text, sizeof text);
        json_put_text(json, "test", text);
        dataset_describe(facts->data, DATA_TRAIN, found->pairs[i].train, text, sizeof text);
        json_put_text(json, "train", text);
        json_close_map(json);
    }
    json_close_list(json);
    json_close_map(json);
}

/* A set with a validation split of its own. */
static bool has_val(const DataFacts *facts)
{
    return dataset_count(facts->data, DATA_VAL) > 0;
}

static void put_notes(JsonWriter *json, const DataFacts *facts)
{
    json_open_list(json, "notes");
    for (uint32_t i = 0; i < dataset_n_notes(facts->data); i++)
        json_put_text(json, NULL, dataset_note(facts->data, i));
    json_close_list(json);
}

/* The most frequent class of each subset: what always saying it would score. */
static void put_majority(JsonWriter *json, const DataFacts *facts)
{
    json_open_map(json, "majority");
    for (int p = 0; p < N_PARTS; p++) {
        const SplitMajority *majority = &facts->majority[p];
        if (majority->n_images == 0)
            continue;
        json_open_map(json, data_part_name((DataPart)p));
        json_put_text(json, "class", dataset_class_name(facts->data, majority->label));
        json_put_int(json, "n", majority->n_images);
        json_put_double(json, "share", majority->share);
        json_close_map(json);
    }
    json_close_map(json);
}

void data_facts_json(const DataFacts *facts, Text *out)
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
    json_open_list(&json, "skipped");
    for (uint32_t i = 0; i < dataset_n_skipped(facts->data); i++)
        json_put_text(&json, NULL, dataset_skipped(facts->data, i));
    json_close_list(&json);
    json_open_map(&json, "images");
    json_put_int(&json, "train", dataset_count(facts->data, DATA_TRAIN));
    json_put_int(&json, "test", dataset_count(facts->data, DATA_TEST));
    if (has_val(facts))
        json_put_int(&json, "val", dataset_count(facts->data, DATA_VAL));
    json_close_map(&json);
    put_notes(&json, facts);
    put_size(&json, "smallest", facts->survey.smallest);
    put_size(&json, "largest", facts->survey.largest);
    put_duplicates(&json, facts);
    json_open_map(&json, "subsets");
    for (int p = 0; p < N_PARTS; p++)
        json_put_int(&json, data_part_name((DataPart)p), facts->split.count[p]);
    json_close_map(&json);
    put_majority(&json, facts);
    json_put_int(&json, "resolution", imageset_resolution(facts->images));
    json_put_doubles(&json, "mean", mean, ARRAY_LEN(mean));
    json_put_doubles(&json, "std", std, ARRAY_LEN(std));
    json_open_list(&json, "classes");
    for (int c = 0; c < classes; c++) {
        json_open_map(&json, NULL);
        json_put_text(&json, "name", dataset_class_name(facts->data, c));
        json_put_int(&json, "train", facts->survey.per_class[DATA_TRAIN][c]);
        json_put_int(&json, "test", facts->survey.per_class[DATA_TEST][c]);
        if (has_val(facts))
            json_put_int(&json, "val", facts->survey.per_class[DATA_VAL][c]);
        json_close_map(&json);
    }
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

/* --- as text --- */

static void print_classes(const DataFacts *facts, Text *out)
{
    static const TextColumn columns[] = {{"class", TEXT_RIGHT, 0},
                                         {"name", TEXT_LEFT, 0},
                                         {"train", TEXT_RIGHT, 0},
                                         {"test", TEXT_RIGHT, 0},
                                         {"val", TEXT_RIGHT, 0}};
    const int classes = dataset_n_classes(facts->data);
    const size_t n_columns = ARRAY_LEN(columns) - (has_val(facts) ? 0 : 1);
    TextTable *table = text_table_create(columns, n_columns);
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int c = 0; c < classes; c++) {
        text_table_cellf(table, "%d", c);
        text_table_cell(table, dataset_class_name(facts->data, c));
        text_table_cellf(table, "%u", facts->survey.per_class[DATA_TRAIN][c]);
        text_table_cellf(table, "%u", facts->survey.per_class[DATA_TEST][c]);
        if (has_val(facts))
            text_table_cellf(table, "%u", facts->survey.per_class[DATA_VAL][c]);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

static void print_majority(const DataFacts *facts, Text *out)
{
    const char *before = "majority";
    for (int p = 0; p < N_PARTS; p++) {
        const SplitMajority *majority = &facts->majority[p];
        if (majority->n_images == 0)
            continue;
        text_printf(out, "%-10s  %-5s %5.1f %% '", before, data_part_name((DataPart)p),
                    100.0 * majority->share);
        text_append_visible(out, dataset_class_name(facts->data, majority->label));
        text_append(out, "'\n");
        before = "";
    }
}

static void print_sizes(const DataFacts *facts, Text *out)
{
    const DataSize low = facts->survey.smallest, high = facts->survey.largest;
    if (dataset_is_rendered(facts->data))
        text_append(out, "sizes       drawn at any\n");
    else if (low.height == high.height && low.width == high.width)
        text_printf(out, "sizes       all %d x %d\n", low.width, low.height);
    else
        text_printf(out, "sizes       widths %d to %d, heights %d to %d\n", low.width, high.width,
                    low.height, high.height);
}

static void print_duplicates(const DataFacts *facts, Text *out)
{
    const Duplicates *found = &facts->survey.duplicates;
    char test[DESCRIPTION_BYTES], train[DESCRIPTION_BYTES];
    if (dataset_is_rendered(facts->data))
        text_append(out, "duplicates  not looked for: images are drawn\n");
    if (!facts->survey.has_duplicates)
        return;
    text_printf(out, "duplicates  %u in both test and train, %u repeats within train\n",
                found->n_pairs, found->n_within_train);
    for (uint32_t i = 0; i < found->n_pairs && i < PAIRS_SHOWN; i++) {
        dataset_describe(facts->data, DATA_TEST, found->pairs[i].test, test, sizeof test);
        dataset_describe(facts->data, DATA_TRAIN, found->pairs[i].train, train, sizeof train);
        text_printf(out, "            %s is %s\n", test, train);
    }
    if (found->n_pairs > PAIRS_SHOWN)
        text_printf(out, "            and %u more, see --json\n", found->n_pairs - PAIRS_SHOWN);
}

void data_facts_plain(const DataFacts *facts, Text *out)
{
    const DataStats *stats = &facts->stats;
    text_append_visible(out, dataset_name(facts->data));
    text_printf(out, ": %u training images, ", dataset_count(facts->data, DATA_TRAIN));
    if (has_val(facts))
        text_printf(out, "%u validation images, ", dataset_count(facts->data, DATA_VAL));
    text_printf(out, "%u test images, %d classes%s\n\n", dataset_count(facts->data, DATA_TEST),
                dataset_n_classes(facts->data),
                dataset_kind(facts->data)->is_demo ? "  [DEMO: constructed images]" : "");
    print_classes(facts, out);
    text_printf(out, "\nsubsets     %u train, %u validation (%s), %u test\n",
                facts->split.count[PART_TRAIN], facts->split.count[PART_VAL],
                has_val(facts) ? "of the set's own" : "carved from train",
                facts->split.count[PART_TEST]);
    print_majority(facts, out);
    text_printf(out, "resolution  %d px\n", imageset_resolution(facts->images));
    text_printf(out, "mean        %.4f %.4f %.4f\nstd         %.4f %.4f %.4f\n",
                (double)stats->mean[0], (double)stats->mean[1], (double)stats->mean[2],
                (double)stats->std[0], (double)stats->std[1], (double)stats->std[2]);
    print_sizes(facts, out);
    print_duplicates(facts, out);
    text_printf(out, "digest      %s\n", dataset_digest(facts->data));
    if (facts->report.was_built)
        text_printf(out, "prepared    %u images in %.2f s: %.0f images/s on %d thread%s\n",
                    facts->report.n_images, facts->report.seconds,
                    facts->report.n_images / facts->report.seconds, facts->threads,
                    text_plural(facts->threads));
    for (uint32_t i = 0; i < dataset_n_skipped(facts->data); i++)
        text_printf(out, "skipped     %s\n", dataset_skipped(facts->data, i));
    for (uint32_t i = 0; i < dataset_n_notes(facts->data); i++) {
        text_append(out, "note        ");
        text_append_visible(out, dataset_note(facts->data, i));
        text_append_char(out, '\n');
    }
}
