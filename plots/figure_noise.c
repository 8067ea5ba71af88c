/* plots/figure_noise.c: the block model of a study's values, drawn. */
#include "plots/figure_noise.h"

#include "plots/figure_blocks.h"
#include "plots/figure_thin.h"

#include "results/blocks.h"
#include "results/power.h"

#include <inttypes.h>
#include <math.h>

enum { MIN_SEEDS = 2, LEAST_MOST_SEEDS = 10, MOST_DOTS = 4000 };

#define CONFIDENCE 0.90
#define POWER 0.80
#define SPREAD 0.8 /* of the networks about a seed's place */

/* Values by network and seed, and what is fitted. */
typedef struct Noise {
    const FigureBlock *values;
    int n_networks, n_seeds;
    int n_usual;     /* seeds of a network: the count that most networks have */
    double *seeds;   /* [n_seeds] rising */
    double *y;       /* [n_networks][n_seeds], NaN: missing */
    size_t *rows;    /* [n_networks][n_seeds] of values, where y is not missing */
    double *effects; /* [n_seeds] over the average seed */
    Blocks blocks;
} Noise;

static int find_seed(const Noise *n, double seed)
{
    for (int s = 0; s < n->n_seeds; s++)
        if (n->seeds[s] == seed)
            return s;
    return -1;
}

static void take_seeds(Noise *n)
{
    for (size_t r = 0; r < n->values->table.n_rows; r++) {
        const double seed = figure_blocks_value(n->values, r, "seed");
        if (find_seed(n, seed) >= 0)
            continue;
        int at = n->n_seeds++;
        for (; at > 0 && n->seeds[at - 1] > seed; at--)
            n->seeds[at] = n->seeds[at - 1];
        n->seeds[at] = seed;
    }
}

/* The count of seeds that most networks have, the larger of two. */
static ErrCode take_usual(Noise *n, Arena *arena, Err *err)
{
    int *networks = arena_zalloc(arena, (size_t)n->n_seeds + 1, sizeof *networks);
    TRY(arena_ok(arena, err));
    for (int p = 0; p < n->n_networks; p++) {
        int k = 0;
        for (int s = 0; s < n->n_seeds; s++)
            k += !isnan(n->y[p * n->n_seeds + s]);
        networks[k]++;
    }
    for (int k = 1; k <= n->n_seeds; k++)
        if (networks[k] > 0 && networks[k] >= networks[n->n_usual])
            n->n_usual = k;
fail:
    return err->code;
}

/* Least squares leaves no sum of residuals in a seed: its effect is the mean of what means leave.
 */
static void take_effects(Noise *n)
{
    for (int s = 0; s < n->n_seeds; s++) {
        double sum = 0.0;
        int k = 0;
        for (int p = 0; p < n->n_networks; p++) {
            const double y = n->y[p * n->n_seeds + s];
            if (!isnan(y)) {
                sum += y - n->blocks.means[p];
                k++;
            }
        }
        n->effects[s] = k > 0 ? sum / k : 0.0;
    }
}

static ErrCode fit(Noise *n, FigureData *data, Arena *arena, Err *err)
{
    *n = (Noise){.values = figure_data_block(data, "value")};
    const size_t n_rows = n->values->table.n_rows;
    n->seeds = arena_alloc(arena, n_rows + 1, sizeof *n->seeds);
    TRY(arena_ok(arena, err));
    take_seeds(n);
    for (size_t r = 0; r < n_rows; r++)
        n->n_networks = (int)fmax(n->n_networks, figure_blocks_value(n->values, r, "network"));
    n->blocks.sd = (double)NAN;
    if (n->n_networks < 2 || n->n_seeds < MIN_SEEDS)
        return ERR_NONE;
    const size_t n_cells = (size_t)n->n_networks * (size_t)n->n_seeds;
    n->y = arena_alloc(arena, n_cells, sizeof *n->y);
    n->rows = arena_zalloc(arena, n_cells, sizeof *n->rows);
    n->effects = arena_alloc(arena, (size_t)n->n_seeds, sizeof *n->effects);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < n_cells; i++)
        n->y[i] = (double)NAN;
    for (size_t r = 0; r < n_rows; r++) {
        const int p = (int)figure_blocks_value(n->values, r, "network") - 1;
        const int s = find_seed(n, figure_blocks_value(n->values, r, "seed"));
        n->y[p * n->n_seeds + s] = figure_blocks_value(n->values, r, "top1");
        n->rows[p * n->n_seeds + s] = r;
    }
    TRY(take_usual(n, arena, err));
    TRY(blocks_fit(&n->blocks, n->y, n->n_networks, n->n_seeds, arena, err));
    take_effects(n);
    figure_data_hide(data, "value");
    figure_blocks_set(data, "noise_sd", n->blocks.sd, arena);
    figure_blocks_set(data, "noise_df", n->blocks.df, arena);
    figure_blocks_set(data, "n_networks", n->n_networks, arena);
    figure_blocks_set(data, "n_seeds", n->n_usual, arena);
    return arena_ok(arena, err);
fail:
    return err->code;
}

/* --- residuals --- */

static double residual(const Noise *n, int network, int seed)
{
    return n->y[network * n->n_seeds + seed] - n->blocks.means[network] - n->effects[seed];
}

static void add_residuals(const Noise *n, int seed, FigureTable *table, double *most)
{
    for (int p = 0; p < n->n_networks; p++) {
        if (isnan(n->y[p * n->n_seeds + seed]))
            continue;
        *most = fmax(*most, fabs(residual(n, p, seed)));
        /* Whole networks, the share of them that values may be drawn of. */
        if (!figure_thin_keeps((size_t)p, n->values->table.n_rows, MOST_DOTS))
            continue;
        figure_blocks_text(table, arena_printf(table->arena, "seed %.0f", n->seeds[seed]));
        figure_blocks_number(table, n->blocks.means[p]);
        figure_blocks_number(table, residual(n, p, seed));
        figure_blocks_number(table, p + 1);
        figure_blocks_number(table, n->seeds[seed]);
        figure_blocks_number(table, SPREAD * ((p + 0.5) / n->n_networks - 0.5));
        figure_blocks_number(
            table, figure_blocks_value(n->values, n->rows[p * n->n_seeds + seed], "trial"));
    }
}

ErrCode figure_noise_residuals(FigureData *data, Arena *arena, Err *err)
{
    static const char *const names[] = {"series", "mean",  "residual", "network",
                                        "seed",   "aside", "trial",    NULL};
    Noise n;
    double most = 0.0;
    TRY(fit(&n, data, arena, err));
    if (!(n.blocks.sd >= 0.0))
        return ERR_NONE;
    FigureTable table = figure_blocks_begin(names, n.values->table.n_rows, arena);
    for (int s = 0; s < n.n_seeds; s++)
        add_residuals(&n, s, &table, &most);
    figure_blocks_set(data, "noise_most", fmax(fmax(most, 2.2 * n.blocks.sd), 0.1), arena);
    TRY(figure_blocks_end(&table, "residual", data, err));
    TRY(figure_thin_tell(data, figure_data_rows(data, "residual"), n.values->table.n_rows, "trials",
                         arena, err));
    return arena_ok(arena, err);
fail:
    return err->code;
}

/* --- power --- */

ErrCode figure_noise_power(FigureData *data, Arena *arena, Err *err)
{
    static const char *const names[] = {"series", "seeds", "effect", NULL};
    Noise n;
    double most = 0.0;
    TRY(fit(&n, data, arena, err));
    if (!(n.blocks.sd > 0.0))
        return ERR_NONE;
    const struct {
        const char *name;
        double squares; /* of the contrast's coefficients */
        int least;      /* networks */
    } kinds[] = {{"one minus another", 2.0, 2},
                 {"one minus others' mean", 1.0 + 1.0 / (n.n_networks - 1), 3},
                 {"interaction of four", 4.0, 4}};
    const int most_seeds = 2 * n.n_usual > LEAST_MOST_SEEDS ? 2 * n.n_usual : LEAST_MOST_SEEDS;
    FigureTable table =
        figure_blocks_begin(names, ARRAY_LEN(kinds) * (size_t)(most_seeds - 1), arena);
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        for (int seeds = MIN_SEEDS; seeds <= most_seeds && n.n_networks >= kinds[k].least;
             seeds++) {
            const PowerDesign design = {.sd = n.blocks.sd,
                                        .squares = kinds[k].squares,
                                        .confidence = CONFIDENCE,
                                        .n_contrasts = 1,
                                        .n_networks = n.n_networks,
                                        .n_seeds = seeds};
            const double effect = power_detectable(&design, POWER);
            figure_blocks_text(&table, kinds[k].name);
            figure_blocks_number(&table, seeds);
            figure_blocks_number(&table, effect);
            most = fmax(most, isnan(effect) ? 0.0 : effect);
        }
    figure_blocks_set(data, "effect_most", most, arena);
    figure_blocks_set(data, "seeds_most", most_seeds, arena);
    return figure_blocks_end(&table, "detectable", data, err);
fail:
    return err->code;
}
