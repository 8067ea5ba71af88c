/*
 * nn/netload.h: what a pass has to multiply and to move, by the plan: nothing here is measured.
 */
#ifndef NN_NETLOAD_H
#define NN_NETLOAD_H

#include "nn/netpass.h"
#include "nn/netstate.h"

/*
 * Of a full batch; `plan` is NULL in passes of all operations. Flops are twice the multiply-adds
 * that costs count (models/cost.h): forward those of the operation and of the gate in front of it,
 * backward twice as many, but once where the images want no gradient, and in the
 * reader's phase where the operation is folded into it (nn/netfold.h); the classifier does all
 * three parts in its forward pass. Bytes are each tensor once: maps with their padded channels as
 * they lie in memory, weights, and partial gradients read and written. What a cache reads to own a
 * line that it only writes to is not counted, nor what stays in scratch.
 */
NetProfileWork netload_of(const Net *net, NetPass pass, const OpPlan *plan);

#endif
