/*
 * nn/netprobe.h: timers around kernels, while a net is profiled (nn/netprofile.h).
 *
 * A table of kernels is replaced by one whose functions read the clock, call the real one and
 * count. Who calls kernels knows nothing of it, and without a profile nothing is there: it costs
 * nothing. Kernels are told nothing of their caller, so what they count into is the one variable of
 * a thread in this project; netprobe_enter sets it for the duration of a call of the net.
 */
#ifndef NN_NETPROBE_H
#define NN_NETPROBE_H

#include "kernels/kernels.h"

#include <stdint.h>

/* Every function of the tables of kernels: X(family, function). */
#define NETPROBE_KERNELS(X)                                                                        \
    X(affine, forward)                                                                             \
    X(affine, stats)                                                                               \
    X(affine, fold)                                                                                \
    X(affine, backward)                                                                            \
    X(affine, dz)                                                                                  \
    X(dw, forward)                                                                                 \
    X(dw, backward_data)                                                                           \
    X(dw, backward_weights)                                                                        \
    X(head, bias)                                                                                  \
    X(head, bias_grad)                                                                             \
    X(head, dropout)                                                                               \
    X(head, softmax)                                                                               \
    X(head, argmax)                                                                                \
    X(mb, forward)                                                                                 \
    X(mb, backward)                                                                                \
    X(opt, sum)                                                                                    \
    X(opt, sgd_nesterov)                                                                           \
    X(opt, rmsprop_tf)                                                                             \
    X(opt, rmsprop_torch)                                                                          \
    X(opt, adamw)                                                                                  \
    X(opt, ema)                                                                                    \
    X(panel, load)                                                                                 \
    X(panel, fold)                                                                                 \
    X(panel, backward)                                                                             \
    X(pool, mean)                                                                                  \
    X(pool, dot)                                                                                   \
    X(pool, broadcast)                                                                             \
    X(pool, max_forward)                                                                           \
    X(pool, max_backward)                                                                          \
    X(pool, average_forward)                                                                       \
    X(pool, average_backward)                                                                      \
    X(pw, forward)                                                                                 \
    X(pw, backward_weights)                                                                        \
    X(pw, transpose)                                                                               \
    X(se, forward)                                                                                 \
    X(se, backward)                                                                                \
    X(se, scale)

enum {
#define NETPROBE_ENUM(family, kernel) NETPROBE_##family##_##kernel,
    NETPROBE_KERNELS(NETPROBE_ENUM)
#undef NETPROBE_ENUM
        NETPROBE_N
};

/* What one thread has counted since it was last taken away. */
typedef struct Probe {
    _Alignas(64) const Kernels *kernels; /* the real ones */
    uint64_t ticks[NETPROBE_N];          /* clock_ticks() */
    uint64_t calls[NETPROBE_N];
} Probe;

/* "pw.forward" */
const char *netprobe_name(int kernel);

/* Replaces all functions of a table by those that count. */
void netprobe_wrap(Kernels *kernels);

/* From now on the kernels that this thread calls count into `probe`. */
void netprobe_enter(Probe *probe);

#endif
