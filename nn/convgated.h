/*
 * nn/convgated.h: phases of a pointwise convolution behind a gate (se). An image goes by twice: the
 * first time for what the gate is made of (forward the means, backward its gradient), the second
 * time for what the gate is made for.
 */
#ifndef NN_CONVGATED_H
#define NN_CONVGATED_H

#include "nn/netstate.h"

void convgated_measure_forward(const Net *net, const OpPlan *plan, Arena *arena);
void convgated_measure_backward(const Net *net, const OpPlan *plan, Arena *arena);

void convgated_forward(Worker *worker, const OpPlan *plan, Span span);
void convgated_backward(const Pass *pass);

#endif
