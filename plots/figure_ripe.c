/* plots/figure_ripe.c: rows of block `seed` come line by line, trial by trial, epoch by epoch. */
#include "plots/figure_ripe.h"

#include "plots/figure_blocks.h"

#include "results/ripeness.h"

#include <string.h>

/* The rows of one line. */
typedef struct Curves {
    const FigureBlock *block;
    size_t begin, end;
    double *values;       /* of all rows */
    const double **seeds; /* [n_seeds] whole curves */
    int n_seeds, n_epochs;
} Curves;

static const char *series_of(const FigureBlock *block, size_t row)
{
    return block->table.cells[row * block->table.n_columns];
}

static void take_seeds(Curves *c)
{
    size_t first = c->begin;
    c->n_seeds = c->n_epochs = 0;
    for (size_t r = c->begin; r < c->end; r++) {
        const double trial = figure_blocks_value(c->block, r, "trial");
        c->values[r] = figure_blocks_value(c->block, r, "val_top1");
        if (r + 1 < c->end && figure_blocks_value(c->block, r + 1, "trial") == trial)
            continue;
        const int n = (int)(r + 1 - first);
        if (c->n_seeds == 0)
            c->n_epochs = n;
        if (n == c->n_epochs)
            c->seeds[c->n_seeds++] = &c->values[first];
        first = r + 1;
    }
}

static const char *word_for(RipenessState state)
{
    return state == RIPENESS_UNKNOWN ? "" : state == RIPENESS_RIPE ? "ripe" : "unripe";
}

/* Says how many lines are left out, if any are. */
static ErrCode tell_thinned(FigureData *data, Arena *arena, Err *err)
{
    const FigureBlock *range = figure_data_block(data, "range");
    const double lines = figure_blocks_value(range, 0, "lines");
    const double all_lines = figure_blocks_value(range, 0, "all_lines");
    if (!(lines < all_lines))
        return ERR_NONE;
    FigureBlock *thinned = figure_data_add(data, "thinned", "series", arena, err);
    if (thinned == NULL)
        return err->code;
    figure_data_row(thinned, arena, "%.0f of %.0f lines in %.0f of %.0f panels", lines, all_lines,
                    figure_blocks_value(range, 0, "panels"),
                    figure_blocks_value(range, 0, "all_panels"));
    return arena_ok(arena, err);
}

ErrCode figure_ripe_mark(FigureData *data, Arena *arena, Err *err)
{
    const FigureBlock *seeds = figure_data_block(data, "seed");
    const FigureBlock *lines = figure_data_block(data, "line");
    const size_t n = seeds->table.n_rows, label = 3;
    Curves c = {.block = seeds,
                .values = arena_alloc(arena, n + 1, sizeof *c.values),
                .seeds = arena_alloc(arena, n + 1, sizeof *c.seeds)};
    TRY(arena_ok(arena, err));
    for (size_t line = 0; line < lines->table.n_rows; line++) {
        const char *series = series_of(lines, line);
        c.begin = c.end;
        while (c.end < n && strcmp(series_of(seeds, c.end), series) == 0)
            c.end++;
        take_seeds(&c);
        const RipenessRun run = {.n_epochs = c.n_epochs,
                                 .n_val = figure_data_int(data, "n_val"),
                                 .classes = (int)figure_data_int(data, "classes")};
        const Ripeness ripeness = ripeness_judge(c.seeds, c.n_seeds, &run);
        lines->table.cells[line * lines->table.n_columns + label] = word_for(ripeness.state);
    }
    figure_data_hide(data, "seed");
    TRY(tell_thinned(data, arena, err));
fail:
    return err->code;
}
