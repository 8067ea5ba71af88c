/*
 * nn/netstate.h: the inside of a Net, for the files of nn/ only: plans, rows of execution, the
 * pieces they hand to each other. Structs and constants; no functions but those of one line.
 *
 * The list of operations becomes phases. Convolutions, pools and the classifier ("phase
 * operations") have a forward and a backward phase each; gates (se) and sums (add) have none: they
 * run inside the phase of their first reader. What a phase reads is a value, the output of an
 * operation (OpOutput). How an operation of a kind does all this is its row, OpRun, in
 * nn/run_NAME.c; nobody else looks at kinds.
 * A backward phase of operation j turns g_j, the gradient of its batch norm's output, into dz on
 * load, makes the weight gradient and the gradient of its input, and then finishes or adds to the
 * input's gradient; the last contributor (lowest index) multiplies by the activation's slope and
 * accumulates the two sums that the input's batch norm needs. So MBConv comes out as three forward
 * and three backward phases, and every other block by the same rules.
 *
 * A chunk is a few whole images of a phase, fixed by shape. Chunks own partial sums, slots own
 * partial weight gradients; both are combined in index order, so nothing depends on threads. A
 * weight gradient that is large beside its maps has one slot, which threads share out by channels:
 * its phase leaves dz for the whole batch, and after the barrier each thread sums up its share.
 * What is worked on at a time is a span, which may be several chunks: the products of a span are
 * single calls, its sums are still taken chunk by chunk.
 *
 * Files, each above those it calls: net (life, team) - netplan, netmaps, weightbuffers,
 * nettensor (planning), netprofile, netlap, netload (timing) - netruns (table of rows) - run_*
 * (rows) and what they share, conv*, denselayer, poolwindow, weightshare (shares of weights) -
 * netphase (loops over chunks), netupdate (optimiser, transposes) - netgrad (delivering gradients),
 * nettap (copies of a value and its gradient), netfold (expansions without a phase of their own),
 * netnorm (batch norm), netview (reading values) - nettimes.h, nettile.h, netstate.h, netshare.h
 * (chunks, slots, shares).
 */
#ifndef NN_NETSTATE_H
#define NN_NETSTATE_H

#include "nn/netshare.h"
#include "nn/nettypes.h"

#include "base/arena.h"
#include "base/buffers.h"
#include "base/err.h"
#include "base/team.h"
#include "kernels/kernels.h"
#include "models/ops.h"

enum { NO_OP = -2, NO_TENSOR = -1 }; /* INPUT_IMAGES is -1 */

/* --- where things lie --- */

/* Where a tensor lies in the flat parameter arrays, in floats, and its gradient while a step needs
 * it. */
typedef struct Place {
    size_t offset;
    size_t n_floats;
    float *gradient; /* [n_slots][n_floats]; NULL: a statistic, or no training */
    int n_slots;
    int buffer; /* of the gradient, while planning; -1: none */
} Place;

/* Numbers of an operation's buffers; -1: none. */
typedef struct OpBuffers {
    int z, y, g, dz, pending, gate, partials, grad_partials, transposed;
} OpBuffers;

typedef struct OpPlan OpPlan;
typedef struct OpRun OpRun;
typedef struct Net Net;
typedef struct Profile Profile;
typedef struct LapThread LapThread;

/* --- pieces of a phase --- */

/* One thread of the team. */
typedef struct Worker {
    Net *net;
    int thread, n_threads;
    Arena *scratch;
    LapThread *lap; /* while the net is profiled (nn/netlap.h), else NULL */
} Worker;

/* Images of chunks that follow each other. */
typedef struct Span {
    int first_chunk;
    int first_image, end_image;
} Span;

/* Rows (pixels over all images) of a value, channels c0..c0+C-1. */
typedef struct Rows {
    long first;
    int P;
    int c0, C;
} Rows;

typedef struct View {
    const float *x;
    long ld;
} View;

/* --- pieces of a backward phase --- */

typedef struct GradRows {
    Rows rows;
    int p0;          /* index in the chunk of the first pixel */
    const float *dh; /* gradient of the value */
    long lddh;
    const float *slope; /* of a convolution's activation, NULL: not at hand */
    long ldslope;
    const float *gate,
        *gate_b; /* SE in between, or a folded convolution: dh gate + gate_b; else NULL */
} GradRows;

/*
 * Sums of the batch norms that a phase finishes, one chunk's: a convolution's, or of both summands.
 */
typedef struct GradStates {
    int n_targets;
    const OpPlan *target[2];
    float *at[2]; /* [AFFINE_SUMS][PIXEL_CHAINS][Cout] */
} GradStates;

/* What every span of a backward phase needs. */
typedef struct Pass {
    Worker *worker;
    const OpPlan *plan;
    const OpPlan *input; /* NULL: the images, which want no gradient */
    int slot;            /* whose partial gradients it adds to, if the operation has slots */
    GradStates states;
    Span span;
} Pass;

/* --- rows --- */

/* How an operation's output is kept, and so how it is read. */
typedef enum OpOutput {
    OUTPUT_NORMED, /* z is kept; the value act(A z + D) is made anew by every reader */
    OUTPUT_GATED,  /* its input's value times a factor per image and channel, which is kept */
    OUTPUT_STORED, /* kept as it is, in y */
} OpOutput;

/* Partial gradients of an operation's weights. */
typedef enum OpWeights {
    WEIGHTS_NONE,
    WEIGHTS_SLOTTED,  /* each chunk adds to its slot */
    WEIGHTS_OWNED,    /* one slot, summed up after the phase by those who own a share */
    WEIGHTS_BY_SHAPE, /* the one or the other */
} OpWeights;

/* One kind of operation at work; nn/run_NAME.c defines `const OpRun run_NAME`. */
struct OpRun {
    OpOutput output;
    OpWeights weights;
    bool is_phase;        /* has phases of its own; else it runs in that of its first reader */
    bool is_sum;          /* adds input and shortcut: its gradient is that of both */
    bool is_classifier;   /* ends the network: in training its forward phase goes back, too */
    bool makes_features;  /* one pixel, for the classifier only */
    bool reads_images;    /* may be the first operation */
    bool reads_gates;     /* may read a gated value */
    bool chunks_by_input; /* its chunks are cut by the pixels it reads, not by those it makes */
    bool folds_input;     /* its backward phase can take a folded input (nn/netfold.h) */
    bool takes_spans;     /* of several chunks: begins and ends the sums of each itself */
    bool keeps_input;     /* normed: its z is its input's map, where that is stored */

    /* --- planning --- */

    /* Why this operation cannot run, or NULL. NULL: no rules of its own. */
    const char *(*check)(const Net *net, const OpPlan *plan);
    /* Carves what lives as long as the net. NULL: nothing. */
    void (*carve)(const Net *net, OpPlan *plan, Arena *arena);
    /* Carves transposed weights, which live until the backward phase has ended. NULL: none. */
    void (*carve_transposed)(OpPlan *plan, Arena *arena);
    /* Carves from a measuring arena what a span takes. NULL in rows that are no phases. */
    void (*measure_forward)(const Net *net, const OpPlan *plan, Arena *arena);
    void (*measure_backward)(const Net *net, const OpPlan *plan, Arena *arena);

    /* --- phases --- */

    /* The worker's share of the transposed weights. NULL: none. */
    void (*transpose)(const Worker *worker, const OpPlan *plan);
    void (*forward)(Worker *worker, const OpPlan *plan, Span span);
    void (*backward)(const Pass *pass);
    /* The worker's share of the weights' gradients, where they are owned, and of their update. */
    void (*own)(const Worker *worker, const OpPlan *plan);
    void (*measure_own)(const Net *net, const OpPlan *plan, Arena *arena);

    /* --- its output as a value --- */

    /* netview_rows of it. */
    View (*view)(const Worker *worker, const OpPlan *value, Rows rows, float *h, long ldh,
                 float *slope, long ldslope);
    /* Writes rows into y, where the value is stored but made by its first reader. Else NULL. */
    void (*materialise)(const Worker *worker, const OpPlan *value, Rows rows);
    /* What materialise takes of a measuring arena; NULL with it. */
    void (*measure_materialise)(const OpPlan *value, Arena *arena);
    /* The batch norms that the last contributor to the value's gradient finishes. NULL: none. */
    void (*targets)(const Net *net, const OpPlan *value, GradStates *states);
    /* Finishes its gradient: `rows` is the last contribution, `collected` the sum of the others. */
    void (*finish)(const Worker *worker, const GradStates *states, const OpPlan *value,
                   const GradRows *rows, const float *collected);

    /* --- gated values only --- */

    size_t (*gate_floats)(const OpPlan *plan); /* of an image, kept from forward to backward */
    void (*gate_point)(OpPlan *plan, float *base, size_t batch); /* where they lie */
    /* The gate of an image from its means, which stand in plan->p. */
    void (*gate)(const Worker *worker, const OpPlan *plan, int image);
    /*
     * From ds[Cout], the gradient of the image's gate: dp[Cout], what the gate adds to the gradient
     * of each pixel; leaves what the gate's weight gradients are made of.
     */
    void (*gate_backward)(const Worker *worker, const OpPlan *plan, int image, const float *ds,
                          float *dp);
};

#define OP_RUN(kind, name) extern const OpRun run_##name;
OP_KINDS(OP_RUN)
#undef OP_RUN

/* --- plans and the net --- */

struct OpPlan {
    const Op *op;
    const OpRun *run;
    int index;
    int Cin, Cout;             /* lane-padded channels */
    int in_pixels, out_pixels; /* of one map */
    bool is_pointwise;         /* 1x1, stride 1 */
    bool is_folded;            /* its backward pass is in its reader's phase: nn/netfold.h */

    /* readers of this operation's output */
    int n_readers;
    int first_reader; /* lowest index; NO_OP: none */
    int runner;       /* phase operation that runs or first reads it */

    /* chunks of the phase, of a full batch */
    int n_chunks;
    int n_slots;   /* 0: no slots, chunks are shared out as they are */
    bool is_owned; /* its weights' gradients have one slot, shared out after the phase */

    /* tensors: index of the first in the net's list; their order is that of the row */
    int tensor, n_tensors;

    /* buffers; NULL where there is none */
    float *z;             /* [batch][out_pixels][Cout]: normed */
    float *y;             /* stored values; of the classifier: logits */
    float *g;             /* gradient of batch norm's output (normed) or of the value; of a folded
                             convolution: what its input's owes to A, [batch][in_pixels][Cin] */
    float *dz;            /* normed, owned: gradient of z; may be g */
    const float *pending; /* phase operations: gradient of the input collected so far, or NULL */
    bool is_last;         /* phase operations: last contributor to the input's gradient */
    int scaled_by;        /* normed: sum whose drop-connect factor scales g, or NO_OP */

    /* batch norm; [Cout] each */
    float *A, *D, *mean, *rstd;
    float *gA, *gB, *gD;  /* dz = gA g + gB z + gD */
    float *partials;      /* [chunks][AFFINE_SUMS][Cout] of z */
    float *grad_partials; /* the same of g, chunks of the phase that finishes g */

    /* folded: sums over x of each slot and of all, [in_channels + 1][Cin]; [W diag(B); D], of as
     * many rows of Cout; this times W' */
    float *moments, *moment_sum, *late_weights, *correction;

    /* gates, per image: [batch][Cout] means and factors, [batch][squeeze] hidden layer; of a
     * classifier with one: [batch][squeeze] t, v, and s, the slope */
    float *p, *s, *t, *v;
    float *dt1, *dt2; /* of the hidden layer and of the factors, before their activations */

    /* the classifier with dropout: [batch][inputs of the last layer] factors and features times
     * them */
    float *mask, *kept;

    /* transposed weights, made just before they are used */
    float *wt, *wt2; /* gates: of reduce, of expand; the classifier: of the last, of the hidden */

    OpBuffers buffers; /* while planning */
};

typedef enum NetMode {
    MODE_EVAL,
    MODE_TRAIN,
    MODE_GRADIENTS, /* as train, but nothing is kept but the gradients */
    MODE_CLASS,     /* forward as in evaluation, back from each image's logit to a tapped value */
} NetMode;

/* The call in progress. */
typedef struct NetCall {
    NetMode mode;
    int n; /* images */
    const float *images;
    const int32_t *labels;
    const float *weights; /* parameter array in use */
    const StepSettings *settings;
    OptSettings update;   /* MODE_TRAIN: of tensors that are decayed */
    float *logits;        /* [n][classes] or NULL */
    float *maps;          /* [n][pixels][channels] that the global pool reads, or NULL */
    const OpPlan *tapped; /* MODE_CLASS: the value (nn/nettap.h), else NULL */
    float *tap_values, *tap_gradients; /* [n][pixels][channels] of it */
} NetCall;

struct Net {
    Network network; /* owned copy */
    NetSettings settings;
    Kernels kernels;
    OpPlan *plans; /* [n_ops] */
    NetTensor *tensors;
    Place *places; /* [n_tensors] */
    int n_tensors;
    size_t n_floats;    /* of one parameter array */
    size_t n_trainable; /* floats of it that the optimiser owns; they come first */
    int first_trained;  /* lowest operation with a tensor that steps change */

    float *weights, *ema, *momentum, *mean_square; /* [n_floats], [n_floats], 2 x [n_trainable] */
    float *ones, *zeros;                           /* [widest channels] */
    float *keep_mean, *keep_var; /* MODE_GRADIENTS: stand-ins for running statistics */

    double *loss;         /* [batch] */
    int32_t *predictions; /* [batch] */

    Arena parameter_arena, activation_arena, fixed_arena;
    Arena *scratch; /* [threads] */
    NetMemory memory;
    Profile *profile; /* NULL: nothing is timed */
    Team team;
    NetCall call;
};

/* --- one-liners --- */

static inline const OpPlan *netstate_input(const Net *net, const OpPlan *plan)
{
    return plan->op->input < 0 ? NULL : &net->plans[plan->op->input];
}

static inline bool netstate_is_normed(const OpPlan *plan)
{
    return plan->run->output == OUTPUT_NORMED;
}

static inline int netstate_chunks(const OpPlan *plan, int n_images)
{
    return n_images < plan->n_chunks ? n_images : plan->n_chunks;
}

static inline bool netstate_is_gated(const OpPlan *input)
{
    return input != NULL && input->run->output == OUTPUT_GATED;
}

/* The k-th tensor of an operation, in an array laid out like the weights. */
static inline size_t netstate_offset(const Net *net, const OpPlan *plan, int k)
{
    return net->places[plan->tensor + k].offset;
}

/* Its partial gradients number `slot`. */
static inline float *netstate_gradient(const Net *net, const OpPlan *plan, int k, int slot)
{
    const Place *place = &net->places[plan->tensor + k];
    return place->gradient + (size_t)slot * place->n_floats;
}

/* The k-th tensor of an operation in the parameter array in use. */
static inline const float *netstate_weight(const Worker *worker, const OpPlan *plan, int k)
{
    return worker->net->call.weights + netstate_offset(worker->net, plan, k);
}

/* What multiplies: the first tensor of every operation that has weights. */
enum { TENSOR_W = 0 };

#endif
