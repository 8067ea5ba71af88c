/* nn/headcurvature.c: a matrix of moments, whose rows have an owner each, and Cholesky's factors.
 */
#include "nn/headcurvature.h"

#include "base/arena.h"
#include "base/cpu.h"
#include "base/sys.h"

#include <math.h>
#include <omp.h>
#include <stdint.h>

enum {
    GROUP = 8,              /* images at a time */
    IMAGES_PER_FEATURE = 4, /* enough for a rough S */
};

struct HeadCurvature {
    int size; /* n_features + 1 */
    Arena arena;
    double *moments; /* S[size][size], what is below and on the diagonal */
    double *factor;  /* of weight S + l2 I, the same: [column][row] */
    double *groups;  /* [threads][GROUP][size] u of some images */
};

/* Images that S is of, and how far they are apart. */
typedef struct Sample {
    const HeadData *data;
    const double *mean, *scale;
    int64_t n, stride;
} Sample;

static Sample take_sample(const HeadData *data, const double *mean, const double *scale)
{
    const int64_t enough = (int64_t)IMAGES_PER_FEATURE * data->n_features;
    const int64_t stride = data->n > enough ? data->n / enough : 1;
    return (Sample){data, mean, scale, (data->n + stride - 1) / stride, stride};
}

/* u[GROUP][size] of the sample's images from `first` on; 0 beyond its end. */
static void standardise(const Sample *sample, int64_t first, double *u)
{
    const int n_features = sample->data->n_features;
    for (int j = 0; j < GROUP; j++, u += n_features + 1) {
        const bool is_there = first + j < sample->n;
        const int64_t image = is_there ? (first + j) * sample->stride : 0;
        const float *x = sample->data->x + image * n_features;
        for (int f = 0; f < n_features; f++)
            u[f] = is_there ? ((double)x[f] - sample->mean[f]) * sample->scale[f] : 0.0;
        u[n_features] = is_there ? 1.0 : 0.0;
    }
}

/* Adds a group's products to every n_threads-th row of S. */
static void add_group(HeadCurvature *curvature, const double *u, int thread, int n_threads)
{
    const int size = curvature->size;
    for (int f = thread; f < size; f += n_threads) {
        double *row = curvature->moments + (long)f * size;
        for (int g = 0; g <= f; g++) {
            double sum = row[g];
            for (int j = 0; j < GROUP; j++)
                sum += u[(long)j * size + f] * u[(long)j * size + g];
            row[g] = sum;
        }
    }
}

static void make_moments(HeadCurvature *curvature, const Sample *sample, int threads)
{
    const int size = curvature->size;
#pragma omp parallel num_threads(threads)
    {
        const int thread = omp_get_thread_num(), n_threads = omp_get_num_threads();
        double *u = curvature->groups + (long)thread * GROUP * size;
        cpu_set_flush_to_zero();
        for (int64_t first = 0; first < sample->n; first += GROUP) {
            standardise(sample, first, u);
            add_group(curvature, u, thread, n_threads);
        }
        for (int f = thread; f < size; f += n_threads)
            for (int g = 0; g <= f; g++)
                curvature->moments[(long)f * size + g] /= (double)sample->n;
    }
}

ErrCode headcurvature_create(HeadCurvature **out, const HeadData *data, const double *mean,
                             const double *scale, int threads, Err *err)
{
    const size_t size = (size_t)data->n_features + 1;
    const Sample sample = take_sample(data, mean, scale);
    HeadCurvature *curvature = mem_calloc(1, sizeof *curvature);
    *out = NULL;
    if (curvature == NULL)
        return err_memory(err, sizeof *curvature);
    curvature->size = (int)size;
    curvature->moments = arena_zalloc(&curvature->arena, size * size, sizeof(double));
    curvature->factor = arena_zalloc(&curvature->arena, size * size, sizeof(double));
    curvature->groups =
        arena_alloc(&curvature->arena, (size_t)threads * GROUP * size, sizeof(double));
    if (arena_ok(&curvature->arena, err) != ERR_NONE) {
        headcurvature_destroy(&curvature);
        return err->code;
    }
    make_moments(curvature, &sample, threads);
    *out = curvature;
    return ERR_NONE;
}

void headcurvature_destroy(HeadCurvature **curvature)
{
    if (*curvature == NULL)
        return;
    arena_release(&(*curvature)->arena);
    mem_free(*curvature);
    *curvature = NULL;
}

/* Column by column: each less what the columns before it make, over the root of its first. */
void headcurvature_set(HeadCurvature *curvature, double weight, double l2)
{
    const int size = curvature->size;
    for (int c = 0; c < size; c++) {
        double *column = curvature->factor + (long)c * size;
        for (int r = c; r < size; r++)
            column[r] = weight * curvature->moments[(long)r * size + c];
        column[c] += l2;
        for (int k = 0; k < c; k++) {
            const double *before = curvature->factor + (long)k * size, factor = before[c];
            for (int r = c; r < size; r++)
                column[r] -= factor * before[r];
        }
        const double root = sqrt(column[c]);
        for (int r = c; r < size; r++)
            column[r] /= root;
    }
}

void headcurvature_solve(const HeadCurvature *curvature, double *v, int n_columns)
{
    const int size = curvature->size;
    for (int c = 0; c < size; c++) {
        const double *column = curvature->factor + (long)c * size;
        double *solved = v + (long)c * n_columns;
        for (int k = 0; k < n_columns; k++)
            solved[k] /= column[c];
        for (int r = c + 1; r < size; r++)
            for (int k = 0; k < n_columns; k++)
                v[(long)r * n_columns + k] -= column[r] * solved[k];
    }
    for (int c = size - 1; c >= 0; c--) {
        const double *column = curvature->factor + (long)c * size;
        double *solved = v + (long)c * n_columns;
        for (int r = c + 1; r < size; r++)
            for (int k = 0; k < n_columns; k++)
                solved[k] -= column[r] * v[(long)r * n_columns + k];
        for (int k = 0; k < n_columns; k++)
            solved[k] /= column[c];
    }
}
