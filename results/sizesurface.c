/*
 * results/sizesurface.c: variable projection. Only p and q are searched, as logarithms, so that
 * they stay positive; sizes and images are centred, so that the columns are near 1.
 */
#include "results/sizesurface.h"

#include "results/lsq.h"
#include "results/stats.h"

#include <assert.h>
#include <cminpack.h>
#include <math.h>

enum { N_PARAMETERS = 5, N_GRID = 24, N_LINEAR = 3 };

/* Exponents that are looked at. */
#define LEAST_EXPONENT 0.01
#define MOST_EXPONENT 5.0
/* A logarithm nearer to one of theirs is at its limit: beyond it nothing pulls it back. */
#define LIMIT_WIDTH 1e-6

/* What MINPACK's callback needs. */
typedef struct Projection {
    int n;
    double *macs, *images; /* [n] logarithms less their means */
    double *loss;          /* [n] */
    double *x;             /* [n][N_LINEAR] */
    Lsq lsq;
    double beta[N_LINEAR]; /* of the last look: E, and A and B of centred sizes and images */
    double mean_macs, mean_images;
} Projection;

static double exponent_of(double logarithm)
{
    return exp(fmin(fmax(logarithm, log(LEAST_EXPONENT)), log(MOST_EXPONENT)));
}

static bool is_at_limit(double logarithm)
{
    return !(logarithm > log(LEAST_EXPONENT) + LIMIT_WIDTH &&
             logarithm < log(MOST_EXPONENT) - LIMIT_WIDTH);
}

/* The best E, A, B for p and q; the squares they leave. */
static double project(Projection *pr, double p, double q)
{
    for (int i = 0; i < pr->n; i++) {
        double *row = pr->x + (size_t)i * N_LINEAR;
        row[0] = 1.0;
        row[1] = exp(-p * pr->macs[i]);
        row[2] = exp(-q * pr->images[i]);
    }
    return lsq_positive(&pr->lsq, pr->x, pr->loss, pr->beta);
}

static int residuals(void *user, int n, int n_parameters, const double *logs, double *out, int flag)
{
    (void)n_parameters;
    (void)flag;
    Projection *pr = user;
    project(pr, exponent_of(logs[0]), exponent_of(logs[1]));
    for (int i = 0; i < n; i++) {
        const double *row = pr->x + (size_t)i * N_LINEAR;
        out[i] = pr->beta[0] + pr->beta[1] * row[1] + pr->beta[2] * row[2] - pr->loss[i];
    }
    return 0;
}

static ErrCode start(Projection *pr, const SizeTable *table, Arena *arena, Err *err)
{
    const size_t n = (size_t)table->n_rows;
    *pr = (Projection){.n = table->n_rows,
                       .macs = arena_alloc(arena, n, sizeof(double)),
                       .images = arena_alloc(arena, n, sizeof(double)),
                       .loss = arena_alloc(arena, n, sizeof(double)),
                       .x = arena_alloc(arena, n * N_LINEAR, sizeof(double))};
    TRY(lsq_plan(&pr->lsq, table->n_rows, N_LINEAR, arena, err));
    for (size_t i = 0; i < n; i++) {
        pr->macs[i] = log(table->rows[i].macs);
        pr->images[i] = log(table->rows[i].images);
        pr->loss[i] = table->rows[i].loss;
    }
    pr->mean_macs = stats_mean(pr->macs, pr->n);
    pr->mean_images = stats_mean(pr->images, pr->n);
    for (size_t i = 0; i < n; i++) {
        pr->macs[i] -= pr->mean_macs;
        pr->images[i] -= pr->mean_images;
    }
fail:
    return err->code;
}

/* The best point of a logarithmic grid. */
static void search_grid(Projection *pr, double logs[2])
{
    const double first = log(LEAST_EXPONENT), step = (log(MOST_EXPONENT) - first) / (N_GRID - 1);
    double least = (double)INFINITY;
    for (int i = 0; i < N_GRID; i++)
        for (int j = 0; j < N_GRID; j++) {
            const double squares = project(pr, exp(first + i * step), exp(first + j * step));
            if (squares < least) {
                least = squares;
                logs[0] = first + i * step;
                logs[1] = first + j * step;
            }
        }
}

/* As precisely as rounding lets it. */
static ErrCode polish(Projection *pr, double logs[2], Arena *arena, Err *err)
{
    const double tolerance = 1e-14;
    int pivots[2];
    const size_t n = (size_t)pr->n, n_work = 2 * n + 5 * 2 + n;
    double *out = arena_alloc(arena, n, sizeof *out);
    double *work = arena_alloc(arena, n_work, sizeof *work);
    TRY(arena_ok(arena, err));
    lmdif1(residuals, pr, pr->n, 2, logs, out, tolerance, pivots, work, (int)n_work);
fail:
    return err->code;
}

ErrCode sizesurface_fit(SizeSurface *out, const SizeTable *table, Arena *arena, Err *err)
{
    Projection pr;
    double logs[2] = {0.0, 0.0};
    TRY(start(&pr, table, arena, err));
    search_grid(&pr, logs);
    TRY(polish(&pr, logs, arena, err));
    const double p = exponent_of(logs[0]), q = exponent_of(logs[1]);
    const double squares = project(&pr, p, q);
    *out = (SizeSurface){.E = pr.beta[0],
                         .A = pr.beta[1] * exp(p * pr.mean_macs),
                         .p = p,
                         .B = pr.beta[2] * exp(q * pr.mean_images),
                         .q = q,
                         .sd = (double)NAN,
                         .df = table->n_rows - N_PARAMETERS};
    if (out->df > 0.0)
        out->sd = sqrt(squares / out->df);
    out->is_determined =
        out->A > 0.0 && out->B > 0.0 && !is_at_limit(logs[0]) && !is_at_limit(logs[1]);
fail:
    return err->code;
}

/* --- the best size along a budget --- */

/* ln of the best images at C, and its derivatives by E, ln A, ln p, ln B, ln q. */
static double best_images(const SizeSurface *s, double compute, double *gradient)
{
    const double sum = s->p + s->q, level = log(s->p * s->A / (s->q * s->B));
    const double budget = log(compute / SIZETABLE_FLOPS_A_MAC);
    const double turn = s->p * s->q / (sum * sum) * budget; /* p/(p + q) by ln p, times ln C/6 */
    gradient[0] = 0.0;
    gradient[1] = -1.0 / sum;
    gradient[2] = turn - 1.0 / sum + s->p * level / (sum * sum);
    gradient[3] = 1.0 / sum;
    gradient[4] = -turn + 1.0 / sum + s->q * level / (sum * sum);
    return s->p / sum * budget - level / sum;
}

/* The factors of the surface's Jacobian by E, ln A, ln p, ln B, ln q. */
static ErrCode factor_jacobian(Lsq *lsq, const SizeSurface *s, const SizeTable *table, Arena *arena,
                               Err *err)
{
    double *x = arena_alloc(arena, (size_t)table->n_rows * N_PARAMETERS, sizeof *x);
    TRY(lsq_plan(lsq, table->n_rows, N_PARAMETERS, arena, err));
    assert(x != NULL);
    for (int i = 0; i < table->n_rows; i++) {
        const double macs = log(table->rows[i].macs), images = log(table->rows[i].images);
        const double size = s->A * exp(-s->p * macs), data = s->B * exp(-s->q * images);
        double *row = x + (size_t)i * N_PARAMETERS;
        row[0] = 1.0;
        row[1] = size;
        row[2] = -s->p * macs * size;
        row[3] = data;
        row[4] = -s->q * images * data;
    }
    lsq_factor(lsq, x, NULL);
fail:
    return err->code;
}

ErrCode sizesurface_optima(const SizeSurface *s, const SizeTable *table, SizeOptimum *optima,
                           SizeLaw *law, Arena *arena, Err *err)
{
    Lsq lsq;
    double gradient[N_PARAMETERS];
    const double sum = s->p + s->q, exponent = s->p / sum;
    TRY(factor_jacobian(&lsq, s, table, arena, err));
    const bool has_error = s->df > 0.0 && lsq.rank == N_PARAMETERS;
    const double reach = has_error
                             ? s->sd * stats_t_quantile(0.5 + 0.5 * SIZESURFACE_CONFIDENCE, s->df)
                             : (double)NAN;
    for (int g = 0; g < table->n_groups; g++) {
        const SizeGroup *group = &table->groups[g];
        const double images = exp(best_images(s, group->compute, gradient));
        const double macs = group->compute / SIZETABLE_FLOPS_A_MAC / images;
        optima[g] = (SizeOptimum){.macs = macs,
                                  .images = images,
                                  .factor = exp(reach * sqrt(lsq_variance(&lsq, gradient))),
                                  .is_inside = macs >= group->rows[0].macs &&
                                               macs <= group->rows[group->n_rows - 1].macs};
    }
    const double by_log = s->p * s->q / (sum * sum);
    const double of_exponent[N_PARAMETERS] = {0.0, 0.0, by_log, 0.0, -by_log};
    const double half = reach * sqrt(lsq_variance(&lsq, of_exponent));
    *law = (SizeLaw){.exponent = exponent,
                     .intercept = best_images(s, 1.0, gradient) / log(10.0),
                     .low = exponent - half,
                     .high = exponent + half};
fail:
    return err->code;
}

double sizesurface_train_intercept(const SizeLaw *law)
{
    return law->intercept + law->exponent * log10(SIZETABLE_FLOPS_A_MAC / SIZETABLE_TRAINING_MACS);
}
