/* tests/results/planted.c */
#include "tests/results/planted.h"

#include <math.h>
#include <stdlib.h>

static const double budgets[] = {2.0, 4.0};

static void fill_point(StorePointResult *out, const Planted *planted, int budget, int shape,
                       const double *values, Arena *arena)
{
    const double s = budgets[budget], *x = shapes_ten[shape].x;
    const double built[] = {pow(s, x[0]), pow(s, x[1] / 2.0), pow(s, x[2] / 2.0)};
    StoreSeed *seeds = arena_zalloc(arena, (size_t)planted->n_seeds, sizeof *seeds);
    const char *digest = arena_printf(arena, "network %d of %g", shape, s);
    if (seeds == NULL || digest == NULL)
        abort();
    for (int k = 0; k < planted->n_seeds; k++) {
        const double top1 = values[shape * planted->n_seeds + k];
        seeds[k] = (StoreSeed){.seed = k + 1,
                               .status = STORE_TRIAL_DONE,
                               .val_top1 = top1,
                               .test_top1 = top1,
                               .val_loss = 3.0 - 0.02 * top1,
                               .test_loss = 3.0 - 0.02 * top1};
    }
    out->seeds = seeds;
    out->n_seeds = (size_t)planted->n_seeds;
    out->epochs = 10;
    out->point = (StorePoint){.part = planted->part,
                              .figure = "ternary",
                              .series = arena_printf(arena, "%.3g %.3g %.3g", x[0], x[1], x[2]),
                              .match = "counted",
                              .nominal = {built[0], built[1], built[2]},
                              .built = {built[0], built[1], built[2]},
                              .trim = 1.0,
                              .x = s,
                              .network = digest,
                              .trial_digest = digest,
                              .resolution = 64,
                              .macs = (int64_t)(1e6 * s),
                              .target_macs = (int64_t)(1e6 * s),
                              .ratio = 1.0,
                              .naive_ratio = (double)NAN,
                              .status = "fair"};
}

StoreResults planted_results(const Planted *planted, Arena *arena)
{
    const size_t n = (size_t)(planted->n_budgets * planted->n_shapes);
    StoreResults results = {.study = {.name = "planted",
                                      .baseline = "proxy-b0",
                                      .data_name = "made-up",
                                      .n_test = PLANTED_TEST_IMAGES},
                            .points = arena_zalloc(arena, n, sizeof *results.points),
                            .n_points = n};
    if (results.points == NULL)
        abort();
    for (int b = 0; b < planted->n_budgets; b++) {
        double values[SHAPES_CELLS];
        shapes_draw(values, planted->n_shapes, planted->n_seeds, planted->beta[b], &planted->sd, 1,
                    planted->study * PLANTED_MAX_BUDGETS + (uint64_t)b);
        for (int p = 0; p < planted->n_shapes; p++)
            fill_point(&results.points[b * planted->n_shapes + p], planted, b, p, values, arena);
    }
    return results;
}

StoreSeed *planted_seed(const StoreResults *results, int budget, int shape, int seed)
{
    for (size_t i = 0; i < results->n_points; i++)
        if (results->points[i].point.x == budgets[budget] && shape-- == 0)
            return (StoreSeed *)&results->points[i].seeds[seed];
    abort();
}
