/* search/adam: bias correction folded into the step's length, element by element. */
#include "search/adam.h"

#include <math.h>

#define BETA1 0.9f
#define BETA2 0.999f
#define EPSILON 1e-8f

void adam_step(Adam *adam, float rate, const float *gradient, float *weights, float *means,
               float *squares, size_t n)
{
    if (adam->n_steps++ == 0)
        adam->beta1_power = adam->beta2_power = 1;
    adam->beta1_power *= (double)BETA1;
    adam->beta2_power *= (double)BETA2;
    const float length = (float)((double)rate / (1 - adam->beta1_power)),
                correction = (float)(1 / sqrt(1 - adam->beta2_power));
    for (size_t i = 0; i < n; i++) {
        means[i] = BETA1 * means[i] + (1 - BETA1) * gradient[i];
        squares[i] = BETA2 * squares[i] + (1 - BETA2) * gradient[i] * gradient[i];
        weights[i] -= length * means[i] / (sqrtf(squares[i]) * correction + EPSILON);
    }
}
