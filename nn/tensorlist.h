/*
 * nn/tensorlist.h: the tensors of a network, without a Net: names, shapes and initial values.
 */
#ifndef NN_TENSORLIST_H
#define NN_TENSORLIST_H

#include "nn/nettypes.h"

#include "base/err.h"
#include "base/rng.h"
#include "models/ops.h"

/*
 * A network's tensors in the order of its operations, as net_tensor (nn/net.h) has them:
 * (*tensors)[*n]; mem_free them in any case. ERR_MEMORY.
 */
ErrCode tensorlist_make(NetTensor **tensors, int *n, const Network *network, Err *err) ERR_CHECKED;

/* Most elements of any of n tensors; at least 1. */
size_t tensorlist_largest(const NetTensor *tensors, int n);

/* Initial values of a tensor (net_init_weights), in the order of the form of files. */
typedef struct TensorDraw {
    OpTensor row; /* what the operation says of it */
    Rng rng;
} TensorDraw;

/* Begins the values of tensor `index` of the network's list. */
TensorDraw tensorlist_draw(const Network *network, const NetTensor *tensor, int index,
                           uint64_t seed);

float tensorlist_next(TensorDraw *draw);

#endif
