/*
 * nn/headfit.c: value and gradient of the penalised cross-entropy, four images at a time.
 *
 * Features stay as they are: standardising is folded into the coefficients on the way in and into
 * the gradient on the way out, so the matrix is neither copied nor rounded anew.
 */
#include "nn/headfit.h"

#include "nn/headcurvature.h"
#include "nn/lbfgs.h"

#include "base/arena.h"
#include "base/cpu.h"
#include "base/fmath.h"
#include "base/sys.h"

#include <math.h>
#include <omp.h>
#include <string.h>

enum {
    TILE = 4,  /* classes at a time */
    GROUP = 4, /* images at a time */
    SLOTS_MAX = 16,
    THREAD_MACS = 1 << 18, /* of a value that are worth a thread */
};

static const double LEAST_VARIATION = 1e-6; /* deviation over the root of the mean square */
static const double HALF = 0.5;

struct HeadFit {
    HeadData data;
    int n_classes, n_columns; /* padded to whole tiles; pads stay 0 */
    int threads, n_slots;
    Arena arena;
    Lbfgs *lbfgs;
    HeadCurvature *curvature;
    double *mean, *scale; /* [n_features]; scale: 1 / deviation, 0 where there is none */
    double *v;            /* [n_features + 1][n_columns] */
    double *folded;       /* the same for features as they are; the last row is the bias */
    double *sums;         /* [n_slots][n_features + 1][n_columns] gradients of `folded` */
    double *losses;       /* [n_slots] */
    double *weights;      /* [n_slots] sums of what images weigh in the curvature */
    double weight;        /* their mean, of the last value */
    double *rows;         /* [n_slots][GROUP][n_columns] logits, then their gradients */
    double l2;            /* of the present run */
};

/* --- create --- */

static void standardise(HeadFit *fit)
{
    const HeadData *data = &fit->data;
    const int n_features = data->n_features;
    for (int64_t i = 0; i < data->n; i++)
        for (int f = 0; f < n_features; f++)
            fit->mean[f] += (double)data->x[i * n_features + f];
    for (int f = 0; f < n_features; f++)
        fit->mean[f] /= (double)data->n;
    for (int64_t i = 0; i < data->n; i++)
        for (int f = 0; f < n_features; f++) {
            const double d = (double)data->x[i * n_features + f] - fit->mean[f];
            fit->scale[f] += d * d;
        }
    for (int f = 0; f < n_features; f++) {
        const double variance = fit->scale[f] / (double)data->n, mean = fit->mean[f];
        const double least = LEAST_VARIATION * LEAST_VARIATION * (mean * mean + variance);
        fit->scale[f] = variance > least ? 1.0 / sqrt(variance) : 0.0;
    }
}

/* Waking a thread costs more than a small value. */
static int useful_threads(const HeadData *data, int n_columns, int threads)
{
    const int64_t most = 1 + data->n * data->n_features * n_columns / THREAD_MACS;
    return threads < most ? threads : (int)most;
}

size_t headfit_size(const HeadFit *fit)
{
    return ((size_t)fit->data.n_features + 1) * (size_t)fit->n_columns;
}

static ErrCode reserve(HeadFit *fit, Err *err)
{
    const size_t n_features = (size_t)fit->data.n_features, size = headfit_size(fit);
    const size_t n_slots = (size_t)fit->n_slots, columns = (size_t)fit->n_columns;
    fit->mean = arena_zalloc(&fit->arena, n_features, sizeof(double));
    fit->scale = arena_zalloc(&fit->arena, n_features, sizeof(double));
    fit->v = arena_zalloc(&fit->arena, size, sizeof(double));
    fit->folded = arena_zalloc(&fit->arena, size, sizeof(double));
    fit->sums = arena_zalloc(&fit->arena, n_slots * size, sizeof(double));
    fit->losses = arena_zalloc(&fit->arena, n_slots, sizeof(double));
    fit->weights = arena_zalloc(&fit->arena, n_slots, sizeof(double));
    fit->rows = arena_zalloc(&fit->arena, n_slots * GROUP * columns, sizeof(double));
    return arena_ok(&fit->arena, err);
}

ErrCode headfit_create(HeadFit **out, const HeadData *data, int n_classes, int threads, Err *err)
{
    HeadFit *fit = mem_calloc(1, sizeof *fit);
    *out = NULL;
    if (fit == NULL)
        return err_memory(err, sizeof *fit);
    cpu_set_flush_to_zero(); /* this thread standardises and takes the steps */
    fit->data = *data;
    fit->n_classes = n_classes;
    fit->n_columns = (n_classes + TILE - 1) / TILE * TILE;
    fit->threads = useful_threads(data, fit->n_columns, threads);
    fit->weight = 1.0 / n_classes; /* where all are as probable */
    fit->n_slots = data->n < SLOTS_MAX ? (int)data->n : SLOTS_MAX;
    TRY(reserve(fit, err));
    TRY(lbfgs_create(&fit->lbfgs, headfit_size(fit), err));
    standardise(fit);
    TRY(headcurvature_create(&fit->curvature, data, fit->mean, fit->scale, fit->threads, err));
    *out = fit;
    return ERR_NONE;
fail:
    headfit_destroy(&fit);
    return err->code;
}

void headfit_destroy(HeadFit **fit)
{
    if (*fit == NULL)
        return;
    lbfgs_destroy(&(*fit)->lbfgs);
    headcurvature_destroy(&(*fit)->curvature);
    arena_release(&(*fit)->arena);
    mem_free(*fit);
    *fit = NULL;
}

/* --- value and gradient --- */

/* Coefficients for features as they are. */
static void fold(const HeadFit *fit, const double *v, double *folded)
{
    const int n_features = fit->data.n_features, n_columns = fit->n_columns;
    double *bias = folded + (long)n_features * n_columns;
    memcpy(bias, v + (long)n_features * n_columns, (size_t)n_columns * sizeof *bias);
    for (int f = 0; f < n_features; f++)
        for (int k = 0; k < n_columns; k++) {
            const double w = v[(long)f * n_columns + k] * fit->scale[f];
            folded[(long)f * n_columns + k] = w;
            bias[k] -= w * fit->mean[f];
        }
}

/* z[GROUP][n_columns] of some images: a chain over the features, then the bias. */
static void make_logits(const HeadFit *fit, const float *const x[GROUP], double *z)
{
    const int n_features = fit->data.n_features, n_columns = fit->n_columns;
    for (int first = 0; first < n_columns; first += TILE) {
        const double *w = fit->folded + first;
        double sum[GROUP][TILE] = {{0}};
        for (int f = 0; f < n_features; f++, w += n_columns)
            for (int i = 0; i < GROUP; i++)
                for (int k = 0; k < TILE; k++)
                    sum[i][k] += (double)x[i][f] * w[k];
        for (int i = 0; i < GROUP; i++)
            for (int k = 0; k < TILE; k++)
                z[i * n_columns + first + k] = sum[i][k] + w[k];
    }
}

/*
 * Logits z become softmax - [label]; returns the image's cross-entropy. *weight grows by the trace
 * of its curvature over classes, 1 - |softmax|^2.
 */
static double judge(int n_classes, double *z, int label, double *weight)
{
    double most = z[0], sum = 0.0;
    for (int k = 1; k < n_classes; k++)
        most = z[k] > most ? z[k] : most;
    const double distance = most - z[label];
    for (int k = 0; k < n_classes; k++) {
        z[k] = fm_exp(z[k] - most);
        sum += z[k];
    }
    *weight += 1.0;
    for (int k = 0; k < n_classes; k++) {
        z[k] /= sum;
        *weight -= z[k] * z[k];
    }
    z[label] -= 1.0;
    return fm_log(sum) + distance;
}

/* sums += the images' features times their r[GROUP][n_columns], image by image. */
static void add_outer(const HeadFit *fit, const float *const x[GROUP], const double *r,
                      double *sums)
{
    const int n_features = fit->data.n_features, n_columns = fit->n_columns;
    for (int first = 0; first < n_columns; first += TILE) {
        double *sum = sums + first, rows[GROUP][TILE];
        for (int i = 0; i < GROUP; i++)
            memcpy(rows[i], r + i * n_columns + first, sizeof rows[i]);
        for (int f = 0; f < n_features; f++, sum += n_columns)
            for (int i = 0; i < GROUP; i++)
                for (int k = 0; k < TILE; k++)
                    sum[k] += (double)x[i][f] * rows[i][k];
        for (int i = 0; i < GROUP; i++)
            for (int k = 0; k < TILE; k++)
                sum[k] += rows[i][k];
    }
}

/* Loss and gradient of a slot's images. */
static void run_slot(HeadFit *fit, int slot)
{
    const HeadData *data = &fit->data;
    const int64_t begin = data->n * slot / fit->n_slots, end = data->n * (slot + 1) / fit->n_slots;
    double *sums = fit->sums + (size_t)slot * headfit_size(fit);
    double *rows = fit->rows + (long)slot * GROUP * fit->n_columns, loss = 0.0, weight = 0.0;
    memset(sums, 0, headfit_size(fit) * sizeof *sums);
    for (int64_t i = begin; i < end; i += GROUP) {
        const float *x[GROUP];
        for (int j = 0; j < GROUP; j++) /* what is beyond the last image counts for nothing */
            x[j] = data->x + (i + j < end ? i + j : i) * data->n_features;
        make_logits(fit, x, rows);
        for (int j = 0; j < GROUP; j++) {
            double *row = rows + j * fit->n_columns;
            if (i + j < end)
                loss += judge(fit->n_classes, row, data->labels[i + j], &weight);
            else
                memset(row, 0, (size_t)fit->n_columns * sizeof *row);
        }
        add_outer(fit, x, rows, sums);
    }
    fit->losses[slot] = loss;
    fit->weights[slot] = weight;
}

/* The slots' sums in order, in that of the first. */
static double add_slots(HeadFit *fit)
{
    const size_t size = headfit_size(fit);
    double loss = fit->losses[0], weight = fit->weights[0];
    for (int slot = 1; slot < fit->n_slots; slot++) {
        const double *sums = fit->sums + (size_t)slot * size;
        for (size_t i = 0; i < size; i++)
            fit->sums[i] += sums[i];
        loss += fit->losses[slot];
        weight += fit->weights[slot];
    }
    fit->weight = weight / (double)fit->data.n / (fit->n_classes > 1 ? fit->n_classes - 1 : 1);
    return loss;
}

double headfit_value(HeadFit *fit, double l2, const double *v, double *gradient)
{
    const int n_features = fit->data.n_features, n_columns = fit->n_columns;
    const double n = (double)fit->data.n;
    const double *bias = fit->sums + (long)n_features * n_columns;
    double squares = 0.0;
    fold(fit, v, fit->folded);
#pragma omp parallel for num_threads(fit->threads) schedule(static)
    for (int slot = 0; slot < fit->n_slots; slot++) {
        cpu_set_flush_to_zero();
        run_slot(fit, slot);
    }
    const double loss = add_slots(fit) / n;
    for (int f = 0; f <= n_features; f++) {
        const double scale = f < n_features ? fit->scale[f] : 1.0;
        const double mean = f < n_features ? fit->mean[f] : 0.0;
        for (int k = 0; k < n_columns; k++) {
            const long i = (long)f * n_columns + k;
            gradient[i] = (fit->sums[i] - mean * bias[k]) * scale / n + l2 * v[i];
            squares += v[i] * v[i];
        }
    }
    return loss + HALF * l2 * squares;
}

/* --- fit --- */

static double value_of(void *user, const double *v, double *gradient)
{
    HeadFit *fit = user;
    return headfit_value(fit, fit->l2, v, gradient);
}

static void solve(void *user, double *direction)
{
    const HeadFit *fit = user;
    headcurvature_solve(fit->curvature, direction, fit->n_columns);
}

HeadFitReport headfit_run(HeadFit *fit, double l2)
{
    const double shortest = sqrt(2.0 * l2 * HEADFIT_GAP);
    const LbfgsProblem problem = {value_of, solve, fit};
    fit->l2 = l2;
    headcurvature_set(fit->curvature, fit->weight, l2);
    const LbfgsReport report =
        lbfgs_minimise(fit->lbfgs, fit->v, &problem, shortest, HEADFIT_MAX_ITERATIONS);
    double squares = 0.0;
    for (size_t i = 0; i < headfit_size(fit); i++)
        squares += fit->v[i] * fit->v[i];
    return (HeadFitReport){.iterations = report.iterations,
                           .gradient = report.gradient,
                           .loss = report.value - HALF * l2 * squares,
                           .is_converged = report.end == LBFGS_CONVERGED};
}

void headfit_read(const HeadFit *fit, float *w, float *b)
{
    const int n_features = fit->data.n_features, n_columns = fit->n_columns;
    fold(fit, fit->v, fit->folded);
    for (int k = 0; k < fit->n_classes; k++) {
        for (int f = 0; f < n_features; f++)
            w[(long)k * n_features + f] = (float)fit->folded[(long)f * n_columns + k];
        b[k] = (float)fit->folded[(long)n_features * n_columns + k];
    }
}
