/*
 * infer/inferstate.h: the inside of an Infer, for the files of infer/ only.
 *
 * A value is a map between steps, or a vector (a map of one pixel). It is stored with the zeros
 * that the windows of its readers reach beyond it, its halo, so that a k x k convolution is a
 * product over rows that overlap, and nothing is gathered. A step reads values and writes one;
 * between two steps all threads meet. How an operation of a kind becomes a step is its row,
 * InferRow, in infer/infer_NAME.c; nobody else looks at kinds.
 *
 * Files, each above those it calls: infer (life, team) - inferplan (planning) - inferrows (table of
 * rows), infercheck (what can be run) - infer_* (rows) - what several rows share: dense (a
 * convolution or a layer as a step), pixelmean, windowpool - inferstep (steps and what they read),
 * infernorm (batch norm folded), product (products with packed weights) - infervalue (values).
 */
#ifndef INFER_INFERSTATE_H
#define INFER_INFERSTATE_H

#include "infer/infertypes.h"

#include "base/arena.h"
#include "base/team.h"
#include "kernels/kernels.h"
#include "models/ops.h"

enum { NO_VALUE = -1, VALUE_OF_IMAGES = 0 };

typedef struct Value {
    int C;             /* floats of a pixel: channels in whole lanes; of the images: 3 */
    int side;          /* pixels, without halo */
    int before, after; /* zero pixels above and left; below and right */
    long image_floats; /* of one image, halo included */
    int first, last;   /* steps that write it and that read it last */
    int buffer;
    float *data;
} Value;

/* A product with constant weights (kernels/gemm): those of a convolution or a layer. */
typedef struct Product {
    int K, N;   /* N in whole lanes */
    int V;      /* vectors of a panel */
    int inputs; /* real ones of a tap */
    int kernel, kernel_width, stride;
    int pad, pad_left; /* below 0: the first rows and columns are not read */
    int in_side, out_side;
    int length; /* of the pieces of a row of x */
    int n_pieces;
    long *starts; /* [n_pieces] */
    float *w;     /* packed */
    float *bias;  /* [N] */
} Product;

typedef struct Step Step;
typedef struct Worker Worker;
typedef struct InferRow InferRow;

struct Step {
    const InferRow *row;                                 /* of the operation, or of nothing */
    void (*run)(const Worker *worker, const Step *step); /* NULL: part of another step */
    int op;
    int input, shortcut, output; /* values; NO_VALUE: none */
    ActFn act;
    Product product;    /* convolution, linear layer */
    int first_tensor;   /* of the operation's, that is the product's weights */
    const Step *source; /* depthwise: the convolution that makes its rows, or NULL */
    int means; /* values: means that a depthwise step makes, or a gate reads; or NO_VALUE */
    int V;     /* depthwise: vectors of a block of channels */
    float *taps, *bias;       /* depthwise: [k*k][C], [C]; normalise: factors and bias, [C] */
    float *w1, *b1, *w2, *b2; /* gate: as SeForwardArgs */
    float *norm;              /* [NORM_TENSORS][N], of no use once folded */
};

/* Batch norm's tensors in the order of weight files. */
enum { NORM_GAMMA, NORM_BETA, NORM_MEAN, NORM_VAR, NORM_TENSORS };

typedef struct Infer {
    Network network; /* owned copy */
    InferSettings settings;
    Kernels kernels;
    int lot;       /* images at a time: one a thread, whose maps stay in its second cache */
    Value *values; /* the first: the images */
    int n_values;
    Step *steps;
    int n_steps;
    Arena parameter_arena, activation_arena;
    Arena *scratch; /* [threads] */
    InferMemory memory;
    bool is_folded; /* it can run, and takes the tensors of the classifier only */
    Team team;
} Infer;

/* One thread of a run. */
struct Worker {
    const Infer *infer;
    int thread, n_threads;
    int n; /* images */
    const float *images;
    Arena *scratch;
};

/* --- planning --- */

typedef struct Planner {
    Infer *infer;
    const InferRow *(*row)(OpKind kind); /* what rows know of each other */
    int *n_readers;                      /* [n_ops] of each operation's output */
    int *reader;                         /* [n_ops] the last of them */
    int *values; /* [n_ops] where its output is; NO_VALUE: not planned yet */
    int *steps;  /* [n_ops] the step that writes it */
} Planner;

/*
 * How an operation of a kind becomes a step, and what belongs to its step. NULL: it has nothing of
 * the sort.
 */
struct InferRow {
    bool takes_images;   /* it may read the images, whose pixels are 3 floats */
    bool takes_rows;     /* it makes the rows that it reads, if they are a convolution's */
    bool makes_means;    /* the means of its output, on the way */
    bool adds;           /* a sum of two inputs, which a convolution can make on the way */
    bool is_classifier;  /* the last operation, and no other */
    bool keeps_channels; /* its output has the channels of its input, */
    bool keeps_side;     /* its side, */
    bool makes_pixel;    /* or one pixel */

    /* Why an operation of these numbers cannot be run, or NULL. NULL: as far as models/ allows. */
    const char *(*check)(const Op *op);

    void (*plan)(Planner *planner, int op);

    /* Weights, in the measuring arena and then in the real one. */
    void (*carve)(const Infer *infer, Step *step, Arena *arena);

    /* Scratch of a thread that runs it. */
    void (*measure)(const Infer *infer, const Step *step, Arena *arena);

    /* The k-th tensor of the operation, and what follows from all of them. */
    void (*take)(const Infer *infer, Step *step, int k, const float *data);
    void (*fold)(const Infer *infer, Step *step);
};

/* --- one-liners --- */

static inline int larger(int a, int b)
{
    return a > b ? a : b;
}

static inline const Op *step_op(const Infer *infer, const Step *step)
{
    return &infer->network.ops[step->op];
}

#define INFER_ROW(kind, name) extern const InferRow infer_##name;
OP_KINDS(INFER_ROW)
#undef INFER_ROW

static inline ActFn step_act(Activation act)
{
    _Static_assert((int)ACT_SIGMOID == (int)ACT_FN_SIGMOID, "kernels and models count alike");
    return (ActFn)act;
}

#endif
