/* harness/cli/fidelity_facts.c: areas as JSON and as a table. */
#include "harness/cli/fidelity_facts.h"

#include "base/json.h"

#include <math.h>

static void put_interval(JsonWriter *json, const char *key, const StatsInterval *interval)
{
    json_open_map(json, key);
    json_put_double(json, "mean", interval->mean);
    json_put_double(json, "low", interval->low);
    json_put_double(json, "high", interval->high);
    json_close_map(json);
}

static void put_pictures(JsonWriter *json, const PictureSource *source, const FidelityAreas *areas)
{
    json_open_list(json, "pictures");
    for (size_t i = 0; i < source->n; i++) {
        json_open_map(json, NULL);
        const size_t place = picture_source_place(source, i);
        if (picture_source_is_set(source))
            json_put_int(json, "image", (int64_t)place);
        else
            json_put_text(json, "image", source->pictures.paths[place]);
        json_put_int(json, "label", areas[i].label);
        json_put_double(json, "probability", areas[i].probability);
        for (int m = 0; m < N_FIDELITY_MEASURES; m++) {
            json_open_map(json, fidelity_measure_names[m]);
            json_put_double(json, "map", areas[i].of_map[m]);
            json_put_double(json, "random", areas[i].of_random[m]);
            json_close_map(json);
        }
        json_close_map(json);
    }
    json_close_list(json);
}

void fidelity_facts_json(const PictureSource *source, const FidelityAreas *areas,
                         const FidelitySummary *sums, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_int(&json, "n", (int64_t)source->n);
    json_put_int(&json, "steps", FIDELITY_STEPS);
    for (int m = 0; m < N_FIDELITY_MEASURES; m++) {
        json_open_map(&json, fidelity_measure_names[m]);
        put_interval(&json, "map", &sums->of_map[m]);
        put_interval(&json, "random", &sums->of_random[m]);
        put_interval(&json, "gain", &sums->gain[m]);
        json_close_map(&json);
    }
    put_pictures(&json, source, areas);
    json_close_map(&json);
    text_append_char(out, '\n');
}

/* As it is printed, without the sign of what is rounded to 0. */
static double shown(double value)
{
    return fabs(value) < 0.00005 ? 0.0 : value;
}

/* "0.4123 ± 0.0223", half an interval; fewer than three pictures have none. */
static void put_cell(TextTable *table, const StatsInterval *interval)
{
    if (interval->n < STATS_MIN_N)
        text_table_cellf(table, "%.4f", shown(interval->mean));
    else
        text_table_cellf(table, "%.4f ± %.4f", shown(interval->mean),
                         interval->high - interval->mean);
}

void fidelity_facts_plain(const PictureSource *source, const FidelitySummary *sums, Text *out)
{
    static const TextColumn columns[] = {{"area", TEXT_LEFT, 0},
                                         {"map", TEXT_RIGHT, 0},
                                         {"random map", TEXT_RIGHT, 0},
                                         {"gain", TEXT_RIGHT, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int m = 0; m < N_FIDELITY_MEASURES; m++) {
        text_table_cell(table, fidelity_measure_names[m]);
        put_cell(table, &sums->of_map[m]);
        put_cell(table, &sums->of_random[m]);
        put_cell(table, &sums->gain[m]);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
    text_printf(out, "\n%zu of %zu %s, %d steps%s\n", source->n, source->n_all,
                picture_source_is_set(source) ? "test images" : "pictures", FIDELITY_STEPS,
                source->n < STATS_MIN_N ? "" : "; ±: 90 % interval over pictures");
}
