/*
 * tests/nn/oracle.h: a network operation by operation in double, as its formulas say.
 *
 * No phases, no recomputation, no chunks: every output is stored, every gradient is added where it
 * arrives. It shares nothing with nn/ but the list of operations and the tensors' names.
 */
#ifndef TESTS_NN_ORACLE_H
#define TESTS_NN_ORACLE_H

#include "nn/net.h"

typedef struct Oracle Oracle;

/* Weights (NET_WEIGHTS) are copied from `net`. */
Oracle *oracle_create(const Net *net);
void oracle_destroy(Oracle **oracle);

/*
 * Sum of losses over n images, in training mode (batch statistics), without noise. With gradients,
 * oracle_gradient gives them afterwards, of the mean loss.
 */
double oracle_loss(Oracle *oracle, const float *images, const int32_t *labels, int n,
                   double label_smoothing, bool wants_gradients);

/* Logits [n][classes] in evaluation mode. */
void oracle_logits(Oracle *oracle, const float *images, int n, double *logits);

/*
 * How far from it float may be, relative. A value has passed up to L operations; each is a chain of
 * K <= 4096 fmas, whose error walks to about sqrt(K) = 64 half-ulps, and batch norm over few pixels
 * multiplies what comes in by about 1/sigma of an ill-scaled channel, here at most 8 over the whole
 * net. Errors of the L operations add like a random walk: 8 x 64 x sqrt(2 L) x 2^-24 relative, per
 * tensor, against the tensor's own norm or, where it cancels (the beta in front of another batch
 * norm), against an average tensor's.
 */
double oracle_tolerance(const Net *net);

double *oracle_weight(Oracle *oracle, int tensor); /* in file form; may be changed */
const double *oracle_gradient(const Oracle *oracle, int tensor);

#endif
