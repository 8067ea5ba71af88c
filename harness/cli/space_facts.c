/* harness/cli/space_facts.c: a survey of a search space as JSON and as a table. */
#include "harness/cli/space_facts.h"

#include "base/json.h"

/* A count that JSON's whole numbers may be too small for. */
static void put_count(JsonWriter *json, const char *key, double count)
{
    if (count < 9.0e18)
        json_put_int(json, key, (int64_t)count);
    else
        json_put_double(json, key, count);
}

static void put_value(JsonWriter *json, const char *value)
{
    double number;
    if (text_to_double(value, &number))
        json_put_raw(json, NULL, value);
    else
        json_put_text(json, NULL, value);
}

static const char *kind(const NetSpace *space, int gene)
{
    return netspace_is_ordered(space, gene) ? "ordered" : "category";
}

void space_facts_json(const NetSpace *space, const NetSpaceSurvey *survey, Text *out)
{
    static const char *const names[SURVEY_QUANTILES] = {"min", "q25", "median", "q75", "max"};
    char base[NETSPACE_MAX_GENES + 1];
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_text(&json, "space", netspace_name(space));
    json_open_list(&json, "genes");
    for (int g = 0; g < netspace_n_genes(space); g++) {
        json_open_map(&json, NULL);
        json_put_text(&json, "name", netspace_gene_name(space, g));
        json_put_text(&json, "kind", kind(space, g));
        json_open_list(&json, "values");
        for (int v = 0; v < netspace_n_values(space, g); v++)
            put_value(&json, netspace_value(space, g, v));
        json_close_list(&json);
        json_close_map(&json);
    }
    json_close_list(&json);
    put_count(&json, "size", survey->size);
    put_count(&json, "distinct", survey->distinct);
    put_count(&json, "inside", survey->inside);
    json_put_bool(&json, "exact", survey->is_exact);
    json_open_map(&json, "macs");
    for (int q = 0; q < SURVEY_QUANTILES; q++)
        json_put_int(&json, names[q], survey->macs[q]);
    json_close_map(&json);
    netspace_to_text(space, netspace_base_genes(space), base);
    json_put_text(&json, "base", base);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void put_genes(const NetSpace *space, Text *out)
{
    static const TextColumn columns[] = {{"gene", TEXT_LEFT, 0},
                                         {"kind", TEXT_LEFT, 1},
                                         {"base", TEXT_RIGHT, 0},
                                         {"values", TEXT_NOTE, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int g = 0; g < netspace_n_genes(space); g++) {
        Text values = {0};
        text_table_cell(table, netspace_gene_name(space, g));
        text_table_cell(table, kind(space, g));
        text_table_cellf(table, "%d", netspace_base_genes(space)[g]);
        for (int v = 0; v < netspace_n_values(space, g); v++)
            text_printf(&values, "%s%s", v ? ", " : "", netspace_value(space, g, v));
        text_table_text(table, &values);
        text_release(&values);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

/* A count in full where it is one, else its size. */
static void put_number(Text *out, double count)
{
    char number[TEXT_NUMBER_BYTES];
    if (count < SURVEY_EXACT)
        text_append(out, text_grouped(number, (int64_t)count));
    else
        text_printf(out, "%.3g", count);
}

void space_facts_text(const NetSpace *space, const NetSpaceSurvey *survey, Text *out)
{
    enum { MEDIAN = SURVEY_QUANTILES / 2 };
    char base[NETSPACE_MAX_GENES + 1], a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES],
        c[TEXT_NUMBER_BYTES];
    put_genes(space, out);
    text_printf(out, "\n%s: ", netspace_name(space));
    put_number(out, survey->size);
    text_append(out, " genotypes, ");
    put_number(out, survey->distinct);
    text_append(out, " distinct networks, ");
    put_number(out, survey->inside);
    text_printf(out, " inside the limits%s\n",
                survey->is_exact ? "" : " (estimated from 100,000 genotypes)");
    text_printf(out, "MACs: %s to %s, median %s", text_human(a, (double)survey->macs[0]),
                text_human(b, (double)survey->macs[SURVEY_QUANTILES - 1]),
                text_human(c, (double)survey->macs[MEDIAN]));
    text_printf(out, ", half of them %s to %s\n", text_human(a, (double)survey->macs[1]),
                text_human(b, (double)survey->macs[SURVEY_QUANTILES - 2]));
    netspace_to_text(space, netspace_base_genes(space), base);
    text_printf(out, "base: %s, %s\n", netspace_base(space)->name, base);
}
