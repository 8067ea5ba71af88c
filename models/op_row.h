/*
 * models/op_row.h: what a kind of operation is, as far as nobody executes it: one row, one file.
 *
 * models/op_NAME.c defines `const OpRow op_NAME`; models/network.h lists the kinds, models/ops.h
 * finds rows and asks them. Whoever counts, names, stores or exports operations asks the row and
 * does not look at the kind. How an operation runs is its other half, in nn/run_NAME.c.
 */
#ifndef MODELS_OP_ROW_H
#define MODELS_OP_ROW_H

#include "models/network.h"
#include "models/onnx_nodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OP_TENSORS_MAX = 5, OP_DIMS_MAX = 4 };

/* What training does with a tensor. */
typedef enum OpTensorUse {
    OP_WEIGHT,    /* trained, decays; its gradient is a sum of partial ones */
    OP_NORM,      /* batch norm's gamma or beta: trained, does not decay, gradient from its sums */
    OP_STATISTIC, /* running mean or variance: kept, not trained */
} OpTensorUse;

/* What a tensor holds before training. */
typedef enum OpInit {
    OP_INIT_ZERO,
    OP_INIT_ONE,
    OP_INIT_NORMAL,  /* deviation sqrt(2 / fan_out) */
    OP_INIT_UNIFORM, /* within +-1 / sqrt(fan_out) */
} OpInit;

typedef struct OpTensor {
    const char *suffix; /* behind the operation's name: ".conv.weight" */
    int n_dims;
    int64_t
        dims[OP_DIMS_MAX]; /* as weight files have them: output channels, input channels, k, k */
    OpTensorUse use;
    OpInit init;
    int64_t fan_out;   /* as TensorFlow counts it; of the two random initial values */
    bool is_pointwise; /* a matrix that other libraries keep as a 1 x 1 convolution */
} OpTensor;

typedef struct OpRow {
    const char *name;    /* in tables and JSON: "conv" */
    bool reads_shortcut; /* it has a second input, op->shortcut */
    bool keeps_map;      /* a backward pass reads its output again (cost_memory) */

    /* Why an operation of these numbers cannot be, or NULL. NULL: nothing beyond positive sizes. */
    const char *(*check)(const Op *op);

    /*
     * Sets out_size and pad from in_size, kernel and stride; `pads_same`: TensorFlow's padding.
     * NULL: it keeps the map's size. Output channels are set by who emits the operation.
     */
    void (*shape)(Op *op, bool pads_same);

    /* Sets macs and acts (models/cost.h) of a shaped operation. NULL: it has none. */
    void (*count)(Op *op);

    /* Its tensors in the order of weight files; returns how many. NULL: it has none. */
    int (*tensors)(const Op *op, OpTensor out[OP_TENSORS_MAX]);

    /* The nodes it is in ONNX; the last one makes port->output. */
    void (*onnx)(const Op *op, const OnnxPort *port);
} OpRow;

#define OP_ROW(kind, name) extern const OpRow op_##name;
OP_KINDS(OP_ROW)
#undef OP_ROW

#endif
