/*
 * nn/netupdate.h: this thread's share of what happens to weights in a call. In a step that is at
 * the end of a phase: its operation's are updated, since nobody reads them any more, and the next
 * phase's transposed.
 */
#ifndef NN_NETUPDATE_H
#define NN_NETUPDATE_H

#include "nn/netstate.h"

/* Before a call: in training the classifier's weights are transposed, else running statistics
 * folded. */
void netupdate_prepare(const Worker *worker);

/* The transposed weights that no phase before `phase`, which goes back, has read. */
void netupdate_transpose(const Worker *worker, const OpPlan *phase);

/* Sums of slots, update, averages: of the tensors that the phase of `phase` has made gradients of.
 */
void netupdate_optimise(const Worker *worker, const OpPlan *phase);

#endif
