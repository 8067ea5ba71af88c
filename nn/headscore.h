/*
 * nn/headscore.h: what a linear classifier makes of given features, by the kernels of inference
 * (infer/infer.h): bit for bit what `eval` says of the network with these weights in it.
 */
#ifndef NN_HEADSCORE_H
#define NN_HEADSCORE_H

#include "nn/headdata.h"
#include "nn/nettypes.h"

#include "base/err.h"

/* As weight files have it. */
typedef struct HeadWeights {
    const float *w; /* [n_classes][n_features] */
    const float *b; /* [n_classes] */
    int n_classes;
} HeadWeights;

/*
 * *sums = loss, hits and number of all images of `data`, whose labels are in 0..n_classes-1. The
 * same bits with any number of threads and on any level. ERR_MEMORY.
 */
ErrCode headscore_run(EvalSums *sums, const HeadData *data, const HeadWeights *head, CpuLevel level,
                      int threads, Err *err) ERR_CHECKED;

#endif
