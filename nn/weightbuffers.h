/*
 * nn/weightbuffers.h: what a training step makes of weights, in the activation arena: their
 * gradients from the phase that makes them until they are updated, their transposes from the end
 * of the phase before the one that reads them.
 */
#ifndef NN_WEIGHTBUFFERS_H
#define NN_WEIGHTBUFFERS_H

#include "nn/netstate.h"

enum { WEIGHTBUFFERS_OF_OP = 6 }; /* at most: the transposes, a gradient a tensor */

/* Adds the buffers of all operations: of transposes, and of the gradients of all tensors. */
ErrCode weightbuffers_add(Net *net, BufferList *list, Err *err) ERR_CHECKED;

/* Points plans and places to the buffers, which are placed. */
void weightbuffers_point(Net *net, const BufferList *list, float *base);

/* The first phase that reads the transposed weights of the operation. */
const OpPlan *weightbuffers_reader(const Net *net, const OpPlan *plan);

#endif
