/*
 * nn/nettypes.h: the plain data that goes into a Net and comes out of it (nn/net.h).
 */
#ifndef NN_NETTYPES_H
#define NN_NETTYPES_H

#include "base/cpu.h"
#include "models/network.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NET_TENSOR_NAME_MAX = 96, NET_TENSOR_MAX_DIMS = 4 };

/* --- settings --- */

typedef enum NetOptimizer {
    NET_SGD,           /* torch.optim.SGD with Nesterov momentum */
    NET_RMSPROP,       /* TensorFlow's: epsilon inside the root, mean square starts at 1 */
    NET_RMSPROP_TORCH, /* torch.optim.RMSprop: epsilon outside the root, mean square starts at 0 */
    NET_ADAMW,         /* torch.optim.AdamW: weight decay beside the gradient, means of gradient and
                          square corrected for their start at 0 */
} NetOptimizer;

typedef struct NetSettings {
    int batch;              /* most images in one call, at least 1 */
    int threads;            /* at least 1; may exceed the cores */
    CpuLevel level;         /* highest instruction set used */
    bool training;          /* false: forward only, in less memory */
    NetOptimizer optimizer; /* with training */
    bool averages;          /* with training: steps may have ema > 0 */
    bool gradients;         /* with training: NET_GRADIENT can be read, which takes memory for all
                               of them; else an operation's go when its weights are updated */
    bool class_maps;        /* with training: net_class_maps can be called; no backward pass is
                               folded into another, which rounds otherwise */
} NetSettings;

typedef struct StepSettings {
    double lr;              /* learning rate of this step */
    double momentum;        /* [0, 1); AdamW: beta1 */
    double decay;           /* RMSProp: decay of the mean square; AdamW: beta2 */
    double epsilon;         /* RMSProp, AdamW: floor of the root */
    double weight_decay;    /* L2, added to the gradient, AdamW: w -= lr x weight_decay x w; batch
                               norm's gamma and beta are exempt */
    double label_smoothing; /* [0, 1) */
    double ema;             /* decay of the averaged weights and statistics; 0 = keep none;
                               above it with NetSettings.averages only */
    bool noise;             /* dropout and drop connect as the network says; false: none */
    uint64_t seed;          /* of the noise */
    uint64_t step;          /* counted over the whole training, from 0, below 2^32: of the noise,
                               and of AdamW's corrections */
    const int32_t *mixed_labels; /* [batch] second labels of mixed images; NULL: none is mixed */
    const float *shares;         /* [batch] of the first labels, [0, 1]; with mixed_labels */
} StepSettings;

typedef struct StepResult {
    double loss;       /* sum of the images' losses, smoothing included */
    int64_t n_correct; /* images whose largest logit is their label's (first of equals) */
    int64_t n;
    bool finite; /* false: the loss is NaN or infinite; the weights were updated all the same */
} StepResult;

typedef struct EvalSums {
    double loss; /* sum of cross-entropies, without smoothing */
    int64_t n_correct;
    int64_t n;
} EvalSums;

/* Which set of numbers of a tensor. */
typedef enum NetValues {
    NET_WEIGHTS,  /* the tensor itself */
    NET_EMA,      /* its running average over steps, with averages; the tensor itself until a step
                     with ema > 0 */
    NET_MOMENTUM, /* the optimiser's momentum, AdamW's mean gradient; trainable tensors only */
    NET_MEAN_SQUARE, /* RMSProp's and AdamW's mean square; trainable tensors only */
    NET_GRADIENT,    /* with gradients: of the last step, without weight decay, until the next
                        call; trainable tensors only */
} NetValues;

typedef struct NetTensor {
    char name[NET_TENSOR_NAME_MAX]; /* "stages.0.1.expand.bn.running_mean" */
    int op;                         /* index in the Network's list */
    int k;                          /* its number among those of the operation */
    int n_dims;
    int64_t dims[NET_TENSOR_MAX_DIMS]; /* as weight files have them */
    size_t n_elements;
    bool trainable;    /* running statistics are not */
    bool decayed;      /* weight decay applies */
    float rate;        /* of steps, over the learning rate: 1, or as net_set_rate has it */
    bool is_pointwise; /* a matrix that other libraries keep as a 1 x 1 convolution */
} NetTensor;

typedef struct NetMemory {
    size_t parameter_bytes;  /* weights, running statistics, optimiser, averages */
    size_t activation_bytes; /* feature maps and, in training, their gradients; partial gradients
                                and transposes of the weights that are at work */
    size_t scratch_bytes;    /* of all threads */
} NetMemory;

#endif
