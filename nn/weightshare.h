/*
 * nn/weightshare.h: each thread's share of what is made of a matrix of weights: its transpose, and
 * its gradient where that has one slot, a chain over the batch.
 *
 * Such a gradient is summed up and taken by the optimiser part by part, while the part is in the
 * second-level cache, so that it is never there as a whole unless gradients are kept:
 *
 *     WeightPart part = weightshare_begin(worker, plan, k, scratch);
 *     while (weightshare_next(worker, &part)) {
 *         (add to part.dw)
 *         weightshare_update(worker, &part);
 *     }
 */
#ifndef NN_WEIGHTSHARE_H
#define NN_WEIGHTSHARE_H

#include "nn/nettensor.h"

/* The worker's share of a transpose; args are those of the whole matrix. */
void weightshare_transpose(const Worker *worker, const PwTransposeArgs *whole);

/* Rows and columns of each of the tensor's matrices. */
typedef struct WeightPart {
    const OpPlan *plan;
    int tensor; /* in the net's list */
    TensorShape shape;
    MatrixShare share; /* the worker's */
    TeamRange rows;    /* of it, in this part; columns are those of the share */
    float *scratch;
    float *dw;    /* its gradient, zeroed */
    long ld, tap; /* from row to row, from matrix to matrix */
} WeightPart;

/* Where a part of the k-th tensor's gradient is summed up; NULL if gradients are kept. */
float *weightshare_carve(const Net *net, const OpPlan *plan, int k, Arena *arena);

WeightPart weightshare_begin(const Worker *worker, const OpPlan *plan, int k, float *scratch);
bool weightshare_next(const Worker *worker, WeightPart *part);

/* Updates the weights of the part, in a training step. */
void weightshare_update(const Worker *worker, const WeightPart *part);

#endif
