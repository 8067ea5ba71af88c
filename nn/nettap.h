/*
 * nn/nettap.h: a tap at one value: what it is, and the gradient of a logit by it, copied where the
 * last of its readers hands that on (net_class_maps).
 */
#ifndef NN_NETTAP_H
#define NN_NETTAP_H

#include "nn/netstate.h"

/* Why the output of an operation cannot be tapped, or NULL. */
const char *nettap_check(const Net *net, int op);

/* Where the call goes back no further: the phase that completes the tapped value's gradient. */
int nettap_last_phase(const Net *net);

static inline bool nettap_is_at(const Net *net, const OpPlan *value)
{
    return value != NULL && net->call.tapped == value;
}

/*
 * Copies rows of the tapped value, inside one image, and of its gradient. Takes scratch of as many
 * rows.
 */
void nettap_take(const Worker *worker, Rows rows, View gradient);

#endif
