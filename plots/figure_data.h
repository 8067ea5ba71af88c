/* plots/figure_data.h: what a figure draws, read from the store, as gnuplot and TSV text; private
 * to plots/. */
#ifndef PLOTS_FIGURE_DATA_H
#define PLOTS_FIGURE_DATA_H

#include "base/arena.h"
#include "base/embed.h"
#include "base/err.h"
#include "base/text.h"
#include "results/store.h"

#include <stdbool.h>

enum { FIGURE_MAX_BLOCKS = 16 };

/* One query's answer. Rows whose first column (`series`) is equal form a group. */
typedef struct FigureBlock {
    const char *name;
    StoreTable table;
    size_t n_cells;  /* of one that is added to */
    bool is_drawing; /* places in the picture: no rows of the .tsv */
    bool is_hidden;  /* what others are computed from: in the .tsv alone */
} FigureBlock;

typedef struct FigureData {
    StoreTable vars; /* one row: figure_vars.sql */
    FigureBlock blocks[FIGURE_MAX_BLOCKS];
    size_t n_blocks;
} FigureData;

/* Runs figure_vars.sql and every block of NAME.sql. Errors: as store_query. */
ErrCode figure_data_read(Store *store, const char *name, Arena *arena, FigureData *out,
                         Err *err) ERR_CHECKED;

/*
 * A further block, a drawing computed by us, without rows; names are its columns, parted by tabs.
 * NULL with
 * *err: no memory, or more than FIGURE_MAX_BLOCKS.
 */
FigureBlock *figure_data_add(FigureData *data, const char *name, const char *names, Arena *arena,
                             Err *err);

/* A row of it: as many fields, parted by tabs. Failure shows in the arena. */
void figure_data_row(FigureBlock *block, Arena *arena, const char *format, ...) ERR_PRINTF(3, 4);

/* A variable's text, "" if there is none. */
const char *figure_data_text(const FigureData *data, const char *variable);
/* A variable as a whole number, 0 if it is none. */
int64_t figure_data_int(const FigureData *data, const char *variable);

/* The block is not drawn: it is left out of the script. */
void figure_data_hide(FigureData *data, const char *block);

/* The block of a name, NULL if there is none; and its rows, 0 then. */
const FigureBlock *figure_data_block(const FigureData *data, const char *name);
size_t figure_data_rows(const FigureData *data, const char *block);

/* Whether a row of a block's table is the first of its group: rows of one series after another. */
bool figure_data_begins_group(const StoreTable *table, size_t row);

/*
 * Appends variables and data blocks but hidden ones: `x = 3`, `n_BLOCK` groups, `rows_BLOCK`,
 * `names_BLOCK[]`,
 * `$BLOCK << END_OF_DATA`, groups parted by two blank lines; a space leads each row. Of a block
 * with a column `label`, for labels to be placed, also the arrays x_, y_ (its second and third
 * column), text_ and group_BLOCK.
 */
void figure_data_script(const FigureData *data, Text *out);

/*
 * Appends all blocks but `legend` and drawings as one tab-separated table: a line of names, `block`
 * and the columns of all blocks, then the rows. What a block has no column for, and NULL, is empty.
 */
void figure_data_tsv(const FigureData *data, Arena *arena, Text *out);

#endif
