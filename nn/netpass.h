/*
 * nn/netpass.h: the passes that a step is cut into when its time is taken, and what is known of
 * each: types only.
 */
#ifndef NN_NETPASS_H
#define NN_NETPASS_H

#include <stdint.h>

typedef enum NetPass {
    NET_FORWARD,
    NET_FORWARD_END, /* between two barriers: statistics of all chunks become affine maps; of the
                        classifier: its weights' gradients */
    NET_BACKWARD,
    NET_BACKWARD_END, /* the same for sums of gradients; weight gradients that have one slot */
    NET_PREPARE,      /* all operations, each behind the phase before: weights are transposed */
    NET_OPTIMISE,     /* all tensors, each behind its phase */
    NET_WAIT,         /* at barriers, for the team to start and to end */
    NET_N_PASSES
} NetPass;

/* What a row of a full batch has to do, by the plan. */
typedef struct NetProfileWork {
    double flops;      /* 2 macs of convolutions, SE, linear layers */
    double read_bytes; /* whole tensors, weights, partial gradients; each once */
    double written_bytes;
    double vectors; /* 16 floats of the larger of input and output map; 0: it has no map */
} NetProfileWork;

typedef struct NetProfileRow {
    NetPass pass;
    int op; /* of passes of one operation; -1: of all */
    NetProfileWork work;
} NetProfileRow;

/* Of the last call, threads added up. */
typedef struct NetProfileTime {
    uint64_t ticks;      /* clock_ticks() */
    uint64_t wait_ticks; /* at the barrier behind it: the time that others were longer at it */
    uint64_t calls;      /* of kernels that were timed */
} NetProfileTime;

#endif
