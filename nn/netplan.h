/*
 * nn/netplan.h: from a list of operations to phases, chunks, slots and memory.
 */
#ifndef NN_NETPLAN_H
#define NN_NETPLAN_H

#include "nn/netstate.h"

/*
 * Plans net->network for net->settings and reserves all memory. Errors: ERR_USAGE where operations
 * cannot be run (the message names one), ERR_MEMORY.
 */
ErrCode netplan_build(Net *net, Err *err) ERR_CHECKED;

#endif
