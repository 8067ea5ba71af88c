/*
 * nn/net.h: a network that runs: memory, threads, forward, backward and optimiser.
 *
 * A Net is planned once from a Network's list of operations, for a batch size and a thread count.
 * Planning may fail, running cannot: a step allocates nothing and returns void. What it computes
 * does not depend on threads or instruction set, bit for bit (docs/numerics.md). It does not know
 * files (weights/weights.h, weights/checkpoint.h), schedules (nn/schedule.h) or data sets.
 *
 * Tensors are read and written in the form weight files use: convolutions OIHW, depthwise ones
 * [C, 1, k, k], linear [out, in], vectors [C]. Their layout in memory is this module's own affair.
 *
 * A Net is used from one thread at a time; it makes its own OpenMP team inside a call, and leaves
 * the calling thread flushing subnormal numbers to zero.
 */
#ifndef NN_NET_H
#define NN_NET_H

#include "base/cpu.h"
#include "base/err.h"
#include "models/network.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NET_TENSOR_NAME_MAX = 96, NET_TENSOR_MAX_DIMS = 4 };

/* --- settings and reports --- */

typedef enum NetOptimizer {
    NET_SGD,           /* torch.optim.SGD with Nesterov momentum */
    NET_RMSPROP,       /* TensorFlow's: epsilon inside the root, mean square starts at 1 */
    NET_RMSPROP_TORCH, /* torch.optim.RMSprop: epsilon outside the root, mean square starts at 0 */
} NetOptimizer;

typedef struct NetSettings {
    int batch;              /* most images in one call, at least 1 */
    int threads;            /* at least 1; may exceed the cores */
    CpuLevel level;         /* highest instruction set used */
    bool training;          /* false: forward only, in less memory */
    NetOptimizer optimizer; /* with training */
} NetSettings;

typedef struct StepSettings {
    double lr;              /* learning rate of this step */
    double momentum;        /* [0, 1) */
    double decay;           /* RMSProp: decay of the mean square */
    double epsilon;         /* RMSProp: floor of the root */
    double weight_decay;    /* L2, added to the gradient; batch norm's gamma and beta are exempt */
    double label_smoothing; /* [0, 1) */
    double ema;             /* decay of the averaged weights and statistics; 0 = keep none */
    bool noise;             /* dropout and drop connect as the network says; false: none */
    uint64_t seed;          /* of the noise */
    uint64_t step;          /* of the noise: counted over the whole training, below 2^32 */
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
    NET_EMA,      /* its running average over steps; the tensor itself until a step with ema > 0 */
    NET_MOMENTUM, /* the optimiser's momentum; trainable tensors only */
    NET_MEAN_SQUARE, /* RMSProp's mean square; trainable tensors only */
    NET_GRADIENT,    /* of the last step, without weight decay; trainable tensors only */
} NetValues;

typedef struct NetTensor {
    char name[NET_TENSOR_NAME_MAX]; /* "stages.0.1.expand.bn.running_mean" */
    int op;                         /* index in the Network's list */
    int n_dims;
    int64_t dims[NET_TENSOR_MAX_DIMS]; /* as weight files have them */
    size_t n_elements;
    bool trainable;    /* running statistics are not */
    bool decayed;      /* weight decay applies */
    bool is_pointwise; /* a matrix that other libraries keep as a 1 x 1 convolution */
} NetTensor;

typedef struct NetMemory {
    size_t parameter_bytes;  /* weights, running statistics, optimiser, averages */
    size_t slot_bytes;       /* partial weight gradients */
    size_t activation_bytes; /* feature maps and their gradients */
    size_t scratch_bytes;    /* of all threads */
    int n_slots;             /* most partial gradients of one tensor */
} NetMemory;

typedef struct Net Net;

/* --- create --- */

/*
 * Plans `network` and reserves its memory; weights are zero until net_init_weights or
 * weights_load. The Network is copied. ERR_MEMORY (also for sizes that overflow), ERR_USAGE where
 * the operations cannot be run (message names the operation).
 */
ErrCode net_create(Net **out, const Network *network, const NetSettings *settings,
                   Err *err) ERR_CHECKED;

/*
 * Starts a training: initial weights (reference: the official EfficientNet code; He normal by
 * fan-out, depthwise sqrt(2/k^2), linear uniform 1/sqrt(classes), biases 0, gamma 1, mean 0, var 1)
 * from Philox (seed, INIT stream, index = place of the tensor), optimiser state as at step 0,
 * averages equal to the weights.
 */
void net_init_weights(Net *net, uint64_t seed);

/* Optimiser state as at step 0 and averages equal to the weights, as after loading weights. */
void net_reset_optimizer(Net *net);

/* --- run --- */

/*
 * One training step on a full batch: images float [batch][R][R][3], normalised, dense; labels
 * [batch] in 0..classes-1. Only with settings.training.
 */
void net_train_step(Net *net, const float *images, const int32_t *labels,
                    const StepSettings *settings, StepResult *result);

/* The same without touching weights, running statistics included; NET_GRADIENT can then be read. */
void net_gradients(Net *net, const float *images, const int32_t *labels,
                   const StepSettings *settings, StepResult *result);

/*
 * Logits [n][classes] of n <= batch images in evaluation mode (running statistics); `values` is
 * NET_WEIGHTS or, with training, NET_EMA.
 */
void net_forward(Net *net, NetValues values, const float *images, int n, float *logits);

/*
 * Adds loss, n_correct and n of n <= batch images to *sums, in evaluation mode; predictions[n] gets
 * the classes, unless NULL.
 */
void net_evaluate(Net *net, NetValues values, const float *images, const int32_t *labels, int n,
                  EvalSums *sums, int32_t *predictions);

/* --- inspect --- */

const Network *net_network(const Net *net);
const NetSettings *net_settings(const Net *net);
NetMemory net_memory(const Net *net);

int net_n_tensors(const Net *net);
const NetTensor *net_tensor(const Net *net, int index); /* in the order of the operations */
size_t net_largest_tensor(const Net *net);              /* most elements of any tensor */
int net_find_tensor(const Net *net, const char *name);  /* -1 if there is none */

/* False where a tensor, an optimiser or an inference-only Net has no such numbers. */
bool net_has(const Net *net, int index, NetValues values);

/* Copies n_elements numbers out of, or into, the Net, in the form of `dims`. */
void net_read(const Net *net, int index, NetValues values, float *data);
void net_write(Net *net, int index, NetValues values, const float *data);

/* --- destroy --- */

void net_destroy(Net **net); /* accepts NULL */

#endif
