/*
 * nn/nettimes.h: when things happen in a call, so that memory can be shared by what is in use at
 * different times.
 *
 * Phase j runs forward at 2 j and backward at 2 (2 n - 1 - j); the classifier does both at
 * 2 (n - 1). Between two times all threads meet. An odd time is the end of the phase before it
 * (netphase_finish_forward, netphase_finish_backward).
 */
#ifndef NN_NETTIMES_H
#define NN_NETTIMES_H

#include "nn/netstate.h"

static inline int nettimes_forward(const Net *net, int op)
{
    return 2 * net->plans[op].runner;
}

static inline int nettimes_backward(const Net *net, int op)
{
    const int n = net->network.n_ops;
    return net->plans[op].run->is_classifier ? nettimes_forward(net, op)
                                             : 2 * (2 * n - 1 - net->plans[op].runner);
}

static inline int nettimes_end(int time)
{
    return time + 1;
}

static inline int nettimes_last(const Net *net)
{
    return nettimes_end(2 * (2 * net->network.n_ops - 1));
}

/* The phase operation that goes back next, or NULL. */
static inline const OpPlan *nettimes_next_backward(const Net *net, const OpPlan *plan)
{
    for (int i = plan->index - 1; i >= 0; i--)
        if (net->plans[i].run->is_phase)
            return &net->plans[i];
    return NULL;
}

#endif
