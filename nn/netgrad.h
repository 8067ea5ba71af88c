/*
 * nn/netgrad.h: what becomes of the gradient of a value.
 *
 * Contributions arrive from its readers in descending order. All but the last are collected in the
 * value's gradient buffer (or stay in that of the sum they come from); the last one adds what was
 * collected and finishes, as the value's row says: a normed value's goes through the activation's
 * slope, is stored as the gradient of batch norm's output, and its two sums are accumulated.
 */
#ifndef NN_NETGRAD_H
#define NN_NETGRAD_H

#include "nn/netstate.h"

enum { GRAD_ROWS = 64 }; /* rows whose slopes are made at a time */

/* --- a chunk of a backward phase --- */

/* Zeroes the partial gradients of a slot: of `plan`, which has slots, and its folded input. */
void netgrad_begin_slot(const Net *net, const OpPlan *plan, int slot);

/* The batch norms that the phase finishes, and their sums of a chunk. */
void netgrad_targets(const Net *net, const OpPlan *plan, GradStates *states);
void netgrad_carve(const Net *net, const OpPlan *plan, GradStates *states, Arena *arena);
void netgrad_begin(const GradStates *states);
void netgrad_end(const Worker *worker, const GradStates *states, int chunk);

/* Gradient of z from that of its batch norm's output. */
void netgrad_dz(const Worker *worker, const OpPlan *normed, Rows rows, float *dz, long lddz);

/* True if the slope of the input's activation is wanted along with its value. */
bool netgrad_wants_slope(const OpPlan *plan, const OpPlan *input);

/* True if the slope of a normed value's activation costs more to make again than to keep. */
bool netgrad_slope_is_dear(const OpPlan *normed);

/* True if the slope is better made along with the value than when the gradient is finished. */
bool netgrad_keeps_slope(const OpPlan *plan, const OpPlan *input);

/* Gradient dx[P][Cin] of the input's rows from `row` on. */
GradRows netgrad_rows(const Pass *pass, long row, int P, const float *dx, const float *slope);

/* Takes the gradient of the input of pass->plan as far as this phase can. */
void netgrad_deliver(const Pass *pass, const GradRows *rows);

/* The same for the next rows of whole chunks, all channels: begins and ends the chunks' sums. */
void netgrad_deliver_span(const Pass *pass, const GradRows *rows);

/* --- for rows of operations --- */

void netgrad_add_target(GradStates *states, const OpPlan *normed);

/* Targets and finish of a normed value. */
void netgrad_normed_targets(const Net *net, const OpPlan *value, GradStates *states);
void netgrad_finish_normed(const Worker *worker, const GradStates *states, const OpPlan *value,
                           const GradRows *rows, const float *collected);

/* Finish of a stored value: rows and what was collected are added up in its buffer. */
void netgrad_collect(const Worker *worker, const GradStates *states, const OpPlan *value,
                     const GradRows *rows, const float *collected);

/* What all calls of the backward kernel share; `collected` is laid out like the value. */
AffineBackwardArgs netgrad_args(const OpPlan *value, const GradRows *rows, const float *collected);

/* Adds the sums of a normed value's batch norm to the call. */
void netgrad_sums(const Worker *worker, const GradStates *states, const OpPlan *normed, Rows rows,
                  AffineBackwardArgs *args);

/* The next piece of at most GRAD_ROWS rows inside one image; false when there is none. */
bool netgrad_next_piece(const GradRows *all, int pixels, GradRows *piece, int *done);

#endif
