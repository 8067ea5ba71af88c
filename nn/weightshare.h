/*
 * nn/weightshare.h: each thread's share of what is made of a matrix of weights: its transpose, its
 * gradient where that has one slot, a chain over the batch.
 */
#ifndef NN_WEIGHTSHARE_H
#define NN_WEIGHTSHARE_H

#include "nn/netstate.h"

/* The worker's share of a transpose; args are those of the whole matrix. */
void weightshare_transpose(const Worker *worker, const PwTransposeArgs *whole);

/* dw = x^T dy, the worker's share of it; args are those of the whole matrix. */
void weightshare_matrix(const Worker *worker, const PwWeightsArgs *whole);

/* db = the sum of the rows of dy, the worker's share of it. */
void weightshare_bias(const Worker *worker, const HeadBiasGradArgs *whole);

/* Sets a part of dw[][ld] to 0. */
void weightshare_clear(float *dw, long ld, MatrixShare part);

#endif
