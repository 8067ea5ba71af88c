/*
 * nn/convowned.h: weight gradients of dense convolutions that have one slot: after the phase has
 * left dz of the whole batch, each thread sums up its share of the channels, part by part, and
 * updates the weights of each.
 */
#ifndef NN_CONVOWNED_H
#define NN_CONVOWNED_H

#include "nn/netstate.h"

void convowned_measure(const Net *net, const OpPlan *plan, Arena *arena);
void convowned_weights(const Worker *worker, const OpPlan *plan);

#endif
