/*
 * nn/netprofile.h: where the time of a step goes: what each pass of each operation takes, beside
 * what the plan says it has to multiply and to move.
 *
 * Off, it costs a comparison a phase. On, a thread reads a clock where a phase ends and around each
 * kernel, and counts into an array of its own that is reserved when profiling starts; no bit of any
 * result changes. The time of a thread is cut into laps without gaps, so the laps of all rows add
 * up to the threads' share of the call.
 */
#ifndef NN_NETPROFILE_H
#define NN_NETPROFILE_H

#include "nn/nettypes.h"

#include "base/err.h"

typedef struct Net Net; /* nn/net.h */

typedef enum NetPass {
    NET_FORWARD,
    NET_FORWARD_END, /* between two barriers: statistics of all chunks become affine maps; of the
                        classifier: its weights' gradients */
    NET_BACKWARD,
    NET_BACKWARD_END, /* the same for sums of gradients; weight gradients that have one slot */
    NET_PREPARE,      /* all operations: weights are transposed */
    NET_OPTIMISE,     /* all tensors */
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
    uint64_t ticks; /* clock_ticks() */
    uint64_t calls; /* of kernels */
} NetProfileTime;

/* Every call of this net is timed from now on. Errors: ERR_MEMORY. */
ErrCode net_profile_start(Net *net, Err *err) ERR_CHECKED;

/* The rows in the order of execution; they live as long as the net. */
const NetProfileRow *net_profile_rows(const Net *net, int *n_rows);

NetProfileTime net_profile_time(const Net *net, int row);

/* Kernels are numbered 0..net_profile_n_kernels()-1; "pw.forward". */
int net_profile_n_kernels(void);
const char *net_profile_kernel_name(int kernel);
NetProfileTime net_profile_kernel(const Net *net, int row, int kernel);

#endif
