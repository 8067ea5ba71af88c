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

double *oracle_weight(Oracle *oracle, int tensor); /* in file form; may be changed */
const double *oracle_gradient(const Oracle *oracle, int tensor);

#endif
