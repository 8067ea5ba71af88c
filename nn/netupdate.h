/*
 * nn/netupdate.h: this thread's share of what happens to weights in a call. In a step that is at
 * the end of a phase: its operation's are updated, since nobody reads them any more, and the next
 * phase's transposed.
 */
#ifndef NN_NETUPDATE_H
#define NN_NETUPDATE_H

#include "nn/netstate.h"

/* What the optimiser is told in a step, of tensors that are decayed. */
OptSettings netupdate_settings(const StepSettings *settings);

/* Before a call: running statistics are folded, where batch norm works by them; in training the
 * classifier's weights are transposed. */
void netupdate_prepare(const Worker *worker);

/* The transposed weights that no phase before `phase`, which goes back, has read. */
void netupdate_transpose(const Worker *worker, const OpPlan *phase);

/* Sums of slots, update, averages: of the operation's tensors but those whose gradients are owned,
 * which are taken as they are made (nn/weightshare.h). */
void netupdate_optimise(const Worker *worker, const OpPlan *phase);

/* The same of n floats of a tensor, from `first` on, with their gradient. */
void netupdate_floats(const Worker *worker, int index, size_t first, size_t n, OptSlots gradient);

#endif
