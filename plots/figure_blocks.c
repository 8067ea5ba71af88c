/* plots/figure_blocks.c: numbers are written as the store writes them. */
#include "plots/figure_blocks.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { NUMBER_DIGITS = 9, VARIABLE_DIGITS = 4 };

#define LARGEST_WHOLE 1e15 /* that a double has exactly, and as many digits of it */

/* Whole numbers, such as seeds and counts, have all their digits. */
static const char *number_text(double value, int digits, Arena *arena)
{
    if (value == floor(value) && fabs(value) < LARGEST_WHOLE)
        return arena_printf(arena, "%.0f", value);
    return arena_printf(arena, "%.*g", digits, value);
}

FigureTable figure_blocks_begin(const char *const *names, size_t n_rows, Arena *arena)
{
    FigureTable t = {.arena = arena};
    while (names[t.table.n_columns] != NULL)
        t.table.n_columns++;
    t.room = n_rows * t.table.n_columns;
    t.table.names = arena_alloc(arena, t.table.n_columns, sizeof *t.table.names);
    t.table.cells = arena_zalloc(arena, t.room + 1, sizeof *t.table.cells);
    t.table.is_number = arena_zalloc(arena, t.room + 1, sizeof *t.table.is_number);
    for (size_t c = 0; t.table.names != NULL && c < t.table.n_columns; c++)
        t.table.names[c] = names[c];
    return t;
}

/* n_rows counts cells until the table is ended. */
static void add_cell(FigureTable *t, const char *text, bool is_number)
{
    if (t->arena->failed)
        return;
    assert(t->table.n_rows < t->room);
    t->table.cells[t->table.n_rows] = text;
    t->table.is_number[t->table.n_rows++] = is_number;
}

void figure_blocks_number(FigureTable *t, double value)
{
    const bool is_there = isfinite(value);
    add_cell(t, is_there ? number_text(value, NUMBER_DIGITS, t->arena) : NULL, is_there);
}

void figure_blocks_text(FigureTable *t, const char *value)
{
    add_cell(t, value, false);
}

ErrCode figure_blocks_end(FigureTable *t, const char *name, FigureData *data, Err *err)
{
    TRY(arena_ok(t->arena, err));
    if (data->n_blocks == FIGURE_MAX_BLOCKS)
        return err_set(err, ERR_INTERNAL, "a figure has more than %d blocks", FIGURE_MAX_BLOCKS);
    t->table.n_rows /= t->table.n_columns;
    data->blocks[data->n_blocks++] = (FigureBlock){.name = name, .table = t->table};
fail:
    return err->code;
}

static void add_variable(FigureData *data, const char *name, const char *text, bool is_number,
                         Arena *arena)
{
    const StoreTable *old = &data->vars;
    const size_t n = old->n_columns;
    StoreTable t = {.names = arena_alloc(arena, n + 1, sizeof *t.names),
                    .cells = arena_alloc(arena, n + 1, sizeof *t.cells),
                    .is_number = arena_alloc(arena, n + 1, sizeof *t.is_number),
                    .n_columns = n + 1,
                    .n_rows = 1};
    if (arena->failed)
        return;
    if (n > 0) { /* memcpy takes no null pointer, not even for no bytes */
        memcpy(t.names, old->names, n * sizeof *t.names);
        memcpy(t.cells, old->cells, n * sizeof *t.cells);
        memcpy(t.is_number, old->is_number, n * sizeof *t.is_number);
    }
    t.names[n] = name;
    t.cells[n] = text;
    t.is_number[n] = is_number;
    data->vars = t;
}

void figure_blocks_set(FigureData *data, const char *name, double value, Arena *arena)
{
    add_variable(data, name, number_text(isfinite(value) ? value : 0.0, VARIABLE_DIGITS, arena),
                 true, arena);
}

void figure_blocks_say(FigureData *data, const char *name, const char *text, Arena *arena)
{
    add_variable(data, name, text, false, arena);
}

double figure_blocks_value(const FigureBlock *block, size_t row, const char *column)
{
    const StoreTable *t = &block->table;
    double value = (double)NAN;
    for (size_t c = 0; c < t->n_columns; c++)
        if (strcmp(t->names[c], column) == 0 && t->is_number[row * t->n_columns + c] &&
            !text_to_double(t->cells[row * t->n_columns + c], &value))
            value = (double)NAN;
    return value;
}
