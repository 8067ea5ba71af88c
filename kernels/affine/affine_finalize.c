/* affine: from the sums of a batch to the maps of its channels, in double; plain C, the same at
 * every level. */
#include "kernels/affine/affine.h"

#include <math.h>

/* Two sums of channel c over all chunks, in ascending chunk order. */
static void sum_partials(const float *partials, long chunk_stride, long ldpartial, int n_chunks,
                         int c, double *first, double *second)
{
    double a = 0.0, b = 0.0;
    for (int i = 0; i < n_chunks; i++) {
        a += (double)partials[i * chunk_stride + c];
        b += (double)partials[i * chunk_stride + ldpartial + c];
    }
    *first = a;
    *second = b;
}

void affine_finalize_forward(const AffineFinalizeForwardArgs *a)
{
    const double M = (double)a->M;
    const double unbiased = a->M > 1 ? M / (M - 1.0) : 1.0;
    for (int c = 0; c < a->C; c++) {
        double S, Q;
        sum_partials(a->partials, a->chunk_stride, a->ldpartial, a->n_chunks, c, &S, &Q);
        const double mean = (double)a->pivot[c] + S / M;
        const double raw = (Q - S * S / M) / M;
        const double var = raw < 0.0 ? 0.0 : raw;
        const double rstd = 1.0 / sqrt(var + a->eps);
        const double A = (double)a->gamma[c] * rstd;
        const double old_mean = (double)a->running_mean[c], old_var = (double)a->running_var[c];
        a->mean[c] = (float)mean;
        a->rstd[c] = (float)rstd;
        a->A[c] = (float)A;
        a->D[c] = (float)((double)a->beta[c] - mean * A);
        a->running_mean[c] = (float)(old_mean + a->momentum * (mean - old_mean));
        a->running_var[c] = (float)(old_var + a->momentum * (var * unbiased - old_var));
        a->pivot[c] = a->running_mean[c];
    }
}

void affine_finalize_backward(const AffineFinalizeBackwardArgs *a)
{
    const double M = (double)a->M;
    for (int c = 0; c < a->C; c++) {
        double S1, S2;
        sum_partials(a->partials, a->chunk_stride, a->ldpartial, a->n_chunks, c, &S1, &S2);
        const double rstd = (double)a->rstd[c];
        const double A = (double)a->gamma[c] * rstd;
        const double B = -A * rstd * rstd * S2 / M;
        a->dbeta[c] = (float)S1;
        a->dgamma[c] = (float)(rstd * S2);
        a->A[c] = (float)A;
        a->B[c] = (float)B;
        a->D[c] = (float)(-A * S1 / M - B * (double)a->mean[c]);
    }
}

void affine_fold_running(const AffineRunningArgs *a)
{
    for (int c = 0; c < a->C; c++) {
        const double root = sqrt((double)a->running_var[c] + a->eps);
        const double A = (double)a->gamma[c] / root;
        a->mean[c] = a->running_mean[c];
        a->rstd[c] = (float)(1.0 / root);
        a->A[c] = (float)A;
        a->D[c] = (float)((double)a->beta[c] - (double)a->running_mean[c] * A);
    }
}
