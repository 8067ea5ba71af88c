/*
 * nn/netplan.h: the inside of a Net, shared by the files of nn/ only.
 *
 * The list of operations becomes phases. Convolutions, max pool, global pool and the classifier
 * ("phase operations") have a forward and a backward phase each; SE and ADD have none: they run
 * inside the phase of their first reader. What a phase reads is a value, the output of an
 * operation:
 *   - of a convolution: never stored, always recomputed as act(A z + D) from its stored z;
 *   - of SE: that times the gate of the image;
 *   - of ADD: stored (y), written by its first reader's phase before that phase reads it;
 *   - of the pools: stored.
 * A backward phase of operation j turns g_j, the gradient of its batch norm's output, into dz on
 * load, makes the weight gradient and the gradient of its input, and then finishes or adds to the
 * input's gradient; the last contributor (lowest index) multiplies by the activation's slope and
 * accumulates the two sums that the input's batch norm needs. So an MBConv takes three phases
 * forward and three backward, and every other block follows by the same rules.
 *
 * A chunk is a few whole images of a phase, fixed by shape. Chunks own partial sums, slots own
 * partial weight gradients; both are combined in index order, so nothing depends on threads.
 */
#ifndef NN_NETPLAN_H
#define NN_NETPLAN_H

#include "nn/net.h"
#include "nn/team.h"

#include "base/arena.h"
#include "kernels/kernels.h"

/* Part of the arithmetic revision: they fix the order of sums. */
enum {
    CHUNK_PIXELS = 64, /* least output pixels of a chunk, while images last */
    CHUNK_IMAGES = 16, /* most images of a chunk */
    SLOTS_MIN = 4,     /* partial gradients of a weight */
    SLOTS_MAX = OPT_MAX_SLOTS,
};
#define SLOT_BYTES ((size_t)256 * 1024 * 1024) /* budget of all slots */

enum { NO_OP = -2, NO_TENSOR = -1 }; /* INPUT_IMAGES is -1 */

/* A stretch of the activation arena with the times (phases) at which it is in use. */
typedef struct Buffer {
    size_t n_floats;
    size_t offset; /* floats */
    int first, last;
} Buffer;

/* Where a tensor lies in the flat parameter arrays, in floats. */
typedef struct Place {
    size_t offset;
    size_t n_floats;
} Place;

typedef struct OpPlan {
    const Op *op;
    int index;
    int Cin, Cout;             /* lane-padded channels */
    int in_pixels, out_pixels; /* of one map */
    bool is_phase;
    bool is_pointwise; /* 1x1, stride 1: no gather */

    /* readers of this operation's output */
    int n_readers;
    int first_reader; /* lowest index; NO_OP: none */
    int runner;       /* phase operation that runs or first reads it */

    /* chunks of the phase */
    int group;   /* images a chunk */
    int n_slots; /* of a full batch; 0: no slotted weights in this phase */

    /* tensors: index of the first in the net's list; their order is that of tensors_of_op */
    int tensor;

    /* buffers; NULL where there is none */
    float *z;             /* [batch][out_pixels][Cout]: convolutions */
    float *y;             /* ADD, pools; LINEAR: logits */
    float *g;             /* gradient of batch norm's output (convolutions) or of the value */
    const float *pending; /* phase operations: gradient of the input collected so far, or NULL */
    bool is_last;         /* phase operations: last contributor to the input's gradient */
    int scaled_by;        /* convolutions: ADD whose drop-connect factor scales g, or NO_OP */

    /* batch norm; [Cout] each */
    float *A, *D, *mean, *rstd;
    float *gA, *gB, *gD;  /* dz = gA g + gB z + gD */
    float *partials;      /* [chunks][AFFINE_SUMS][Cout] of z */
    float *grad_partials; /* the same of g, chunks of the phase that finishes g */

    /* SE, per image */
    float *p, *t, *v, *s;

    /* transposed weights, rebuilt each step */
    float *wt, *wt2; /* SE: of reduce, of expand */

    /* while planning: indices of buffers, -1 none */
    int z_buffer, y_buffer, g_buffer, pending_buffer, se_buffer;
} OpPlan;

typedef enum NetMode {
    MODE_EVAL,
    MODE_TRAIN,
    MODE_GRADIENTS, /* as train, but nothing is kept but the gradients */
} NetMode;

/* The call in progress. */
typedef struct NetCall {
    NetMode mode;
    int n; /* images */
    const float *images;
    const int32_t *labels;
    const float *weights; /* parameter array in use */
    const StepSettings *settings;
    float *logits; /* [n][classes] or NULL */
} NetCall;

struct Net {
    Network network; /* owned copy */
    NetSettings settings;
    Kernels kernels;
    OpPlan *plans; /* [n_ops] */
    NetTensor *tensors;
    Place *places;     /* [n_tensors] */
    int *tensor_slots; /* [n_tensors] partial gradients in use after a step */
    int n_tensors;
    size_t n_floats;    /* of one parameter array */
    size_t n_trainable; /* floats of it that the optimiser owns; they come first */
    size_t n_slotted;   /* floats of those that have several slots; they come first */

    float *weights, *ema, *momentum, *mean_square; /* [n_floats], [n_floats], 2 x [n_trainable] */
    float *slots;                                  /* [n_slots][n_trainable] */
    int n_slots;
    float *ones, *zeros;         /* [widest channels] */
    float *keep_mean, *keep_var; /* MODE_GRADIENTS: stand-ins for running statistics */

    double *loss;         /* [batch] */
    int32_t *predictions; /* [batch] */

    Arena parameter_arena, slot_arena, activation_arena, scratch_arena, fixed_arena;
    Arena *scratch; /* [threads], carved from scratch_arena */
    NetMemory memory;
    Team team;
    NetCall call;
};

/* One thread of the team. */
typedef struct Worker {
    Net *net;
    int thread, n_threads;
    Arena *scratch;
} Worker;

/* --- nettensor.c --- */

/* Names, shapes and places of all tensors; allocates net->tensors and net->places. ERR_MEMORY. */
ErrCode nettensor_plan(Net *net, Err *err) ERR_CHECKED;

/* The k-th tensor of an operation, in an array laid out like the weights. */
static inline size_t nettensor_offset(const Net *net, const OpPlan *plan, int k)
{
    return net->places[plan->tensor + k].offset;
}

/* Order of an operation's tensors. */
enum { TENSOR_W = 0, TENSOR_GAMMA, TENSOR_BETA, TENSOR_MEAN, TENSOR_VAR }; /* convolutions */
enum { TENSOR_W1 = 0, TENSOR_B1, TENSOR_W2, TENSOR_B2 };                   /* SE */
enum { TENSOR_BIAS = 1 };                                                  /* LINEAR, after W */

/* --- netplan.c, netbuffers.c --- */

ErrCode netplan_build(Net *net, Err *err) ERR_CHECKED;

/*
 * Gives each buffer an offset such that no two in use at one time overlap; *n_floats: the extent.
 */
ErrCode netbuffers_place(Buffer *buffers, int n_buffers, size_t *n_floats, Err *err) ERR_CHECKED;

static inline const OpPlan *netplan_input(const Net *net, const OpPlan *plan)
{
    return plan->op->input < 0 ? NULL : &net->plans[plan->op->input];
}

static inline bool netplan_is_conv(const OpPlan *plan)
{
    return plan->op->kind == OP_CONV || plan->op->kind == OP_DEPTHWISE;
}

static inline int netplan_chunks(const OpPlan *plan, int n_images)
{
    return (n_images + plan->group - 1) / plan->group;
}

/* --- netview.c: reading values --- */

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

/*
 * The rows of `value` (NULL: the images): in place where they are stored, else computed into
 * h[P][ldh]. With slope: also the activation's derivative, for convolutions only (else untouched).
 */
View netview_rows(const Worker *worker, const OpPlan *value, Rows rows, float *h, long ldh,
                  float *slope, long ldslope);

/* Writes the rows of an ADD that `reader`'s phase runs; nothing for any other value. */
void netview_materialise(const Worker *worker, const OpPlan *reader, const OpPlan *value,
                         Rows rows);

/* Slope of a sum's activation, slope[P][C]; h is scratch of the same size. */
void netview_sum_slope(const Worker *worker, const OpPlan *sum, Rows rows, float *h, float *slope);

/* Carves the scratch of netview_materialise from a measuring arena. */
void netview_measure(const OpPlan *value, Arena *arena);

/* Gate of SE for one image whose convolution's output is h[pixels][ldh]. */
void netview_gate(const Worker *worker, const OpPlan *se, int image, const float *h, long ldh);

/* Drop-connect factor of an ADD for an image: 0, 1/survival, or 1 without noise. */
float netview_survival(const Worker *worker, int add, int image);

/* Parameter k of an operation in the array in use. */
static inline const float *netview_weight(const Worker *worker, const OpPlan *plan, int k)
{
    return worker->net->call.weights + nettensor_offset(worker->net, plan, k);
}

/* --- netforward.c, netbackward.c: phases --- */

/*
 * This thread's share of a phase. After the barrier behind it, the _finalize turns this thread's
 * share of the channels into the affine maps that the next phases load with.
 */
void netforward_phase(Worker *worker, OpPlan *plan);
void netforward_finalize(Worker *worker, OpPlan *plan);
void netbackward_phase(Worker *worker, OpPlan *plan);
void netbackward_finalize(Worker *worker, OpPlan *plan);

/* Carves what a phase of `plan` needs from a measuring arena. */
void netforward_measure(const Net *net, const OpPlan *plan, Arena *arena);
void netbackward_measure(const Net *net, const OpPlan *plan, Arena *arena);

/* Rows p..p+P-1 of the matrix that a dense convolution's weights multiply, from its input image. */
View netforward_panel(const Worker *worker, const OpPlan *plan, View image, float *panel, int p,
                      int P);

/* Channels of this thread's share, in whole lanes. */
TeamRange netforward_channels(const Worker *worker, int C);

/* --- nethead.c --- */

void nethead_phase(Worker *worker, OpPlan *plan); /* in training with the backward pass */
void nethead_measure(const Net *net, const OpPlan *plan, Arena *arena);

/* --- netgrad.c: delivering gradients --- */

/* Partial gradients number `index`, laid out like the weights; those that the phase of `plan`
 * fills are set to 0. */
float *netgrad_slot(const Net *net, const OpPlan *plan, int index);

typedef struct GradRows {
    Rows rows;
    int p0;          /* index in the chunk of the first pixel */
    const float *dh; /* gradient of the value */
    long lddh;
    const float *slope; /* of a convolution's activation, NULL: not at hand */
    long ldslope;
    const float *gate, *gate_b; /* SE in between: dh gate + gate_b; else NULL */
} GradRows;

/*
 * Sums of the batch norms that a phase finishes, one chunk's: a convolution's, or of both summands.
 */
typedef struct GradStates {
    int n_targets;
    const OpPlan *target[2];
    float *at[2]; /* [AFFINE_SUMS][PIXEL_CHAINS][Cout] */
} GradStates;

void netgrad_targets(const Net *net, const OpPlan *plan, GradStates *states);
void netgrad_carve(const Net *net, const OpPlan *plan, GradStates *states, Arena *arena);
void netgrad_begin(GradStates *states); /* of a chunk */
void netgrad_end(const Worker *worker, const GradStates *states, int chunk);

/* Gradient of the convolution's output from that of its batch norm's output. */
void netgrad_dz(const Worker *worker, const OpPlan *conv, Rows rows, float *dz, long lddz);

/* Takes the gradient of from's input as far as this phase can. */
void netgrad_deliver(const Worker *worker, const GradStates *states, const OpPlan *from,
                     const GradRows *rows);

/* --- netupdate.c --- */

void netupdate_prepare(Worker *worker);  /* transposes weights, or folds running statistics */
void netupdate_optimise(Worker *worker); /* sums slots, updates, averages */

#endif
