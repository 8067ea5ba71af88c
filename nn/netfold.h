/*
 * nn/netfold.h: the backward pass of an expansion, folded into that of the depthwise convolution
 * behind it.
 *
 * An expansion is z = x W, pointwise, with a batch norm. Its gradient is dz = A g + B z + D, where
 * A is known after the forward pass and B and D only when all of g has been summed. Since z is
 * linear in x, what hangs on B and D can be added later from sums over x alone, so that g, a wide
 * tensor, is never stored and z never read again:
 *
 *     dW = x'(A g) + (x'x) W diag(B) + (sum of x)' D
 *     dx = (A g) W' + x M + c     with M = W diag(B) W' and c = D W'
 *
 * (g, A g as rows of pixels; ' transposes). The reader's backward phase takes row by row what hangs
 * on A, and the moments x'x and sum of x; after its barrier B and D are at hand (netfold_finish),
 * then dW, M and c (netfold_combine, followed by a barrier); the expansion's own backward phase is
 * left with narrow rows (netfold_backward).
 *
 * Applied where x is linear (a bottleneck, whose mean is small, so that nothing large cancels) and
 * where the pixels outnumber its channels. Part of the arithmetic revision: docs/numerics.md (h).
 */
#ifndef NN_NETFOLD_H
#define NN_NETFOLD_H

#include "nn/netstate.h"

/* Marks the operations whose backward pass is folded. */
void netfold_plan(Net *net);

/* What lives as long as the net. */
void netfold_carve(const Net *net, OpPlan *plan, Arena *arena);

/* --- in the phase of the reader, whose input is folded --- */

/* Scratch of netfold_take, for rows of at most P pixels. */
float *netfold_carve_rows(const OpPlan *folded, int P, Arena *arena);

/* Zeroes the moments of a slot. */
void netfold_begin_slot(const OpPlan *folded, int slot);

/* Takes a block of channels of rows of A g, in rows->dh; its sums of batch norm, of g, are the
 * caller's. Blocks of a row come from channel 0 upwards. */
void netfold_take(const Pass *pass, const GradRows *rows, float *scratch);

/* After the barrier, once gB and gD of this thread's channels are known. */
void netfold_finish(const Worker *worker, const OpPlan *folded);

/* --- in its own phase --- */

void netfold_combine(const Worker *worker, const OpPlan *folded);
void netfold_measure_backward(const OpPlan *folded, Arena *arena);
void netfold_backward(const Pass *pass);

#endif
