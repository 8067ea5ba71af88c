/*
 * results/blocks.c: the model by least squares on the seeds' effects, the networks eliminated, so
 * that any number of networks costs no more than its cells; contrasts from the cells themselves.
 */
#include "results/blocks.h"

#include "results/lsq.h"

#include <assert.h>
#include <math.h>

static double cell(const Blocks *b, int network, int seed)
{
    return b->y[(size_t)network * (size_t)b->n_seeds + (size_t)seed];
}

/* A network's mean over its cells, and how many there are. */
static double mean_of(const Blocks *b, int network, int *n)
{
    double sum = 0.0;
    *n = 0;
    for (int s = 0; s < b->n_seeds; s++)
        if (!isnan(cell(b, network, s))) {
            sum += cell(b, network, s);
            ++*n;
        }
    return *n > 0 ? sum / *n : (double)NAN;
}

/*
 * The normal equations of the seeds' effects once the networks' means are eliminated: a cell adds 1
 * at its seed, a network of n cells takes 1/n at each pair of its seeds. Returns the values less
 * the networks.
 */
static int normal_equations(const Blocks *b, double *matrix, double *right)
{
    int n_free = 0;
    for (int p = 0; p < b->n_networks; p++) {
        int n;
        const double mean = mean_of(b, p, &n);
        for (int s = 0; s < b->n_seeds; s++) {
            double *row = matrix + (size_t)s * (size_t)b->n_seeds;
            if (isnan(cell(b, p, s)))
                continue;
            right[s] += cell(b, p, s) - mean;
            row[s] += 1.0;
            for (int other = 0; other < b->n_seeds; other++)
                if (!isnan(cell(b, p, other)))
                    row[other] -= 1.0 / n;
        }
        n_free += n > 0 ? n - 1 : 0;
    }
    return n_free;
}

/* The mean effect of a network's seeds; of all seeds for network < 0. */
static double mean_effect(const Blocks *b, const double *effects, int network)
{
    double sum = 0.0;
    int n = 0;
    for (int s = 0; s < b->n_seeds; s++)
        if (network < 0 || !isnan(cell(b, network, s))) {
            sum += effects[s];
            n++;
        }
    return n > 0 ? sum / n : 0.0;
}

/* Fills the means; returns the sum of the residuals' squares. */
static double take_means(Blocks *b, const double *effects)
{
    const double average = mean_effect(b, effects, -1);
    double squares = 0.0;
    for (int p = 0; p < b->n_networks; p++) {
        int n;
        const double at_zero = mean_of(b, p, &n) - mean_effect(b, effects, p);
        b->means[p] = at_zero + average; /* NaN without a cell */
        for (int s = 0; s < b->n_seeds; s++) {
            const double residual = cell(b, p, s) - at_zero - effects[s];
            squares += isnan(residual) ? 0.0 : residual * residual;
        }
    }
    return squares;
}

ErrCode blocks_fit(Blocks *out, const double *y, int n_networks, int n_seeds, Arena *arena,
                   Err *err)
{
    assert(n_networks > 0 && n_seeds > 0);
    const size_t n = (size_t)n_seeds;
    Lsq lsq;
    *out = (Blocks){.n_networks = n_networks, .n_seeds = n_seeds, .y = y, .sd = (double)NAN};
    out->means = arena_alloc(arena, (size_t)n_networks, sizeof(double));
    double *matrix = arena_zalloc(arena, n * n, sizeof *matrix);
    double *right = arena_zalloc(arena, n, sizeof *right);
    double *effects = arena_alloc(arena, n, sizeof *effects);
    TRY(arena_ok(arena, err));
    const int n_free = normal_equations(out, matrix, right);
    TRY(lsq_plan(&lsq, n_seeds, n_seeds, arena, err)); /* leaves a seed out in each connected set */
    lsq_factor(&lsq, matrix, NULL);
    (void)lsq_solve(&lsq, right, effects);
    const double squares = take_means(out, effects);
    out->df = n_free - lsq.rank;
    if (out->df > 0.0)
        out->sd = sqrt(squares / out->df);
fail:
    return err->code;
}

/* The contrast of one seed; NaN: a network of it is missing there. */
static double contrast_of_seed(const Blocks *b, const double *c, int seed)
{
    double sum = 0.0;
    for (int p = 0; p < b->n_networks; p++)
        if (c[p] != 0.0)
            sum += c[p] * cell(b, p, seed);
    return sum;
}

static double two_sided(double effect, double error, double df)
{
    if (!(df > 0.0) || isnan(error))
        return (double)NAN;
    return error > 0.0 ? 2.0 * stats_t_cdf(-fabs(effect) / error, df) : effect == 0.0;
}

BlocksContrast blocks_contrast(const Blocks *blocks, const double *c, const bool *is_in,
                               double confidence)
{
    double squares_c = 0.0, sum = 0.0, squares = 0.0;
    int n = 0;
    for (int p = 0; p < blocks->n_networks; p++)
        squares_c += c[p] * c[p];
    for (int s = 0; s < blocks->n_seeds; s++) { /* Welford's mean and sum of squares */
        const double value = contrast_of_seed(blocks, c, s);
        if (isnan(value) || (is_in != NULL && !is_in[s]))
            continue;
        const double before = value - (n > 0 ? sum / n : 0.0);
        sum += value;
        n++;
        squares += before * (value - sum / n);
    }
    const double mean = n > 0 ? sum / n : (double)NAN;
    const double pooled = blocks->sd * blocks->sd * squares_c;
    const double sd = sqrt((BLOCKS_PRIOR_DF * pooled + squares) / (BLOCKS_PRIOR_DF + n - 1));
    const double df = fmin(n + BLOCKS_PRIOR_DF - 1, blocks->df);
    const double error = sd / sqrt(n);
    const double half =
        df > 0.0 ? stats_t_quantile(1.0 - 0.5 * (1.0 - confidence), df) * error : (double)NAN;
    BlocksContrast out = {.interval = {.mean = mean,
                                       .sd = sd,
                                       .low = mean - half,
                                       .high = mean + half,
                                       .df = df,
                                       .confidence = confidence,
                                       .n = n},
                          .p = two_sided(mean, error, df),
                          .p_alone = (double)NAN};
    if (n > 1)
        out.p_alone = two_sided(mean, sqrt(squares / (n - 1) / n), n - 1);
    return out;
}
