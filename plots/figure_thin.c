/* plots/figure_thin.c: whole numbers choose, so the same ones everywhere. */
#include "plots/figure_thin.h"

#include "plots/figure_blocks.h"

bool figure_thin_keeps(size_t i, size_t n, size_t most)
{
    return n <= most || (i + 1) * most / n != i * most / n;
}

ErrCode figure_thin_tell(FigureData *data, size_t n_drawn, size_t n_all, const char *what,
                         Arena *arena, Err *err)
{
    if (n_drawn >= n_all)
        return ERR_NONE;
    FigureBlock *thinned = figure_data_add(data, "thinned", "series", arena, err);
    if (thinned == NULL)
        return err->code;
    figure_data_row(thinned, arena, "%zu of %zu %s", n_drawn, n_all, what);
    return arena_ok(arena, err);
}

ErrCode figure_thin_grid(FigureData *data, Arena *arena, Err *err)
{
    const FigureBlock *map = figure_data_block(data, "map");
    const StoreTable *t = &map->table;
    size_t n_all = 0;
    for (size_t r = 0; r < t->n_rows; r++)
        if (figure_data_begins_group(t, r))
            n_all += (size_t)figure_blocks_value(map, r, "all_networks");
    return figure_thin_tell(data, t->n_rows, n_all, "networks", arena, err);
}
