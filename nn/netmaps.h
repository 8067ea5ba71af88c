/*
 * nn/netmaps.h: the feature maps of a Net and their gradients: when each is in use, and where.
 *
 * Times: phase j runs forward at time j and backward at time 2 n - 1 - j; the classifier does both
 * at time n - 1. Every buffer is in use from the time it is first written to the time it is last
 * read, and netbuffers_place packs them.
 */
#ifndef NN_NETMAPS_H
#define NN_NETMAPS_H

#include "nn/netstate.h"

/*
 * Reserves the activation arena and points the plans' maps, gradients and gates into it; says of
 * each phase what its input's gradient holds when its own contribution comes. ERR_MEMORY.
 */
ErrCode netmaps_plan(Net *net, Err *err) ERR_CHECKED;

#endif
