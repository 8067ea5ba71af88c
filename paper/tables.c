/* paper/tables: counting the rows of paper/published.h, and rendering them. */
#include "paper/tables.h"

#include "models/resolve.h"
#include "models/zoo.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* --- counting --- */

static ErrCode count_row(TableRow *row, Err *err)
{
    const PublishedRow *printed = row->printed;
    Spec spec;
    Network network;
    ResolveOptions options = resolve_options();
    options.depth = printed->depth;
    options.width = printed->width;
    if (printed->pixels)
        options.resolution = printed->pixels;
    TRY(zoo_load(&spec, printed->network, err));
    TRY(resolve_with(&network, &spec, &options, err));
    row->is_counted = true;
    row->params = network.params;
    row->macs = network.macs;
    row->resolution = network.resolution;
    row->deviation = (double)network.macs / published_value(printed->flops) - 1.0;
    network_release(&network);
    return ERR_NONE;
fail:
    return err->code;
}

/* Rows are compared with the first of their group, which is always counted. */
static ErrCode count_rows(Table *table, Err *err)
{
    const TableRow *first = NULL;
    table->n_rows = table->published->n_rows;
    for (size_t i = 0; i < table->n_rows; i++) {
        TableRow *row = &table->rows[i];
        *row = (TableRow){.printed = &table->published->rows[i], .deviation = (double)NAN};
        if (row->printed->network != NULL)
            TRY(count_row(row, err));
        if (first == NULL || strcmp(first->printed->group, row->printed->group) != 0)
            first = row;
        if (row->is_counted) {
            row->params_ratio = (double)row->params / (double)first->params;
            row->macs_ratio = (double)row->macs / (double)first->macs;
        }
    }
    return ERR_NONE;
fail:
    return err->code;
}

/*
 * Table 1: stem, stages and head of B0; a stage's resolution is that of its first operation's
 * input.
 */
static ErrCode count_stages(Table *table, Err *err)
{
    Spec spec;
    Network network;
    TRY(zoo_load(&spec, "efficientnet-b0", err));
    TRY(resolve_network(&network, &spec, err));
    table->n_stages = table->published->n_stages;
    for (size_t i = 0; i < table->n_stages; i++)
        table->stages[i] = (TableStage){.printed = &table->published->stages[i]};
    for (int i = network.n_ops - 1; i >= 0;
         i--) { /* backwards: the first operation of a stage stays */
        const Op *op = &network.ops[i];
        if (!op->batch_norm) /* all of them begin with a convolution */
            continue;
        const bool is_stem = op->input == INPUT_IMAGES;
        TableStage *stage = op->stage >= 0 ? &table->stages[op->stage + 1]
                            : is_stem      ? &table->stages[0]
                                           : &table->stages[table->n_stages - 1];
        stage->resolution = op->in_size;
        stage->channels = op->stage >= 0 ? spec.stages[op->stage].channels : op->out_channels;
        stage->layers = op->stage >= 0 ? spec.stages[op->stage].layers : 1;
    }
    network_release(&network);
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode tables_count(Table *table, int number, Err *err)
{
    const PublishedTable *published = published_table(number);
    if (published == NULL)
        return err_set(err, ERR_USAGE, "no table '%d': known are 1, 2, 3 and 7", number);
    *table = (Table){.published = published};
    return table->published->rows != NULL ? count_rows(table, err) : count_stages(table, err);
}

/* --- text --- */

/* A column shows a printed field as it is, or a counted number. */
typedef struct Column {
    const char *heading;
    int drop;     /* TextColumn.drop */
    size_t field; /* of PublishedRow; used where put is NULL */
    void (*put)(TextTable *out, const TableRow *row);
} Column;

static const char *printed_text(const Column *column, const TableRow *row)
{
    return *(const char *const *)((const char *)row->printed + column->field);
}

static void put_params(TextTable *out, const TableRow *row)
{
    char number[TEXT_NUMBER_BYTES];
    text_table_cell(out, text_human(number, (double)row->params));
}

static void put_params_ratio(TextTable *out, const TableRow *row)
{
    text_table_cellf(out, "%.1fx", row->params_ratio);
}

static void put_macs(TextTable *out, const TableRow *row)
{
    char number[TEXT_NUMBER_BYTES];
    text_table_cell(out, text_human(number, (double)row->macs));
}

static void put_macs_ratio(TextTable *out, const TableRow *row)
{
    text_table_cellf(out, "%.1fx", row->macs_ratio);
}

static void put_difference(TextTable *out, const TableRow *row)
{
    text_table_cellf(out, "%+.1f %%", 100.0 * row->deviation);
}

#define PRINTED(field) offsetof(PublishedRow, field), NULL
static const Column columns[] = {
    {"model", 0, PRINTED(model)},         {"top-1", 0, PRINTED(top1)},
    {"top-5", 1, PRINTED(top5)},          {"params", 0, PRINTED(params)},
    {"counted params", 0, 0, put_params}, {"ratio", 2, PRINTED(params_ratio)},
    {"counted", 3, 0, put_params_ratio},  {"FLOPS", 0, PRINTED(flops)},
    {"counted MACs", 0, 0, put_macs},     {"ratio", 4, PRINTED(flops_ratio)},
    {"counted", 5, 0, put_macs_ratio},    {"diff.", 0, 0, put_difference},
};
#undef PRINTED

/* A column that no row of the table has printed is left out. */
static bool is_shown(const Column *column, const Table *table)
{
    if (column->put != NULL)
        return true;
    for (size_t i = 0; i < table->n_rows; i++)
        if (printed_text(column, &table->rows[i]) != NULL)
            return true;
    return false;
}

static void put_cell(const Column *column, TextTable *out, const TableRow *row)
{
    if (column->put == NULL)
        text_table_cell(out, printed_text(column, row));
    else if (row->is_counted)
        column->put(out, row);
    else
        text_table_cell(out, NULL);
}

static void notes_text(const Table *table, Text *out)
{
    for (size_t i = 0; i < table->n_rows; i++)
        if (table->rows[i].printed->note != NULL)
            text_printf(out, "%s: %s\n", table->rows[i].printed->model,
                        table->rows[i].printed->note);
}

static void rows_text(const Table *table, Text *out)
{
    const Column *shown[ARRAY_LEN(columns)];
    TextColumn fitted[ARRAY_LEN(columns)];
    size_t n = 0;
    for (size_t c = 0; c < ARRAY_LEN(columns); c++) {
        if (!is_shown(&columns[c], table))
            continue;
        fitted[n] =
            (TextColumn){columns[c].heading, n == 0 ? TEXT_LEFT : TEXT_RIGHT, columns[c].drop};
        shown[n++] = &columns[c];
    }
    TextTable *rows = text_table_create(fitted, n);
    if (rows == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < table->n_rows; i++)
        for (size_t c = 0; c < n; c++)
            put_cell(shown[c], rows, &table->rows[i]);
    text_table_render(rows, out);
    text_table_destroy(&rows);
    text_append_char(out, '\n');
    notes_text(table, out);
}

static void stages_text(const Table *table, Text *out)
{
    static const TextColumn fitted[] = {{"stage", TEXT_RIGHT, 0},      {"operator", TEXT_LEFT, 0},
                                        {"resolution", TEXT_RIGHT, 0}, {"counted", TEXT_RIGHT, 0},
                                        {"channels", TEXT_RIGHT, 0},   {"counted", TEXT_RIGHT, 0},
                                        {"layers", TEXT_RIGHT, 0},     {"counted", TEXT_RIGHT, 0}};
    TextTable *rows = text_table_create(fitted, ARRAY_LEN(fitted));
    if (rows == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < table->n_stages; i++) {
        const TableStage *stage = &table->stages[i];
        text_table_cellf(rows, "%zu", i + 1);
        text_table_cell(rows, stage->printed->name);
        text_table_cellf(rows, "%d", stage->printed->resolution);
        text_table_cellf(rows, "%d", stage->resolution);
        text_table_cellf(rows, "%d", stage->printed->channels);
        text_table_cellf(rows, "%d", stage->channels);
        text_table_cellf(rows, "%d", stage->printed->layers);
        text_table_cellf(rows, "%d", stage->layers);
    }
    text_table_render(rows, out);
    text_table_destroy(&rows);
}

void tables_text(const Table *table, Text *out)
{
    text_printf(out, "Table %d: %s. Printed numbers (arXiv 1905.11946v5) beside counted ones.\n\n",
                table->published->number, table->published->title);
    if (table->published->rows != NULL)
        rows_text(table, out);
    else
        stages_text(table, out);
    if (table->published->note != NULL)
        text_printf(out, "%s%s\n", table->published->rows != NULL ? "" : "\n",
                    table->published->note);
}

/* --- JSON --- */

static void row_json(const TableRow *row, JsonWriter *writer)
{
    const PublishedRow *printed = row->printed;
    json_open_map(writer, NULL);
    json_put_text(writer, "group", printed->group);
    json_put_text(writer, "model", printed->model);
    json_put_text(writer, "network", printed->network);
    json_open_map(writer, "printed");
    json_put_text(writer, "top1", printed->top1);
    json_put_text(writer, "top5", printed->top5);
    json_put_text(writer, "params", printed->params);
    json_put_text(writer, "params_ratio", printed->params_ratio);
    json_put_text(writer, "flops", printed->flops);
    json_put_text(writer, "flops_ratio", printed->flops_ratio);
    json_close_map(writer);
    if (row->is_counted) {
        json_open_map(writer, "counted");
        json_put_double(writer, "depth", printed->depth);
        json_put_double(writer, "width", printed->width);
        json_put_int(writer, "resolution", row->resolution);
        json_put_int(writer, "params", row->params);
        json_put_double(writer, "params_ratio", row->params_ratio);
        json_put_int(writer, "macs", row->macs);
        json_put_double(writer, "macs_ratio", row->macs_ratio);
        json_close_map(writer);
    } else {
        json_put_null(writer, "counted");
    }
    json_put_double(writer, "deviation", row->deviation);
    json_put_text(writer, "note", printed->note);
    json_close_map(writer);
}

static void shape_json(const char *key, int resolution, int channels, int layers,
                       JsonWriter *writer)
{
    json_open_map(writer, key);
    json_put_int(writer, "resolution", resolution);
    json_put_int(writer, "channels", channels);
    json_put_int(writer, "layers", layers);
    json_close_map(writer);
}

static void stage_json(const TableStage *stage, JsonWriter *writer)
{
    const PublishedStage *printed = stage->printed;
    json_open_map(writer, NULL);
    json_put_text(writer, "operator", printed->name);
    shape_json("printed", printed->resolution, printed->channels, printed->layers, writer);
    shape_json("counted", stage->resolution, stage->channels, stage->layers, writer);
    json_close_map(writer);
}

void tables_json(const Table *table, JsonWriter *writer)
{
    json_open_map(writer, NULL);
    json_put_int(writer, "table", table->published->number);
    json_put_text(writer, "title", table->published->title);
    json_put_text(writer, "note", table->published->note);
    json_open_list(writer, table->published->rows != NULL ? "rows" : "stages");
    for (size_t i = 0; i < table->n_rows; i++)
        row_json(&table->rows[i], writer);
    for (size_t i = 0; i < table->n_stages; i++)
        stage_json(&table->stages[i], writer);
    json_close_list(writer);
    json_close_map(writer);
}
