/*
 * models/onnx_nodes.h: the nodes that an operation becomes in ONNX, as plain data.
 *
 * A row (models/op_row.h) describes its nodes one after the other to a port; harness/onnx.h turns
 * them into protobuf. A name that begins with a dot is the operation's own, ".z" of "stem" being
 * "stem.z", tensors of weight files included (".conv.weight"); any other name is a value's.
 */
#ifndef MODELS_ONNX_NODES_H
#define MODELS_ONNX_NODES_H

#include "models/network.h"

#include <stdint.h>

enum {
    ONNX_INPUTS_MAX = 5,     /* of a node: batch norm */
    ONNX_ATTRIBUTES_MAX = 5, /* of a node: pools */
    ONNX_INTS_MAX = 8,       /* pads of a Pad */
    ONNX_NODES_MAX = 8,      /* one operation becomes at most this many (se with a hard swish) */
};

typedef enum OnnxType { ONNX_INT, ONNX_INTS, ONNX_FLOAT } OnnxType;

typedef struct OnnxAttribute {
    const char *name; /* NULL: no more */
    OnnxType type;
    int n; /* of ints */
    int64_t ints[ONNX_INTS_MAX];
    float number;
} OnnxAttribute;

typedef struct OnnxNode {
    const char *type;                    /* "Conv" */
    const char *inputs[ONNX_INPUTS_MAX]; /* NULL: no more */
    const char *output;                  /* the one value it makes */
    OnnxAttribute attributes[ONNX_ATTRIBUTES_MAX];
} OnnxNode;

/* What an operation is joined to. */
typedef struct OnnxPort {
    const char *input;    /* the value it reads */
    const char *shortcut; /* the second one, where its row reads one */
    const char *output;   /* what its last node is to make */
    double bn_epsilon;
    void (*node)(const struct OnnxPort *port, const Op *op, const OnnxNode *node);
    void *graph; /* of whoever takes the nodes */
} OnnxPort;

/* Scalars that ReLU6 reads as its bounds. */
#define ONNX_ZERO "constant.0"
#define ONNX_SIX "constant.6"

/* output = act(input); the swishes keep their gate in a value of that name. */
void onnx_activation(const OnnxPort *port, const Op *op, const char *input, const char *output,
                     const char *gate);

#endif
