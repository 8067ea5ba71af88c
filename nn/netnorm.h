/*
 * nn/netnorm.h: batch norm of normed values: statistics forward, sums backward, the affine maps
 * that loads apply.
 *
 * Forward, a chunk begins, takes the rows it has written, and ends; once all chunks have ended, the
 * finalising call turns their partials into A and D. Backward, whoever finishes a gradient
 * accumulates the sums (nn/netgrad.h), and the finalising call makes gA, gB and gD of them. Without
 * batch norm the maps are the identity.
 */
#ifndef NN_NETNORM_H
#define NN_NETNORM_H

#include "nn/netstate.h"

/* --- planning --- */

void netnorm_carve(OpPlan *plan, Arena *arena); /* the maps */

/* Of the partial sums of so many chunks. */
size_t netnorm_sums_floats(const OpPlan *plan, int n_chunks);

/* Sets the maps of a normed value that has no batch norm. */
void netnorm_set_identity(OpPlan *plan);

/* Sums of one chunk, floats. */
float *netnorm_carve_state(const OpPlan *plan, Arena *arena);

/* --- forward --- */

void netnorm_begin(const Worker *worker, const OpPlan *plan, float *state);
/* Rows of z, the first of them pixel p0 of the chunk. */
void netnorm_take(const Worker *worker, const OpPlan *plan, float *state, Rows rows, int p0);
/* The call of the kernel that takes them, for one that makes z; false where nothing is to be taken.
 */
bool netnorm_stats(const Worker *worker, const OpPlan *plan, float *state, Rows rows, int p0,
                   AffineStatsArgs *args);
void netnorm_end(const Worker *worker, const OpPlan *plan, const float *state, int chunk);

/* All of this for the next rows of whole chunks, all channels. */
void netnorm_take_rows(const Worker *worker, const OpPlan *plan, float *state, long row, int P);

/* After the barrier: this thread's share of the channels of A and D. */
void netnorm_finish_forward(const Worker *worker, const OpPlan *plan);

/* Whether batch norm works by its running statistics in this call: in evaluation, for class maps,
 * and where they are frozen (net_set_rate). False without batch norm. */
bool netnorm_is_running(const Worker *worker, const OpPlan *plan);

/* Where it does, before the call: A and D from them, and what the backward pass needs. */
void netnorm_fold_running(const Worker *worker, const OpPlan *plan);

/* The view of normed values: act(A z + D), and its slope. */
View netnorm_view(const Worker *worker, const OpPlan *value, Rows rows, float *h, long ldh,
                  float *slope, long ldslope);

/* All channels of some rows, for panel.load; the caller adds what becomes of them. */
PanelLoadArgs netnorm_load(const OpPlan *value, long row, int P);

/* --- backward --- */

/* After the barrier: this thread's share of gA, gB, gD and of gamma's and beta's gradients. */
void netnorm_finish_backward(const Worker *worker, const OpPlan *plan, int n_chunks);

#endif
