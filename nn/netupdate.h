/*
 * nn/netupdate.h: before a call, weights in the forms its phases read; after a step, the optimiser.
 */
#ifndef NN_NETUPDATE_H
#define NN_NETUPDATE_H

#include "nn/netstate.h"

/* This thread's share of: transposed weights in training, folded running statistics else. */
void netupdate_prepare(Worker *worker);

/* This thread's share of: sums of slots, update, averages. */
void netupdate_optimise(Worker *worker);

#endif
