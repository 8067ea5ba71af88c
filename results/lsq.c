/*
 * results/lsq.c: Golub and Van Loan's Householder QR (Matrix Computations, 4th ed., section 5.2), a
 * column at a time: each is first reflected by what came before, so one look at what is left of it
 * tells whether it depends on the others.
 */
#include "results/lsq.h"

#include <assert.h>
#include <math.h>

/* What is left of a column below this share of its length is rounding. */
#define DEPENDENT 1e-10

ErrCode lsq_plan(Lsq *lsq, int n_rows, int n_columns, Arena *arena, Err *err)
{
    assert(n_rows > 0 && n_columns > 0);
    const size_t rows = (size_t)n_rows, columns = (size_t)n_columns;
    *lsq = (Lsq){.n_rows = n_rows,
                 .n_columns = n_columns,
                 .factors = arena_alloc(arena, rows * columns, sizeof(double)),
                 .diagonal = arena_alloc(arena, columns, sizeof(double)),
                 .lengths = arena_alloc(arena, columns, sizeof(double)),
                 .kept = arena_alloc(arena, columns, sizeof(int)),
                 .work = arena_alloc(arena, rows, sizeof(double))};
    return arena_ok(arena, err);
}

static double *column_of(const Lsq *lsq, int j)
{
    return lsq->factors + (size_t)j * (size_t)lsq->n_rows;
}

/* y := Q_k y, the k-th reflection. */
static void reflect(const Lsq *lsq, int k, double *y)
{
    const double *v = column_of(lsq, lsq->kept[k]);
    double dot = 0.0;
    for (int i = k; i < lsq->n_rows; i++)
        dot += v[i] * y[i];
    const double share = dot / lsq->lengths[k];
    for (int i = k; i < lsq->n_rows; i++)
        y[i] -= share * v[i];
}

static double squares_from(const double *y, int begin, int end)
{
    double sum = 0.0;
    for (int i = begin; i < end; i++)
        sum += y[i] * y[i];
    return sum;
}

void lsq_factor(Lsq *lsq, const double *x, const bool *use)
{
    lsq->rank = 0;
    for (int j = 0; j < lsq->n_columns && lsq->rank < lsq->n_rows; j++) {
        if (use != NULL && !use[j])
            continue;
        double *v = column_of(lsq, j);
        for (int i = 0; i < lsq->n_rows; i++)
            v[i] = x[(size_t)i * (size_t)lsq->n_columns + (size_t)j];
        const double whole = squares_from(v, 0, lsq->n_rows);
        for (int k = 0; k < lsq->rank; k++)
            reflect(lsq, k, v);
        const int k = lsq->rank;
        const double length = sqrt(squares_from(v, k, lsq->n_rows));
        if (!(length > DEPENDENT * sqrt(whole)))
            continue;
        /* away from v[k]'s sign, so that nothing cancels */
        lsq->diagonal[k] = v[k] > 0.0 ? -length : length;
        lsq->lengths[k] = length * (length + fabs(v[k]));
        v[k] -= lsq->diagonal[k];
        lsq->kept[lsq->rank++] = j;
    }
}

double lsq_solve(const Lsq *lsq, const double *y, double *beta)
{
    for (int i = 0; i < lsq->n_rows; i++)
        lsq->work[i] = y[i];
    for (int k = 0; k < lsq->rank; k++)
        reflect(lsq, k, lsq->work);
    for (int j = 0; j < lsq->n_columns; j++)
        beta[j] = 0.0;
    for (int k = lsq->rank - 1; k >= 0; k--) {
        double rest = lsq->work[k];
        for (int m = k + 1; m < lsq->rank; m++)
            rest -= column_of(lsq, lsq->kept[m])[k] * beta[lsq->kept[m]];
        beta[lsq->kept[k]] = rest / lsq->diagonal[k];
    }
    return squares_from(lsq->work, lsq->rank, lsq->n_rows);
}

void lsq_whiten(const Lsq *lsq, const double *f, double *whitened)
{
    for (int k = 0; k < lsq->rank; k++) { /* R' whitened = f */
        const double *r = column_of(lsq, lsq->kept[k]);
        double rest = f[lsq->kept[k]];
        for (int m = 0; m < k; m++)
            rest -= r[m] * whitened[m];
        whitened[k] = rest / lsq->diagonal[k];
    }
}

double lsq_variance(const Lsq *lsq, const double *f)
{
    lsq_whiten(lsq, f, lsq->work);
    return squares_from(lsq->work, 0, lsq->rank);
}

double lsq_positive(Lsq *lsq, const double *x, const double *y, double *beta)
{
    const int n = lsq->n_columns;
    assert(n <= LSQ_MAX_POSITIVE);
    double least = squares_from(y, 0, lsq->n_rows); /* of no column at all */
    for (int j = 0; j < n; j++)
        beta[j] = 0.0;
    for (unsigned set = 1; set < 1u << n; set++) {
        bool use[LSQ_MAX_POSITIVE], is_positive = true;
        double trial[LSQ_MAX_POSITIVE];
        for (int j = 0; j < n; j++)
            use[j] = (set >> j & 1u) != 0;
        lsq_factor(lsq, x, use);
        const double squares = lsq_solve(lsq, y, trial);
        for (int j = 0; j < n; j++)
            is_positive = is_positive && trial[j] >= 0.0;
        if (!is_positive || !(squares < least))
            continue;
        least = squares;
        for (int j = 0; j < n; j++)
            beta[j] = trial[j];
    }
    return least;
}
