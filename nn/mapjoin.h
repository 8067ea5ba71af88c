/*
 * nn/mapjoin.h: phases that write their input into a part of a map (sums and concats), whose parts
 * are operations of their own.
 *
 * The operations of one map share its buffer, and that of its gradient: each writes its own
 * channels, or adds to what is there, in the order of the list, whatever the threads; backward each
 * hands on its own channels of the one gradient.
 */
#ifndef NN_MAPJOIN_H
#define NN_MAPJOIN_H

#include "nn/netstate.h"

void mapjoin_measure_forward(const Net *net, const OpPlan *plan, Arena *arena);
void mapjoin_measure_backward(const Net *net, const OpPlan *plan, Arena *arena);

/* The input, at its offset; pad lanes of the map are zeros. */
void mapjoin_copy(Worker *worker, const OpPlan *plan, Span span);

/* The first of a sum copies, the others add. */
void mapjoin_add(Worker *worker, const OpPlan *plan, Span span);

void mapjoin_backward(const Pass *pass);

#endif
