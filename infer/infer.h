/*
 * infer/infer.h: a trained network that runs fast, forward only.
 *
 * An Infer is a list of fused steps, planned once (infer_plan) and run (infer_run). Batch norm is
 * folded into the weights, which are packed in the order in which kernels read them; bias, residual
 * and activation are applied where a product is made; an expansion and the depthwise convolution
 * behind it are one step, whose rows of the wide map never leave the first caches; maps share
 * memory by their lifetimes. So it needs a small part of a Net's memory (nn/net.h) and time. It
 * computes the same function in another order: logits differ from net_forward's by rounding
 * (docs/numerics.md, "Inference"). Of what is stored only the features of probe come from here
 * (harness/features.h).
 *
 * What it computes does not depend on threads, instruction set or the size of the batch, bit for
 * bit. An Infer is used from one thread at a time; it makes its own OpenMP team inside a call, and
 * leaves the calling thread flushing subnormal numbers to zero.
 */
#ifndef INFER_INFER_H
#define INFER_INFER_H

#include "infer/infertypes.h"

#include "base/err.h"
#include "models/network.h"

#include <stdint.h>

typedef struct Infer Infer;

/* --- create --- */

/*
 * Plans `network` and reserves its memory. The Network is copied. ERR_MEMORY (also for sizes that
 * overflow), ERR_USAGE where the operations cannot be run (message names the operation).
 */
ErrCode infer_plan(Infer **out, const Network *network, const InferSettings *settings,
                   Err *err) ERR_CHECKED;

/*
 * Gives the k-th tensor of operation `op` (ops_tensors of models/ops.h), in the form of weight
 * files. Each once; then infer_fold, once, makes of them what runs. Nothing is folded into the
 * classifier: its tensors may also be given, or given anew, between runs.
 */
void infer_write(Infer *infer, int op, int k, const float *data);
void infer_fold(Infer *infer);

/* --- run --- */

/* Logits [n][classes] of n <= batch images: float [n][R][R][3], normalised, dense. */
void infer_run(Infer *infer, const float *images, int n, float *logits);

/*
 * What is made of the logits where labels[n] in 0..classes-1 are known: losses[n], the images'
 * cross-entropies, and predictions[n], their classes: that of the largest logit, of several the
 * first.
 */
void infer_evaluate(Infer *infer, const float *images, const int32_t *labels, int n, double *losses,
                    int32_t *predictions);

/* --- inspect --- */

const Network *infer_network(const Infer *infer);
const InferSettings *infer_settings(const Infer *infer);
InferMemory infer_memory(const Infer *infer);

/* --- destroy --- */

void infer_destroy(Infer **infer); /* accepts NULL */

#endif
