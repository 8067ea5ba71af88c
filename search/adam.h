/*
 * search/adam: Adam for the few numbers that a policy learns.
 *
 * Kingma, Ba, "Adam: A Method for Stochastic Optimization" (arXiv 1412.6980), algorithm 1, with
 * beta 0.9 and 0.999, epsilon 1e-8. Zeroed memory is its beginning.
 */
#ifndef SEARCH_ADAM_H
#define SEARCH_ADAM_H

#include <stddef.h>

typedef struct Adam {
    int n_steps;
    double beta1_power, beta2_power; /* after n_steps */
} Adam;

/* One step downhill: weights[n], running means[n] and squares[n] of gradient[n]. */
void adam_step(Adam *adam, float rate, const float *gradient, float *weights, float *means,
               float *squares, size_t n);

#endif
