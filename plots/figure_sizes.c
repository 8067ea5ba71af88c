/* plots/figure_sizes.c: curves as points, so that gnuplot fits nothing. */
#include "plots/figure_sizes.h"

#include "plots/figure_blocks.h"

#include "results/sizefit.h"

#include <math.h>

enum { N_POINTS = 60, N_LAW_POINTS = 2 };

#define BEYOND 10.0 /* times the largest total: how far a law is drawn */

/* The training MACs that a budget holds. */
static double total_of(const SizeGroup *group)
{
    return group->compute * SIZETABLE_TRAINING_MACS / SIZETABLE_FLOPS_A_MAC;
}

/* Rows for the fits; budgets are totals as they were asked for. */
static SizeRow *take_rows(const FigureBlock *values, Arena *arena)
{
    SizeRow *rows = arena_alloc(arena, values->table.n_rows + 1, sizeof *rows);
    for (size_t r = 0; rows != NULL && r < values->table.n_rows; r++)
        rows[r] = (SizeRow){.macs = figure_blocks_value(values, r, "macs"),
                            .images = figure_blocks_value(values, r, "images"),
                            .loss = figure_blocks_value(values, r, "loss"),
                            .budget = figure_blocks_value(values, r, "total")};
    return rows;
}

static const char *group_name(const SizeGroup *group, Arena *arena)
{
    return arena_printf(arena, "%.6g MACs", group->rows[0].budget);
}

/* Each total's parabola and its line on the surface, over the sizes trained. */
static ErrCode add_curves(FigureData *data, const SizeTable *sizes, const SizeFit *fit,
                          Arena *arena, Err *err)
{
    static const char *const names[] = {"series", "macs", "loss", NULL};
    const size_t n = (size_t)sizes->n_groups * N_POINTS;
    FigureTable parabola = figure_blocks_begin(names, n, arena);
    FigureTable surface = figure_blocks_begin(names, n, arena);
    for (int g = 0; g < sizes->n_groups; g++) {
        const SizeGroup *group = &sizes->groups[g];
        const double low = group->rows[0].macs, high = group->rows[group->n_rows - 1].macs;
        for (int i = 0; i < N_POINTS; i++) {
            const double macs = low * pow(high / low, (double)i / (N_POINTS - 1));
            const double images = group->compute / SIZETABLE_FLOPS_A_MAC / macs;
            figure_blocks_text(&parabola, group_name(group, arena));
            figure_blocks_number(&parabola, macs);
            figure_blocks_number(&parabola, sizefit_curve_loss(&fit->curves[g], macs));
            if (!fit->surface.is_determined)
                continue;
            figure_blocks_text(&surface, group_name(group, arena));
            figure_blocks_number(&surface, macs);
            figure_blocks_number(&surface, sizefit_surface_loss(&fit->surface, macs, images));
        }
    }
    TRY(figure_blocks_end(&parabola, "parabola", data, err));
    TRY(figure_blocks_end(&surface, "surface", data, err));
fail:
    return err->code;
}

/* The parabolas' minima among the sizes trained. */
static ErrCode add_best(FigureData *data, const SizeTable *sizes, const SizeFit *fit, Arena *arena,
                        Err *err)
{
    static const char *const names[] = {"series", "macs", "loss", "low", "high", "total", NULL};
    FigureTable best = figure_blocks_begin(names, (size_t)sizes->n_groups, arena);
    for (int g = 0; g < sizes->n_groups; g++) {
        const SizeOptimum *optimum = &fit->parabolas[g];
        if (!optimum->is_inside)
            continue;
        const double factor = isnan(optimum->factor) ? 1.0 : optimum->factor;
        figure_blocks_text(&best, group_name(&sizes->groups[g], arena));
        figure_blocks_number(&best, optimum->macs);
        figure_blocks_number(&best, sizefit_curve_loss(&fit->curves[g], optimum->macs));
        figure_blocks_number(&best, optimum->macs / factor);
        figure_blocks_number(&best, optimum->macs * factor);
        figure_blocks_number(&best, total_of(&sizes->groups[g]));
    }
    return figure_blocks_end(&best, "best", data, err);
}

/* What an axis holds. */
typedef struct Span {
    double low, high;
} Span;

static void stretch(Span *span, double value)
{
    span->low = fmin(span->low, value);
    span->high = fmax(span->high, value);
}

static void add_line(FigureTable *table, const char *name, const SizeLaw *law, double low,
                     double high, Span *macs)
{
    for (int i = 0; i < N_LAW_POINTS; i++) {
        const double total = i == 0 ? low : high;
        stretch(macs,
                sizefit_law_macs(law, total * SIZETABLE_FLOPS_A_MAC / SIZETABLE_TRAINING_MACS));
        figure_blocks_text(table, name);
        figure_blocks_number(table, total);
        figure_blocks_number(
            table, sizefit_law_macs(law, total * SIZETABLE_FLOPS_A_MAC / SIZETABLE_TRAINING_MACS));
    }
}

/* Both laws, straight where both axes are logarithmic. */
static ErrCode add_laws(FigureData *data, const SizeTable *sizes, const SizeFit *fit, Arena *arena,
                        Err *err)
{
    static const char *const names[] = {"series", "total", "macs", NULL};
    FigureTable laws = figure_blocks_begin(names, (size_t)4 * N_LAW_POINTS, arena);
    const int n = sizes->n_groups;
    Span macs = {(double)INFINITY, 0.0};
    const double low = n > 0 ? total_of(&sizes->groups[0]) : (double)NAN;
    const double high = n > 0 ? total_of(&sizes->groups[n - 1]) : (double)NAN;
    if (fit->has_parabola) {
        add_line(&laws, "parabola", &fit->parabola, low, high, &macs);
        add_line(&laws, "parabola, beyond", &fit->parabola, high, BEYOND * high, &macs);
    }
    if (fit->surface.is_determined && n > 1) {
        add_line(&laws, "surface", &fit->surface_law, low, high, &macs);
        add_line(&laws, "surface, beyond", &fit->surface_law, high, BEYOND * high, &macs);
    }
    for (int g = 0; g < n; g++)
        if (fit->parabolas[g].is_inside)
            stretch(&macs, fit->parabolas[g].macs);
    figure_blocks_set(data, "total_low", low, arena);
    figure_blocks_set(data, "total_high", BEYOND * high, arena);
    figure_blocks_set(data, "best_low", macs.low, arena);
    figure_blocks_set(data, "best_high", macs.high, arena);
    return figure_blocks_end(&laws, "law", data, err);
}

/* For the caption: whether the smaller totals foretell the best size of the largest. */
static ErrCode say_held_out(FigureData *data, const SizeHeldOut *test, Arena *arena, Err *err)
{
    Text text = {0};
    if (test->is_tested) {
        text_append(&text, " The largest total held out: ");
        sizeheldout_text(test, &text);
        text_append_char(&text, '.');
    }
    TRY(text_ok(&text, err));
    figure_blocks_say(data, "held_out_text", arena_text(arena, text_string(&text)), arena);
fail:
    text_release(&text);
    return err->code;
}

ErrCode figure_sizes_fit(FigureData *data, Arena *arena, Err *err)
{
    const FigureBlock *values = figure_data_block(data, "value");
    SizeTable sizes = {0};
    SizeFit fit = {0};
    Err few = {0};
    SizeRow *rows = take_rows(values, arena);
    TRY(arena_ok(arena, err));
    /* While a study runs there may be too few sizes to fit anything. */
    if (sizetable_group(&sizes, "sizes", rows, values->table.n_rows, arena, &few) == ERR_NONE &&
        sizes.n_groups > 0)
        TRY(sizefit_run(&fit, &sizes, arena, err));
    else if (few.code == ERR_MEMORY)
        return *err = few, few.code;
    else
        sizes.n_groups = 0;
    TRY(add_curves(data, &sizes, &fit, arena, err));
    TRY(add_best(data, &sizes, &fit, arena, err));
    TRY(add_laws(data, &sizes, &fit, arena, err));
    TRY(say_held_out(data, &fit.held_out, arena, err));
fail:
    return err->code;
}
