/*
 * plots/figure_data.c: splits NAME.sql at its `-- block:` lines and writes down what came back.
 * What stands before the first such line begins every block.
 */
#include "plots/figure_data.h"

#include "plots/embedded_sql.h"
#include "plots/gnuplot.h"

#include <string.h>

static const char marker[] = "-- block: ";

/* Adds the block whose text begins after the marker and ends at `end`, `common` before it. */
static ErrCode add_block(Store *store, const char *common, const char *text, const char *end,
                         const char *figure, Arena *arena, FigureData *out, Err *err)
{
    const size_t n_name = strcspn(text, "\n");
    if (out->n_blocks == FIGURE_MAX_BLOCKS)
        return err_set(err, ERR_INTERNAL, "figure '%s' has more than %d blocks", figure,
                       FIGURE_MAX_BLOCKS);
    FigureBlock *block = &out->blocks[out->n_blocks];
    block->name = arena_printf(arena, "%.*s", (int)n_name, text);
    text += n_name;
    const char *sql = arena_printf(arena, "%s%.*s", common, (int)(end - text), text);
    TRY(arena_ok(arena, err));
    TRY(store_query(store, sql, figure, arena, &block->table, err));
    out->n_blocks++;
    return ERR_NONE;
fail:
    return err_wrap(err, "block '%s'", block->name != NULL ? block->name : "?");
}

ErrCode figure_data_read(Store *store, const char *name, Arena *arena, FigureData *out, Err *err)
{
    const char *file_name = arena_printf(arena, "%s.sql", name);
    const char *vars = NULL, *sql = NULL;
    *out = (FigureData){0};
    TRY(arena_ok(arena, err));
    TRY(embedded_sql_read("figure_vars.sql", arena, &vars, err));
    TRY(embedded_sql_read(file_name, arena, &sql, err));
    TRY(store_query(store, vars, name, arena, &out->vars, err));
    if (out->vars.n_rows != 1)
        return err_set(err, ERR_MISSING, "nothing was planned yet in store '%s'",
                       store_path(store));
    const char *text = strstr(sql, marker);
    const char *common = arena_printf(arena, "%.*s", text != NULL ? (int)(text - sql) : 0, sql);
    TRY(arena_ok(arena, err));
    while (text != NULL) {
        const char *next = strstr(text + 1, marker);
        const char *end = next != NULL ? next : text + strlen(text);
        TRY(add_block(store, common, text + strlen(marker), end, name, arena, out, err));
        text = next;
    }
    return ERR_NONE;
fail:
    return err_wrap(err, "figure '%s'", name);
}

const char *figure_data_text(const FigureData *data, const char *variable)
{
    for (size_t i = 0; i < data->vars.n_columns; i++)
        if (strcmp(data->vars.names[i], variable) == 0 && data->vars.cells[i] != NULL)
            return data->vars.cells[i];
    return "";
}

int64_t figure_data_int(const FigureData *data, const char *variable)
{
    int64_t value = 0;
    return text_to_int64(figure_data_text(data, variable), &value) ? value : 0;
}

static const char *cell(const StoreTable *t, size_t row, size_t column)
{
    const char *text = t->cells[row * t->n_columns + column];
    return text != NULL ? text : "NaN";
}

static bool begins_group(const StoreTable *t, size_t row)
{
    return row == 0 || strcmp(cell(t, row, 0), cell(t, row - 1, 0)) != 0;
}

static void append_row(const StoreTable *t, size_t row, Text *out)
{
    for (size_t c = 0; c < t->n_columns; c++) {
        text_append(out, c ? "\t" : "");
        gnuplot_append_field(out, cell(t, row, c));
    }
    text_append_char(out, '\n');
}

static void append_block(const FigureBlock *block, Text *out)
{
    const StoreTable *t = &block->table;
    int n_groups = 0;
    for (size_t r = 0; r < t->n_rows; r++)
        n_groups += begins_group(t, r);
    text_printf(out, "rows_%s = %zu\nn_%s = %d\n", block->name, t->n_rows, block->name, n_groups);
    text_printf(out, "array names_%s[%d]\n", block->name, n_groups > 0 ? n_groups : 1);
    int group = 0;
    for (size_t r = 0; r < t->n_rows; r++)
        if (begins_group(t, r)) {
            text_printf(out, "names_%s[%d] = ", block->name, ++group);
            gnuplot_append_quoted(out, cell(t, r, 0));
            text_append_char(out, '\n');
        }
    text_printf(out, "$%s << END_OF_DATA\n", block->name);
    for (size_t r = 0; r < t->n_rows; r++) {
        if (r > 0 && begins_group(t, r))
            text_append(out, "\n\n");
        append_row(t, r, out);
    }
    text_append(out, "END_OF_DATA\n");
}

void figure_data_script(const FigureData *data, Text *out)
{
    const StoreTable *v = &data->vars;
    for (size_t i = 0; i < v->n_columns; i++) {
        text_printf(out, "%s = ", v->names[i]);
        if (v->is_number[i])
            text_append(out, v->cells[i]);
        else
            gnuplot_append_quoted(out, v->cells[i] != NULL ? v->cells[i] : "");
        text_append_char(out, '\n');
    }
    for (size_t i = 0; i < data->n_blocks; i++)
        append_block(&data->blocks[i], out);
}

void figure_data_tsv(const FigureData *data, Text *out)
{
    for (size_t i = 0; i < data->n_blocks; i++) {
        const StoreTable *t = &data->blocks[i].table;
        text_printf(out, "%s# %s\n", i ? "\n" : "", data->blocks[i].name);
        for (size_t c = 0; c < t->n_columns; c++)
            text_printf(out, "%s%s", c ? "\t" : "", t->names[c]);
        text_append_char(out, '\n');
        for (size_t r = 0; r < t->n_rows; r++)
            append_row(t, r, out);
    }
}
