/* opt: optimiser steps over flat ranges of the parameter arena: sum of the gradient slots and
 * update in one pass.
 *
 * Slots are summed by a pairwise tree over 0..n_slots-1 in index order as ((0+1)+(2+3)), an odd
 * last one carried to the next level. Ranges are whole lanes; pad lanes have gradient 0 and stay 0.
 */
#ifndef KERNELS_OPT_OPT_H
#define KERNELS_OPT_OPT_H

#include "base/cpu.h"

#define OPT_MAX_SLOTS 16

typedef struct OptSlots {
    const float *first; /* slot i of element j: first[i*stride + j] */
    long stride;        /* floats from slot to slot */
    int n;              /* 1..OPT_MAX_SLOTS */
} OptSlots;

/* g[j] = sum of the slots. g may be slot 0. */
typedef struct OptSumArgs {
    OptSlots slots;
    float *g;
    long n; /* elements, a multiple of LANES */
} OptSumArgs;

/* Settings of a step. weight_decay is L2, added to the gradient (g += weight_decay*w) as both peers
 * do, but AdamW's shrinks w itself; pass 0 for tensors that are not decayed (gamma, beta, biases:
 * the caller's choice). */
typedef struct OptSettings {
    float lr;
    float momentum; /* AdamW: decay of the mean gradient (beta1) */
    float rho;      /* RMSProp: decay of the mean square (alpha in PyTorch); AdamW: beta2 */
    float eps;      /* RMSProp, AdamW */
    float weight_decay;
    float mean_scale; /* AdamW, in step t = 1, 2, ...: 1/(1 - momentum^t) */
    float root_scale; /* the same: 1/sqrt(1 - rho^t) */
} OptSettings;

/* One range of one step. */
typedef struct OptUpdateArgs {
    OptSlots slots;
    float *w;           /* [n], updated */
    float *velocity;    /* [n] momentum buffer, AdamW's mean gradient; starts at 0 */
    float *mean_square; /* [n] RMSProp: starts at 1 (TensorFlow) or 0 (PyTorch); AdamW: at 0; NULL
                           for SGD */
    long n;             /* elements, a multiple of LANES */
    OptSettings settings;
} OptUpdateArgs;

/* ema[j] = decay*ema[j] + (1 - decay)*w[j], as fma(decay, ema, (1 - decay)*w). */
typedef struct OptEmaArgs {
    const float *w;
    float *ema;
    long n;
    float decay;
} OptEmaArgs;

typedef struct OptKernels {
    const char *variant;
    void (*sum)(const OptSumArgs *args);
    /* torch.optim.SGD(nesterov=True): v = momentum*v + g; w -= lr*(g + momentum*v). */
    void (*sgd_nesterov)(const OptUpdateArgs *args);
    /* TensorFlow's RMSProp: ms += (g*g - ms)*(1 - rho); v = momentum*v + lr*g/sqrt(ms + eps); w -=
     * v. */
    void (*rmsprop_tf)(const OptUpdateArgs *args);
    /* torch.optim.RMSprop: ms = rho*ms + (1 - rho)*g*g; v = momentum*v + g/(sqrt(ms) + eps); w -=
     * lr*v. */
    void (*rmsprop_torch)(const OptUpdateArgs *args);
    /* torch.optim.AdamW (Loshchilov and Hutter 2019, algorithm 2): v = momentum*v + (1 -
     * momentum)*g; ms = rho*ms + (1 - rho)*g*g; w -= lr*weight_decay*w; w -=
     * lr*mean_scale*v/(root_scale*sqrt(ms) + eps). */
    void (*adamw)(const OptUpdateArgs *args);
    void (*ema)(const OptEmaArgs *args);
} OptKernels;

OptKernels opt_kernels(CpuLevel level);

/* Truth in double; each returns the new state in the arrays given, starting from args (mean_square
 * may be NULL). */
void opt_sgd_nesterov__ref(const OptUpdateArgs *args, double *w, double *velocity);
void opt_rmsprop_tf__ref(const OptUpdateArgs *args, double *w, double *velocity,
                         double *mean_square);
void opt_rmsprop_torch__ref(const OptUpdateArgs *args, double *w, double *velocity,
                            double *mean_square);
void opt_adamw__ref(const OptUpdateArgs *args, double *w, double *velocity, double *mean_square);

#endif
