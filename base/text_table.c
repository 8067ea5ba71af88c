/* Tables of aligned columns; see text.h. */
#include "base/sys.h"
#include "base/text.h"

#include <string.h>

/* A column is not broken narrower than LEAST_WIDTH. */
enum { COLUMN_GAP = 2, NOTE_INDENT = 4, LEAST_WIDTH = 8 };

typedef struct Column {
    TextAlign align;
    int drop;
    bool is_shown;
    size_t width; /* of its widest cell */
    size_t fit;   /* columns it is given */
} Column;

struct TextTable {
    size_t n_columns;
    Column *columns;
    size_t *starts; /* of each cell in `cells`; the headings are the first row */
    size_t n_cells;
    size_t capacity; /* of starts */
    Text cells;      /* NUL-terminated strings, one after the other */
};

TextTable *text_table_create(const TextColumn *columns, size_t n_columns)
{
    TextTable *table = mem_calloc(1, sizeof *table);
    if (table == NULL)
        return NULL;
    table->n_columns = n_columns;
    table->columns = mem_calloc(n_columns, sizeof *table->columns);
    if (table->columns == NULL) {
        text_table_destroy(&table);
        return NULL;
    }
    for (size_t c = 0; c < n_columns; c++) {
        table->columns[c] = (Column){.align = columns[c].align, .drop = columns[c].drop};
        text_table_cell(table, columns[c].heading);
    }
    return table;
}

void text_table_destroy(TextTable **table)
{
    if (!*table)
        return;
    mem_free((*table)->columns);
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
    size_t *width = &table->columns[table->n_cells % table->n_columns].width;
    const size_t cell_width = text_width(table->cells.data + start);
    *width = cell_width > *width ? cell_width : *width;
    table->n_cells++;
}

void text_table_text(TextTable *table, const Text *cell)
{
    table->cells.failed = table->cells.failed || cell->failed;
    text_table_cell(table, text_string(cell));
}

void text_table_cellf(TextTable *table, const char *format, ...)
{
    Text cell = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&cell, format, arguments);
    va_end(arguments);
    text_table_text(table, &cell);
    text_release(&cell);
}

static const char *cell_at(const TextTable *table, size_t row, size_t column)
{
    return table->cells.data + table->starts[row * table->n_columns + column];
}

/* --- fitting --- */

static size_t line_width(const TextTable *table)
{
    size_t width = 0;
    for (size_t c = 0; c < table->n_columns; c++)
        if (table->columns[c].is_shown)
            width += table->columns[c].fit + (width > 0 ? COLUMN_GAP : 0);
    return width;
}

/* The shown column that is left out next, or NULL. */
static Column *next_to_drop(TextTable *table)
{
    Column *next = NULL;
    for (size_t c = 0; c < table->n_columns; c++) {
        Column *column = &table->columns[c];
        if (column->is_shown && column->drop > 0 && (next == NULL || column->drop < next->drop))
            next = column;
    }
    return next;
}

/* The widest shown column on the left that can still be broken, or NULL. */
static Column *widest_to_break(TextTable *table)
{
    Column *widest = NULL;
    for (size_t c = 0; c < table->n_columns; c++) {
        Column *column = &table->columns[c];
        if (column->is_shown && column->align == TEXT_LEFT && column->fit > LEAST_WIDTH &&
            (widest == NULL || column->fit > widest->fit))
            widest = column;
    }
    return widest;
}

static void fit_columns(TextTable *table, size_t columns)
{
    Column *last = &table->columns[table->n_columns - 1], *next;
    for (size_t c = 0; c < table->n_columns; c++) {
        table->columns[c].is_shown = true;
        table->columns[c].fit = table->columns[c].width;
    }
    if (line_width(table) > columns && last->align == TEXT_NOTE)
        last->is_shown = false;
    while (line_width(table) > columns && (next = next_to_drop(table)) != NULL)
        next->is_shown = false;
    while (line_width(table) > columns && (next = widest_to_break(table)) != NULL)
        next->fit--;
}

/* --- rendering --- */

/*
 * Bytes of `cell` that go on a line of `width` columns, up to a blank if there is one; *n_columns
 * are theirs.
 */
static size_t piece_of(const char *cell, size_t width, size_t *n_columns)
{
    size_t n = 0, n_chars = 0, n_words = 0, word_chars = 0;
    *n_columns = text_width(cell);
    if (*n_columns <= width)
        return strlen(cell);
    while (n_chars < width) {
        n++;
        while (((unsigned char)cell[n] & 0xC0) == 0x80)
            n++; /* the character's further bytes */
        n_chars++;
        if (cell[n] == ' ') {
            n_words = n;
            word_chars = n_chars;
        }
    }
    *n_columns = n_words > 0 ? word_chars : n_chars;
    return n_words > 0 ? n_words : n;
}

/* One line of a row; what is left of each cell goes on in `rest`. False if nothing is left. */
static bool render_line(const TextTable *table, const char **rest, Text *out)
{
    size_t n_owed = 0;
    bool is_first = true, has_more = false;
    for (size_t c = 0; c < table->n_columns; c++) {
        const Column *column = &table->columns[c];
        if (!column->is_shown)
            continue;
        size_t width;
        const size_t n = piece_of(rest[c], column->fit, &width);
        const size_t n_blank = column->fit > width ? column->fit - width : 0;
        n_owed += is_first ? 0 : COLUMN_GAP;
        n_owed += column->align == TEXT_RIGHT ? n_blank : 0;
        if (n > 0) {
            text_repeat(out, ' ', n_owed); /* blanks are written only when something follows */
            text_append_bytes(out, rest[c], n);
            n_owed = 0;
        }
        n_owed += column->align == TEXT_RIGHT ? 0 : n_blank;
        rest[c] += n;
        rest[c] += strspn(rest[c], " ");
        has_more = has_more || rest[c][0] != '\0';
        is_first = false;
    }
    text_append_char(out, '\n');
    return has_more;
}

/* A row that stands for n_alike of them, and its note where that has no column. */
static void render_row(const TextTable *table, size_t row, size_t n_alike, const char **rest,
                       Text *out)
{
    for (size_t c = 0; c < table->n_columns; c++)
        rest[c] = cell_at(table, row, c);
    while (render_line(table, rest, out) && !out->failed)
        continue;
    const Column *last = &table->columns[table->n_columns - 1];
    const bool has_note = row > 0 && last->align == TEXT_NOTE && !last->is_shown;
    Text note = {0};
    text_append(&note, has_note ? cell_at(table, row, table->n_columns - 1) : "");
    if (n_alike > 1)
        text_printf(&note, "%s%zu such rows", note.n_bytes > 0 ? "; " : "", n_alike);
    if (note.n_bytes > 0) {
        text_repeat(out, ' ', NOTE_INDENT);
        text_append_wrapped(out, text_string(&note), NOTE_INDENT);
        text_append_char(out, '\n');
    }
    out->failed |= note.failed;
    text_release(&note);
}

static bool is_left_out(const Column *column)
{
    return !column->is_shown && column->align != TEXT_NOTE;
}

/* Whether two rows cannot be told apart for what was left out. */
static bool are_alike(const TextTable *table, size_t a, size_t b)
{
    bool has_gap = false;
    for (size_t c = 0; c < table->n_columns; c++) {
        if (is_left_out(&table->columns[c]))
            has_gap = true;
        else if (strcmp(cell_at(table, a, c), cell_at(table, b, c)) != 0)
            return false;
    }
    return has_gap;
}

static void render_rule(const TextTable *table, Text *out)
{
    bool is_first = true;
    for (size_t c = 0; c < table->n_columns; c++) {
        if (!table->columns[c].is_shown)
            continue;
        text_repeat(out, ' ', is_first ? 0 : COLUMN_GAP);
        text_repeat(out, '-', table->columns[c].fit);
        is_first = false;
    }
    text_append_char(out, '\n');
}

static void name_left_out(const TextTable *table, Text *out)
{
    Text names = {0};
    for (size_t c = 0; c < table->n_columns; c++)
        if (is_left_out(&table->columns[c]))
            text_printf(&names, "%s%s", names.n_bytes ? ", " : "", cell_at(table, 0, c));
    if (names.n_bytes) {
        text_printf(out, "(in %zu columns without ", text_columns(out));
        text_append_wrapped(out, text_string(&names), 1);
        text_append(out, ")\n");
    }
    out->failed |= names.failed;
    text_release(&names);
}

void text_table_render(TextTable *table, Text *out)
{
    while (!table->cells.failed && table->n_cells % table->n_columns != 0)
        text_table_cell(table, NULL);
    const char **rest = mem_calloc(table->n_columns, sizeof *rest);
    if (table->cells.failed || rest == NULL) {
        out->failed = true;
        mem_free((void *)(uintptr_t)rest);
        return;
    }
    fit_columns(table, text_columns(out));
    render_row(table, 0, 1, rest, out);
    render_rule(table, out);
    const size_t n_rows = table->n_cells / table->n_columns;
    for (size_t row = 1, n; row < n_rows; row += n) {
        for (n = 1; row + n < n_rows && are_alike(table, row, row + n);)
            n++;
        render_row(table, row, n, rest, out);
    }
    name_left_out(table, out);
    mem_free((void *)(uintptr_t)rest);
}

bool text_table_shows(const TextTable *table, size_t column)
{
    return table->columns[column].is_shown;
}
