/*
 * nn/netmaps.h: the feature maps of a Net, their gradients and the sums that batch norm takes of
 * both: when each is in use, and where.
 */
#ifndef NN_NETMAPS_H
#define NN_NETMAPS_H

#include "nn/netstate.h"

enum { NETMAPS_OF_OP = 6 }; /* buffers, at most */

/*
 * Adds the buffers of all operations; says of each phase what its input's gradient holds when its
 * own contribution comes. ERR_MEMORY.
 */
ErrCode netmaps_add(Net *net, BufferList *list, Err *err) ERR_CHECKED;

/* Points the plans to the buffers, which are placed. */
void netmaps_point(Net *net, const BufferList *list, float *base);

#endif
