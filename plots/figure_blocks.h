/*
 * plots/figure_blocks.h: blocks that no query can give: what is fitted to a figure's values;
 * private to plots/.
 */
#ifndef PLOTS_FIGURE_BLOCKS_H
#define PLOTS_FIGURE_BLOCKS_H

#include "plots/figure_data.h"

#include "base/arena.h"
#include "base/err.h"

/* A table that is written row by row; its texts and cells live in the arena. */
typedef struct FigureTable {
    StoreTable table;
    size_t room; /* cells */
    Arena *arena;
} FigureTable;

/* `names`, ended by NULL, are borrowed. Failure shows in arena_ok. */
FigureTable figure_blocks_begin(const char *const *names, size_t n_rows, Arena *arena);
/* The next cell; a number that is none is NULL. */
void figure_blocks_number(FigureTable *table, double value);
void figure_blocks_text(FigureTable *table, const char *value);

/* Adds it to the figure's blocks. Errors: ERR_MEMORY; ERR_INTERNAL: too many blocks. */
ErrCode figure_blocks_end(FigureTable *table, const char *name, FigureData *data,
                          Err *err) ERR_CHECKED;

/* Adds a variable. Failure shows in arena_ok. */
void figure_blocks_set(FigureData *data, const char *name, double value, Arena *arena);
/* The same of a text, which the arena has. */
void figure_blocks_say(FigureData *data, const char *name, const char *text, Arena *arena);

/* A block's cell as a number, NaN if it is none. */
double figure_blocks_value(const FigureBlock *block, size_t row, const char *column);

#endif
