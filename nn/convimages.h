/*
 * nn/convimages.h: phases of dense convolutions that need whole images: k x k, strided, or behind
 * a gate.
 */
#ifndef NN_CONVIMAGES_H
#define NN_CONVIMAGES_H

#include "nn/netstate.h"

void convimages_measure_forward(const Net *net, const OpPlan *plan, Arena *arena);
void convimages_measure_backward(const Net *net, const OpPlan *plan, Arena *arena);
void convimages_forward(Worker *worker, const OpPlan *plan, Span span);
void convimages_backward(const Pass *pass);

#endif
