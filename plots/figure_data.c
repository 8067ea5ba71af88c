/*
 * plots/figure_data.c: splits NAME.sql at its `-- block:` lines and writes down what came back.
 * What stands before the first such line begins every block.
 */
#include "plots/figure_data.h"

#include "plots/embedded_sql.h"
#include "plots/gnuplot.h"

#include <assert.h>
#include <stdarg.h>
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

/* Fields of a text, cut at its tabs, behind those that are there. */
static const char **add_fields(const char **fields, size_t *n, char *text, Arena *arena)
{
    for (char *field = text; field != NULL;) {
        char *tab = strchr(field, '\t');
        if (tab != NULL)
            *tab++ = '\0';
        fields = arena_add_item(arena, (void *)fields, n, sizeof *fields);
        if (fields == NULL)
            return NULL;
        fields[*n - 1] = field;
        field = tab;
    }
    return fields;
}

FigureBlock *figure_data_add(FigureData *data, const char *name, const char *names, Arena *arena,
                             Err *err)
{
    char *copy = arena_text(arena, names);
    if (arena_ok(arena, err) != ERR_NONE)
        return NULL;
    if (data->n_blocks == FIGURE_MAX_BLOCKS) {
        (void)err_set(err, ERR_INTERNAL, "a figure has more than %d blocks", FIGURE_MAX_BLOCKS);
        return NULL;
    }
    FigureBlock *block = &data->blocks[data->n_blocks++];
    *block = (FigureBlock){.name = name, .is_drawing = true};
    block->table.names = add_fields(NULL, &block->table.n_columns, copy, arena);
    return arena_ok(arena, err) == ERR_NONE ? block : NULL;
}

void figure_data_row(FigureBlock *block, Arena *arena, const char *format, ...)
{
    StoreTable *table = &block->table;
    Text text = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&text, format, arguments);
    va_end(arguments);
    char *copy = arena_text(arena, text_string(&text));
    arena->failed |= text.failed;
    text_release(&text);
    if (copy == NULL)
        return;
    const char **cells = add_fields(table->cells, &block->n_cells, copy, arena);
    if (cells == NULL)
        return;
    table->cells = cells;
    table->n_rows++;
    assert(block->n_cells == table->n_rows * table->n_columns);
}

const char *figure_data_text(const FigureData *data, const char *variable)
{
    for (size_t i = 0; i < data->vars.n_columns; i++)
        if (strcmp(data->vars.names[i], variable) == 0 && data->vars.cells[i] != NULL)
            return data->vars.cells[i];
    return "";
}

void figure_data_hide(FigureData *data, const char *block)
{
    for (size_t i = 0; i < data->n_blocks; i++)
        if (strcmp(data->blocks[i].name, block) == 0)
            data->blocks[i].is_hidden = true;
}

const FigureBlock *figure_data_block(const FigureData *data, const char *name)
{
    for (size_t i = 0; i < data->n_blocks; i++)
        if (strcmp(data->blocks[i].name, name) == 0)
            return &data->blocks[i];
    return NULL;
}

size_t figure_data_rows(const FigureData *data, const char *block)
{
    const FigureBlock *found = figure_data_block(data, block);
    return found != NULL ? found->table.n_rows : 0;
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

bool figure_data_begins_group(const StoreTable *t, size_t row)
{
    return row == 0 || strcmp(cell(t, row, 0), cell(t, row - 1, 0)) != 0;
}

/* gnuplot ends a block at the first line that begins with END_OF_DATA: none of ours begins with a
 * name. */
static void append_row(const StoreTable *t, size_t row, Text *out)
{
    text_append_char(out, ' ');
    for (size_t c = 0; c < t->n_columns; c++) {
        text_append(out, c ? "\t" : "");
        gnuplot_append_field(out, cell(t, row, c));
    }
    text_append_char(out, '\n');
}

static size_t find_column(const StoreTable *t, const char *name)
{
    size_t c = 0;
    while (c < t->n_columns && strcmp(t->names[c], name) != 0)
        c++;
    return c;
}

/* What labels say and where they belong. */
static void append_labels(const FigureBlock *block, Text *out)
{
    const StoreTable *t = &block->table;
    const size_t label = find_column(t, "label"), n = t->n_rows > 0 ? t->n_rows : 1;
    if (label == t->n_columns)
        return;
    text_printf(out, "array x_%s[%zu]; array y_%s[%zu]; array text_%s[%zu]; array group_%s[%zu]\n",
                block->name, n, block->name, n, block->name, n, block->name, n);
    int group = 0;
    for (size_t r = 0; r < t->n_rows; r++) {
        group += figure_data_begins_group(t, r);
        text_printf(out, "x_%s[%zu] = %s; y_%s[%zu] = %s; group_%s[%zu] = %d; text_%s[%zu] = ",
                    block->name, r + 1, cell(t, r, 1), block->name, r + 1, cell(t, r, 2),
                    block->name, r + 1, group, block->name, r + 1);
        gnuplot_append_quoted(out, cell(t, r, label));
        text_append_char(out, '\n');
    }
}

static void append_block(const FigureBlock *block, Text *out)
{
    const StoreTable *t = &block->table;
    int n_groups = 0;
    for (size_t r = 0; r < t->n_rows; r++)
        n_groups += figure_data_begins_group(t, r);
    text_printf(out, "rows_%s = %zu\nn_%s = %d\n", block->name, t->n_rows, block->name, n_groups);
    text_printf(out, "array names_%s[%d]\n", block->name, n_groups > 0 ? n_groups : 1);
    int group = 0;
    for (size_t r = 0; r < t->n_rows; r++)
        if (figure_data_begins_group(t, r)) {
            text_printf(out, "names_%s[%d] = ", block->name, ++group);
            gnuplot_append_quoted(out, cell(t, r, 0));
            text_append_char(out, '\n');
        }
    text_printf(out, "$%s << END_OF_DATA\n", block->name);
    for (size_t r = 0; r < t->n_rows; r++) {
        if (r > 0 && figure_data_begins_group(t, r))
            text_append(out, "\n\n");
        append_row(t, r, out);
    }
    /* gnuplot warns of a block without points even where no group of it is drawn. */
    for (size_t c = 0; t->n_rows == 0 && c < t->n_columns; c++)
        text_append(out, c + 1 < t->n_columns ? "1\t" : "1\n");
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
    for (size_t i = 0; i < data->n_blocks; i++) {
        if (data->blocks[i].is_hidden)
            continue;
        append_block(&data->blocks[i], out);
        append_labels(&data->blocks[i], out);
    }
}

/* --- the table --- */

static bool is_in_table(const FigureBlock *block)
{
    return strcmp(block->name, "legend") != 0 && !block->is_drawing;
}

/* The distinct columns of all blocks, in the order in which they are met. */
static const char **all_columns(const FigureData *data, Arena *arena, size_t *n)
{
    size_t most = 1;
    for (size_t i = 0; i < data->n_blocks; i++)
        most += data->blocks[i].table.n_columns;
    const char **names = arena_alloc(arena, most, sizeof *names);
    *n = 0;
    for (size_t i = 0; names != NULL && i < data->n_blocks; i++)
        for (size_t c = 0; is_in_table(&data->blocks[i]) && c < data->blocks[i].table.n_columns;
             c++) {
            const char *name = data->blocks[i].table.names[c];
            size_t k = 0;
            while (k < *n && strcmp(names[k], name) != 0)
                k++;
            if (k == *n)
                names[(*n)++] = name;
        }
    return names;
}

void figure_data_tsv(const FigureData *data, Arena *arena, Text *out)
{
    size_t n = 0;
    const char **names = all_columns(data, arena, &n);
    text_append(out, "block");
    for (size_t k = 0; k < n; k++)
        text_printf(out, "\t%s", names[k]);
    text_append_char(out, '\n');
    for (size_t i = 0; i < data->n_blocks; i++) {
        const StoreTable *t = &data->blocks[i].table;
        for (size_t r = 0; is_in_table(&data->blocks[i]) && r < t->n_rows; r++) {
            text_append(out, data->blocks[i].name);
            for (size_t k = 0; k < n; k++) {
                const size_t c = find_column(t, names[k]);
                const char *text = c < t->n_columns ? t->cells[r * t->n_columns + c] : NULL;
                text_append_char(out, '\t');
                gnuplot_append_field(out, text != NULL ? text : "");
            }
            text_append_char(out, '\n');
        }
    }
}
