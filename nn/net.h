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

#include "nn/nettypes.h"

#include "base/err.h"

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

/*
 * How far a tensor goes in steps, over their learning rate: 1 after net_create; at 0 it is frozen
 * and keeps every bit, with its average and the optimiser's state. Where a running mean or variance
 * is frozen (rate 0; statistics have no other) batch norm works by running statistics in training,
 * too, and leaves them alone: forward as in evaluation, backward as a constant map. What lies
 * before the first tensor that is not frozen takes no part in the backward pass. Between steps
 * only.
 */
void net_set_rate(Net *net, int index, double rate);

/* --- run --- */

/*
 * One training step on a full batch: images float [batch][R][R][3], normalised, dense; labels
 * [batch] in 0..classes-1. Only with settings.training.
 */
void net_train_step(Net *net, const float *images, const int32_t *labels,
                    const StepSettings *settings, StepResult *result);

/*
 * The same without touching weights, running statistics included, for who reads NET_GRADIENT; with
 * settings.gradients.
 */
void net_gradients(Net *net, const float *images, const int32_t *labels,
                   const StepSettings *settings, StepResult *result);

/*
 * Logits [n][classes] of n <= batch images in evaluation mode (running statistics); `values` is
 * NET_WEIGHTS or, with averages, NET_EMA.
 */
void net_forward(Net *net, NetValues values, const float *images, int n, float *logits);

/*
 * The same, and maps[n][pixels][channels]: what the classifier sees the mean of, the last values
 * that have pixels, row by row.
 */
void net_forward_maps(Net *net, NetValues values, const float *images, int n, float *logits,
                      float *maps);

/*
 * Whether net_class_maps can look at an operation's output. ERR_USAGE where that is no map which a
 * convolution or pool reads.
 */
ErrCode net_check_class_maps(const Net *net, int op, Err *err) ERR_CHECKED;

/*
 * Of n <= batch images, in evaluation mode: values[n][pixels][channels] of the output of operation
 * `op`, row by row, and of the same shape the gradient by them of the logit labels[i] of image i.
 * With settings.class_maps only, of operations that net_check_class_maps admits.
 */
void net_class_maps(Net *net, int op, const float *images, const int32_t *labels, int n,
                    float *values, float *gradients);

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

/* False where a tensor, an optimiser or an inference-only Net has no such numbers. */
bool net_has(const Net *net, int index, NetValues values);

/* Copies n_elements numbers out of, or into, the Net, in the form of `dims`. */
void net_read(const Net *net, int index, NetValues values, float *data);
void net_write(Net *net, int index, NetValues values, const float *data);

/* --- destroy --- */

void net_destroy(Net **net); /* accepts NULL */

#endif
