/* Tables of aligned columns; see text.h. */
#include "base/sys.h"
#include "base/text.h"

#include <string.h>

enum { COLUMN_GAP = 2 };

struct TextTable {
    size_t n_columns;
    TextAlign *aligns;
    size_t *widths; /* columns on the screen */
    size_t *starts; /* of each cell in `cells`; the headings are the first row */
    size_t n_cells;
    size_t capacity; /* of starts */
    Text cells;      /* NUL-terminated strings, one after the other */
};

TextTable *text_table_create(const char *const *headings, const TextAlign *aligns, size_t n_columns)
{
    TextTable *table = mem_calloc(1, sizeof *table);
    if (table == NULL)
        return NULL;
    table->n_columns = n_columns;
    table->aligns = mem_calloc(n_columns, sizeof *table->aligns);
    table->widths = mem_calloc(n_columns, sizeof *table->widths);
    if (table->aligns == NULL || table->widths == NULL) {
        text_table_destroy(&table);
        return NULL;
    }
    memcpy(table->aligns, aligns, n_columns * sizeof *aligns);
    for (size_t c = 0; c < n_columns; c++)
        text_table_cell(table, headings[c]);
    return table;
}

void text_table_destroy(TextTable **table)
{
    if (!*table)
        return;
    mem_free((*table)->aligns);
    mem_free((*table)->widths);
    mem_free((*table)->starts);
    text_release(&(*table)->cells);
    mem_free(*table);
    *table = NULL;
}

void text_table_cell(TextTable *table, const char *cell)
{
    Err err;
    if (mem_grow(&table->starts, &table->capacity, table->n_cells + 1, sizeof *table->starts,
                 &err) != ERR_NONE)
        table->cells.failed = true;
    const size_t start = table->cells.n_bytes;
    text_append_visible(&table->cells, cell != NULL ? cell : "");
    text_append_char(&table->cells, '\0');
    if (table->cells.failed)
        return;
    table->starts[table->n_cells] = start;
    size_t *width = &table->widths[table->n_cells % table->n_columns];
    const size_t cell_width = text_width(table->cells.data + start);
    *width = cell_width > *width ? cell_width : *width;
    table->n_cells++;
}

void text_table_cellf(TextTable *table, const char *format, ...)
{
    Text cell = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&cell, format, arguments);
    va_end(arguments);
    table->cells.failed = table->cells.failed || cell.failed;
    text_table_cell(table, text_string(&cell));
    text_release(&cell);
}

/* One row; blanks owed are written only when something follows them. */
static void render_row(const TextTable *table, size_t row, Text *out)
{
    size_t n_owed = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        const char *cell = table->cells.data + table->starts[row * table->n_columns + c];
        const size_t n_blank = table->widths[c] - text_width(cell);
        n_owed += c > 0 ? COLUMN_GAP : 0;
        if (table->aligns[c] == TEXT_RIGHT)
            n_owed += n_blank;
        if (*cell) {
            text_repeat(out, ' ', n_owed);
            text_append(out, cell);
            n_owed = 0;
        }
        if (table->aligns[c] == TEXT_LEFT)
            n_owed += n_blank;
    }
    text_append_char(out, '\n');
}

void text_table_render(TextTable *table, Text *out)
{
    while (!table->cells.failed && table->n_cells % table->n_columns != 0)
        text_table_cell(table, NULL);
    if (table->cells.failed) {
        out->failed = true;
        return;
    }
    render_row(table, 0, out);
    for (size_t c = 0; c < table->n_columns; c++) {
        text_repeat(out, ' ', c > 0 ? COLUMN_GAP : 0);
        text_repeat(out, '-', table->widths[c]);
    }
    text_append_char(out, '\n');
    for (size_t row = 1; row < table->n_cells / table->n_columns; row++)
        render_row(table, row, out);
}
