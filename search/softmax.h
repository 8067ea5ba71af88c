/*
 * search/softmax: probabilities of a gene's values from logits, and the gradients of policies.
 *
 * Floats of base/fmath, sums in index order: the same bits everywhere.
 */
#ifndef SEARCH_SOFTMAX_H
#define SEARCH_SOFTMAX_H

#include "base/rng.h"

/* p[n] = e^logits / sum; n at least 1. */
void softmax(const float *logits, int n, float *p);

/* A value with probability p[value]. */
int softmax_pick(Rng *rng, const float *p, int n);

/* Natural logarithm of a probability, which is taken as at least 2^-100. */
float softmax_log(float p);

/*
 * gradient[n] = that of -(weight * log p[taken] + entropy * H(p)) by the logits: what a step
 * downhill makes likelier if weight > 0.
 */
void softmax_gradient(const float *p, int n, int taken, float weight, float entropy,
                      float *gradient);

#endif
