/* plots/figure_paper.c: printed numbers as they stand in table 2, sorted into families by name. */
#include "plots/figure_paper.h"

#include "plots/figure_blocks.h"

#include "base/text.h"
#include "paper/published.h"

#include <math.h>
#include <string.h>

enum { TABLE = 2 };

#define MARGIN 1.0  /* points above and below what is printed */
#define BEYOND 1.25 /* of the axis, times what it holds */
#define MILLION 1e6
#define BILLION 1e9

/* Families that the paper's figures name, by what their members' names begin with. */
static const struct {
    const char *name, *prefix;
} families[] = {{"paper: EfficientNet", "EfficientNet-"}, {"paper: ResNet", "ResNet-"},
                {"paper: DenseNet", "DenseNet-"},         {"paper: Inception", "Inception-"},
                {"paper: AmoebaNet", "AmoebaNet-"},       {"paper: others", ""}};

/* The axis of a figure. */
typedef struct Axis {
    const char *column; /* of blocks `mean` and `paper` */
    bool is_macs;
    double unit;
    double low, high; /* of all marks */
} Axis;

static void stretch(Axis *axis, double x)
{
    axis->low = fmin(axis->low, x);
    axis->high = fmax(axis->high, x);
}

static size_t family_of(const PublishedRow *row)
{
    size_t f = 0;
    while (!text_starts_with(row->model, families[f].prefix))
        f++;
    return f;
}

/* What a row has on the axis; NaN where that is not printed. */
static double place_of(const PublishedRow *row, const Axis *axis)
{
    return published_value(axis->is_macs ? row->flops : row->params) / axis->unit;
}

/* "B3", "ResNet-50". */
static const char *label_of(const PublishedRow *row, size_t family)
{
    return family == 0 ? row->model + strlen(families[family].prefix) : row->model;
}

/* The row of a family that follows `last` on the axis, by place and then by the table's order. */
static const PublishedRow *next_row(const PublishedTable *table, size_t family,
                                    const PublishedRow *last, const Axis *axis)
{
    const PublishedRow *next = NULL;
    for (const PublishedRow *row = table->rows; row < table->rows + table->n_rows; row++) {
        const double x = place_of(row, axis);
        const bool is_later =
            last == NULL || x > place_of(last, axis) || (x == place_of(last, axis) && row > last);
        if (family_of(row) == family && is_later && (next == NULL || x < place_of(next, axis)) &&
            !isnan(x))
            next = row;
    }
    return next;
}

static ErrCode add_paper(FigureData *data, Axis *axis, Arena *arena, Err *err)
{
    const PublishedTable *table = published_table(TABLE);
    const char *const names[] = {"series", axis->column, "top1", "label", NULL};
    FigureTable block = figure_blocks_begin(names, table->n_rows, arena);
    double low = (double)INFINITY, high = 0.0;
    for (size_t f = 0; f < ARRAY_LEN(families); f++)
        for (const PublishedRow *row = NULL; (row = next_row(table, f, row, axis)) != NULL;) {
            const double top1 = published_value(row->top1);
            figure_blocks_text(&block, families[f].name);
            figure_blocks_number(&block, place_of(row, axis));
            figure_blocks_number(&block, top1);
            figure_blocks_text(&block, label_of(row, f));
            stretch(axis, place_of(row, axis));
            low = fmin(low, top1);
            high = fmax(high, top1);
        }
    figure_blocks_set(data, "paper_low", low - MARGIN, arena);
    figure_blocks_set(data, "paper_high", high + MARGIN, arena);
    return figure_blocks_end(&block, "paper", data, err);
}

/* Each group of the study's block, then the paper's families that have a row. */
static ErrCode add_legend(FigureData *data, Arena *arena, Err *err)
{
    static const char *const names[] = {"series", NULL}, *const blocks[] = {"mean", "paper"};
    FigureTable legend = figure_blocks_begin(
        names, figure_data_rows(data, "mean") + figure_data_rows(data, "paper"), arena);
    for (size_t b = 0; b < ARRAY_LEN(blocks); b++) {
        const StoreTable *t = &figure_data_block(data, blocks[b])->table;
        for (size_t r = 0; r < t->n_rows; r++)
            if (figure_data_begins_group(t, r))
                figure_blocks_text(&legend, t->cells[r * t->n_columns]);
    }
    return figure_blocks_end(&legend, "legend", data, err);
}

static ErrCode add_all(FigureData *data, Axis axis, Arena *arena, Err *err)
{
    const FigureBlock *own = figure_data_block(data, "mean");
    axis.low = (double)INFINITY;
    for (size_t r = 0; r < own->table.n_rows; r++)
        stretch(&axis, figure_blocks_value(own, r, axis.column));
    TRY(add_paper(data, &axis, arena, err));
    figure_blocks_set(data, "span_low", axis.low / BEYOND, arena);
    figure_blocks_set(data, "span_high", axis.high * BEYOND, arena);
    TRY(add_legend(data, arena, err));
    return arena_ok(arena, err);
fail:
    return err->code;
}

ErrCode figure_paper_params(FigureData *data, Arena *arena, Err *err)
{
    return add_all(data, (Axis){.column = "params", .unit = MILLION}, arena, err);
}

ErrCode figure_paper_macs(FigureData *data, Arena *arena, Err *err)
{
    const bool is_large = strcmp(figure_data_text(data, "unit"), "billions") == 0;
    const Axis axis = {.column = "macs", .is_macs = true, .unit = is_large ? BILLION : MILLION};
    return add_all(data, axis, arena, err);
}
