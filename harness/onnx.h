/*
 * harness/onnx.h: a network with its weights as an ONNX model, for onnxruntime and its like.
 *
 * Walks the very list of operations that nn executes, one or a few standard nodes each; batch norm
 * stays a node of its own, so logits agree to rounding. Input `images`, float32 [batch,3,R,R] with
 * a dynamic batch, normalised; output `logits` [batch,classes]. Writing only; the bytes are a
 * function of network and weights. Format: onnx.proto (ONNX 1.12), IR version 8, operator set 13.
 */
#ifndef HARNESS_ONNX_H
#define HARNESS_ONNX_H

#include "base/err.h"
#include "nn/net.h"
#include "weights/origin.h"

/*
 * Writes `net` (its weights, running statistics) to `path`, atomically. metadata_props are the keys
 * of weights/origin.h without a digest: of the network as it is written and, where they are known,
 * of the training. ERR_IO, ERR_MEMORY.
 */
ErrCode onnx_write(const Net *net, const WeightOrigin *origin, const char *path,
                   Err *err) ERR_CHECKED;

#endif
