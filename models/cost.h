/*
 * Costs beyond the sums that a Network carries: the layer table and memory.
 *
 * Vocabulary (docs/networks.md, "Costs"): macs = multiply-adds of convolutions, SE and linear
 * layers; flops = 2 macs; acts = elements of the outputs of convolutions, SE's two layers and
 * linear layers, for one image.
 */
#ifndef MODELS_COST_H
#define MODELS_COST_H

#include "models/network.h"

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct CostMemory {
    int64_t params_bytes; /* weights as float32, batch norm's running mean and variance included */
    int64_t inference_bytes; /* largest sum of maps alive at once, one image, float32, unfused and
                                unpadded */
    int64_t training_bytes;  /* per image: all maps that a backward pass reads (outputs of
                                convolutions and adds) */
} CostMemory;

/* Errors: ERR_MEMORY. */
ErrCode cost_memory(CostMemory *memory, const Network *network, Err *err) ERR_CHECKED;

/* Whether an op is a layer of the papers' tables: it has tensors. */
bool cost_is_layer(const Op *op);

/* Appends the table of layers with a last row of totals. */
void cost_table(const Network *network, Text *out);

#endif
