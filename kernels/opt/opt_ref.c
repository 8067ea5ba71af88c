/* opt in double, from the formulas of the two frameworks. */
#include "kernels/opt/opt.h"

#include <math.h>

/* Gradient of element j. */
static double gradient(const OptUpdateArgs *args, long j)
{
    double g = 0.0;
    for (int i = 0; i < args->slots.n; i++)
        g += (double)args->slots.first[i * args->slots.stride + j];
    return g;
}

/* The same with weight decay. */
static double decayed_gradient(const OptUpdateArgs *args, long j)
{
    return gradient(args, j) + (double)args->settings.weight_decay * (double)args->w[j];
}

void opt_sgd_nesterov__ref(const OptUpdateArgs *args, double *w, double *velocity)
{
    const double momentum = (double)args->settings.momentum, lr = (double)args->settings.lr;
    for (long j = 0; j < args->n; j++) {
        const double g = decayed_gradient(args, j);
        velocity[j] = momentum * (double)args->velocity[j] + g;
        w[j] = (double)args->w[j] - lr * (g + momentum * velocity[j]);
    }
}

void opt_rmsprop_tf__ref(const OptUpdateArgs *args, double *w, double *velocity,
                         double *mean_square)
{
    const OptSettings *s = &args->settings;
    for (long j = 0; j < args->n; j++) {
        const double g = decayed_gradient(args, j), old = (double)args->mean_square[j];
        mean_square[j] = old + (g * g - old) * (1.0 - (double)s->rho);
        velocity[j] = (double)s->momentum * (double)args->velocity[j] +
                      (double)s->lr * g / sqrt(mean_square[j] + (double)s->eps);
        w[j] = (double)args->w[j] - velocity[j];
    }
}

void opt_rmsprop_torch__ref(const OptUpdateArgs *args, double *w, double *velocity,
                            double *mean_square)
{
    const OptSettings *s = &args->settings;
    for (long j = 0; j < args->n; j++) {
        const double g = decayed_gradient(args, j);
        mean_square[j] =
            (double)s->rho * (double)args->mean_square[j] + (1.0 - (double)s->rho) * g * g;
        velocity[j] = (double)s->momentum * (double)args->velocity[j] +
                      g / (sqrt(mean_square[j]) + (double)s->eps);
        w[j] = (double)args->w[j] - (double)s->lr * velocity[j];
    }
}

void opt_adamw__ref(const OptUpdateArgs *args, double *w, double *velocity, double *mean_square)
{
    const OptSettings *s = &args->settings;
    const double momentum = (double)s->momentum, rho = (double)s->rho, lr = (double)s->lr;
    for (long j = 0; j < args->n; j++) {
        const double g = gradient(args, j);
        velocity[j] = momentum * (double)args->velocity[j] + (1.0 - momentum) * g;
        mean_square[j] = rho * (double)args->mean_square[j] + (1.0 - rho) * g * g;
        const double mean = (double)s->mean_scale * velocity[j];
        const double root = (double)s->root_scale * sqrt(mean_square[j]) + (double)s->eps;
        w[j] = (double)args->w[j] - lr * (double)s->weight_decay * (double)args->w[j] -
               lr * mean / root;
    }
}
