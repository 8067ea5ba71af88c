/*
 * nn/netphase.h: one thread's share of a phase: chunks forward, slots of chunks backward, or chunks
 * where weights have no slots.
 *
 * Every phase is followed by a barrier; after it the finishing call turns this thread's share of
 * the channels into the affine maps that the next phases load with, sums up its share of the weight
 * gradients that have one slot, and is followed by another.
 */
#ifndef NN_NETPHASE_H
#define NN_NETPHASE_H

#include "nn/netstate.h"

/* In training the classifier's forward phase is its backward phase, too. */
void netphase_forward(Worker *worker, const OpPlan *plan);
void netphase_finish_forward(const Worker *worker, const OpPlan *plan);

/* True if there was something to do, which all threads must have done before the phase. */
bool netphase_begin_backward(const Worker *worker, const OpPlan *plan);
void netphase_backward(Worker *worker, const OpPlan *plan);
void netphase_finish_backward(const Worker *worker, const OpPlan *plan);

/* Bytes of scratch that a thread's part of the phase takes, forward or backward. */
size_t netphase_scratch_bytes(const Net *net, const OpPlan *plan);

#endif
