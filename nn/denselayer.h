/*
 * nn/denselayer.h: what the layers of SE and of the classifier have in common: a tensor of weights
 * [K][N] and, behind it, one of N biases, both with N padded to whole lanes.
 */
#ifndef NN_DENSELAYER_H
#define NN_DENSELAYER_H

#include "nn/netstate.h"

/* wt[N][K], K padded: the worker's share of it. */
void denselayer_transpose(const Worker *worker, const OpPlan *plan, int tensor, int K, int N,
                          float *wt);

/* Carves from a measuring arena what denselayer_own takes. */
void denselayer_measure_own(const Net *net, const OpPlan *plan, int tensor, Arena *arena);

/* The worker's share of the gradients of weights and bias, and of their update, from the whole
 * batch's x[batch][K] and dy[batch][N], both padded. */
void denselayer_own(const Worker *worker, const OpPlan *plan, int tensor, const float *x, int K,
                    const float *dy, int N);

#endif
