/* nn/weightshare.c: a share is a matrix of its own inside the whole one. */
#include "nn/weightshare.h"

#include <string.h>

void weightshare_clear(float *dw, long ld, MatrixShare part)
{
    const int N = part.columns.end - part.columns.first;
    for (int k = part.rows.first; k < part.rows.end; k++)
        memset(dw + k * ld + part.columns.first, 0, (size_t)N * sizeof *dw);
}

void weightshare_transpose(const Worker *worker, const PwTransposeArgs *whole)
{
    const MatrixShare share =
        netshare_matrix(whole->K, whole->N, worker->thread, worker->n_threads);
    PwTransposeArgs part = *whole;
    part.w += share.rows.first * whole->ldw + share.columns.first;
    part.wt += share.columns.first * whole->ldwt + share.rows.first;
    part.K = share.rows.end - share.rows.first;
    part.N = share.columns.end - share.columns.first;
    if (!netshare_is_empty(&share))
        worker->net->kernels.pw.transpose(&part);
}

void weightshare_matrix(const Worker *worker, const PwWeightsArgs *whole)
{
    const MatrixShare share =
        netshare_matrix(whole->K, whole->N, worker->thread, worker->n_threads);
    PwWeightsArgs part = *whole;
    part.x += share.rows.first;
    part.dy += share.columns.first;
    part.dw += share.rows.first * whole->lddw + share.columns.first;
    part.K = share.rows.end - share.rows.first;
    part.N = share.columns.end - share.columns.first;
    weightshare_clear(whole->dw, whole->lddw, share);
    worker->net->kernels.pw.backward_weights(&part);
}

void weightshare_bias(const Worker *worker, const HeadBiasGradArgs *whole)
{
    const MatrixShare share = netshare_matrix(1, whole->N, worker->thread, worker->n_threads);
    HeadBiasGradArgs part = *whole;
    part.dy += share.columns.first;
    part.db += share.columns.first;
    part.N = share.columns.end - share.columns.first;
    weightshare_clear(whole->db, 0, share);
    worker->net->kernels.head.bias_grad(&part);
}
