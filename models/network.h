/*
 * A resolved network: the list of operations that nn executes and cost counts.
 *
 * A Network is what a specification (models/spec.h) becomes once every channel count, layer count
 * and pixel is an integer. It is plain data without tensors: nn plans its phases from this very
 * list, and all costs are sums over it, so cost and execution cannot disagree.
 *
 * Invariants: ops are in execution order; an op reads only ops before it (`input`, `shortcut`) or
 * the images (INPUT_IMAGES); maps are square; the last op is linear and makes the logits.
 */
#ifndef MODELS_NETWORK_H
#define MODELS_NETWORK_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { INPUT_IMAGES = -1, NETWORK_NAME_MAX = 64, OP_NAME_MAX = 48, NETWORK_DIGEST_MAX = 33 };

typedef enum Activation {
    ACT_NONE,
    ACT_RELU,
    ACT_RELU6,
    ACT_SWISH,
    ACT_HARD_SWISH,
    ACT_SIGMOID,
} Activation;

/* Between the two layers of squeeze and excitation and the map: 0 to 1. */
typedef enum SeGate {
    SE_GATE_SIGMOID,
    SE_GATE_HARD_SIGMOID, /* relu6(u + 3) / 6: MobileNetV3's */
} SeGate;

/*
 * The kinds of operations, and the names of their rows: X(OP_CONV, conv) stands for op_conv in
 * models/op_conv.c (shape, counts, tensors, ONNX; models/op_row.h) and run_conv in nn/run_conv.c
 * (execution; nn/netstate.h). A kind's place is part of every network's digest: new ones go last.
 */
#define OP_KINDS(X)                                                                                \
    /* dense k x k (1 x 1 included), no bias, then batch norm, then act */                         \
    X(OP_CONV, conv)                                                                               \
    /* k x k, one filter a channel, no bias, then batch norm, then act */                          \
    X(OP_DEPTHWISE, depthwise)                                                                     \
    /* input x gate(W2 act(W1 mean_hw(input) + b1) + b2), per image and channel */                 \
    X(OP_SE, se)                                                                                   \
    /* act(input / survival x keep + shortcut): the end of a residual block */                     \
    X(OP_ADD, add)                                                                                 \
    /* k x k maximum; padding never wins */                                                        \
    X(OP_MAX_POOL, max_pool)                                                                       \
    /* mean over all pixels */                                                                     \
    X(OP_GLOBAL_POOL, global_pool)                                                                 \
    /* x W + b on pooled features, after dropout; the logits. With hidden units: of act(x V + c)   \
     */                                                                                            \
    X(OP_LINEAR, linear)                                                                           \
    /* mean of the pixels of a k x k window that lie in the image */                               \
    X(OP_AVERAGE_POOL, average_pool)                                                               \
    /* batch norm, then act, of a map as it is; without batch norm the activation alone */         \
    X(OP_NORMALISE, normalise)                                                                     \
    /* the input's channels, at `offset` of the map of the concat before it, if `joins` */         \
    X(OP_CONCAT, concat)                                                                           \
    /* the input added to the map of the sum before it, if `joins` */                              \
    X(OP_SUM, sum)

typedef enum OpKind {
#define OP_KIND(kind, name) kind,
    OP_KINDS(OP_KIND)
#undef OP_KIND
} OpKind;

/* One operation. Fields that do not apply to its kind are 0 (ACT_NONE, false). */
typedef struct Op {
    OpKind kind;
    char name[OP_NAME_MAX]; /* prefix of its weights' names, e.g. "stages.2.1.expand" */
    int stage;              /* 0-based stage; -1 for stem and head */
    int block;              /* 0-based block in its stage; -1 for stem and head */
    int input;              /* index of the op whose output is read, or INPUT_IMAGES */
    int shortcut;           /* add: index of the second summand's op; concat, sum: see `joins` */
    int kernel;             /* kernel height and width */
    int kernel_width;       /* conv: its width where that is another, else 0 */
    int stride;             /* 1 or 2 */
    int dilation;           /* depthwise: pixels from tap to tap where they are more than 1 */
    int shift;              /* conv: pixels by which its windows lie further down and right */
    bool is_valid;          /* conv: all windows lie in the image, none is padded */
    int pad;      /* zero rows above and columns left; those below and right follow from out_size */
    int pad_left; /* the columns where there is a kernel_width */
    int in_channels;  /* channels read */
    int out_channels; /* channels written; concat: of the whole map */
    int offset;       /* concat: channels of the map before those of its input */
    bool joins;       /* concat, sum: `shortcut` is one too, and this one goes on with its map */
    int in_size;      /* height and width of the input map */
    int out_size;     /* height and width of the output map */
    int squeeze;      /* se: channels of the hidden layer; linear: its hidden units, or 0 */
    SeGate gate;      /* se */
    bool batch_norm;  /* conv, depthwise, normalise */
    Activation act;   /* after batch norm; se, linear: of the hidden layer; add: after the sum */
    double survival;  /* add: probability of keeping the branch in training; 1 = always */
    double dropout;   /* linear: probability of dropping a feature in training */
    int64_t params;   /* trainable parameters, batch norm's gamma and beta included */
    int64_t macs;     /* multiply-adds for one image */
    int64_t acts;     /* output elements of convolutions, SE's two layers, linear layers */
} Op;

static inline int op_kernel_width(const Op *op)
{
    return op->kernel_width ? op->kernel_width : op->kernel;
}

static inline int op_pad_left(const Op *op)
{
    return op->kernel_width ? op->pad_left : op->pad;
}

static inline int op_dilation(const Op *op)
{
    return op->dilation ? op->dilation : 1;
}

/* Rows from the first tap of a window to behind the last one. */
static inline int op_reach(const Op *op)
{
    return (op->kernel - 1) * op_dilation(op) + 1;
}

/* The same of columns. */
static inline int op_reach_width(const Op *op)
{
    return op->kernel_width ? op->kernel_width : op_reach(op);
}

typedef struct Network {
    char name[NETWORK_NAME_MAX];     /* the specification's name */
    char digest[NETWORK_DIGEST_MAX]; /* hex XXH3-128 over all that execution depends on */
    int resolution;                  /* height and width of the images */
    int classes;
    double bn_momentum; /* TensorFlow's decay: running = m running + (1 - m) batch */
    double bn_epsilon;
    bool pads_same; /* TensorFlow's padding, which `pad` of the ops shows at some sizes only */
    int n_ops;
    Op *ops;                    /* owned; network_release frees it */
    int64_t params, macs, acts; /* sums over ops */
} Network;

/*
 * Batch norm in training needs more than one value a channel: batch images times the pixels of its
 * map. Errors: ERR_USAGE, with the stage and its map.
 */
ErrCode network_check_batch(const Network *network, int64_t batch, Err *err) ERR_CHECKED;

/*
 * Whether an operation or tensor is of a layer: it has its name, or that, a dot and more
 * ("stages.1.0.expand" is of "stages.1", "stages.10" is not).
 */
bool network_is_below(const char *name, const char *layer);

/* Frees the operations; accepts a zeroed network. */
void network_release(Network *network);

#endif
